"""What can be wrong with an installation, and what to do about it; looks, and changes nothing."""

import json
import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from api.settings import Settings
from cases.backup import sqlite_file
from cases.database import Database
from cases.errors import BackupError, CaseError
from cases.evidence.signing import EVIDENCE_FILE, EVIDENCE_VARIABLE
from cases.retention import load_retention
from cases.sealing import Sealer
from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE, load_keys
from cases.tables import AuditRow
from cases.verification import verify
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.governance import Governance
from knowledge_base.loader import scan_directory
from models.artifact import MANIFEST_FILE, read_manifest, verified
from models.errors import ArtifactError, ModelError
from models.redaction.model_setting import PATTERNS_ALONE
from models.understanding.heads import WEIGHTS_FILE
from policies.errors import PolicyError
from policies.loader import load_account, load_policy
from policies.safety_numbers import SafetyNumbers

LEAST_FREE = 1 << 30
"""Bytes: a store of 100,000 cases takes about as much, and a full disk stops recording."""
CLOCK_SLACK = timedelta(minutes=5)
"""Several machines on one store are never that far apart when their clocks are kept."""
OLDEST_CLOCK = datetime(2025, 1, 1, tzinfo=UTC)
"""Nobody runs this service before it was written: an earlier time is a clock that was never set."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``remedy`` is None where all is well."""

    name: str
    told: str
    remedy: str | None = None


Check = Callable[[Settings], Iterator[Finding]]


def data_folder(settings: Settings) -> Iterator[Finding]:
    """The data folder is its owner's alone, and can be written."""
    folder = settings.data_dir
    if not folder.is_dir():
        yield Finding(
            "data folder", f"{folder} is missing", f"mkdir -m 700 {folder} (or start the service once)"
        )
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    exposed = [
        file
        for file in (*folder.glob("*.key"), *folder.glob("*.sqlite3*"))
        if stat.S_IMODE(file.stat().st_mode) & 0o077
    ]
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "data folder", f"{folder} cannot be written", "give it to the user that runs the service"
        )
    elif exposed:
        names = " ".join(str(file) for file in exposed)
        yield Finding("data folder", f"others can read {len(exposed)} files", f"chmod 600 {names}")
    elif mode & 0o022:
        yield Finding("data folder", f"others can write to {folder} ({mode:04o})", f"chmod 700 {folder}")
    else:
        yield Finding("data folder", f"{folder} ({mode:04o})")


def keys(settings: Settings) -> Iterator[Finding]:
    """Every secret key is there and readable; none is made by looking."""
    places = (
        (VAULT_VARIABLE, "vault.key"),
        (AUDIT_VARIABLE, "audit.key"),
        (EVIDENCE_VARIABLE, EVIDENCE_FILE),
    )
    for variable, name in places:
        file = settings.data_dir / name
        if not os.environ.get(variable, "").strip() and not file.exists():
            # The evidence key is made at the first export: nothing that exists needs it.
            remedy = f"restore {file} from your backup, or start a new installation to have it made"
            told = "made at the first export" if name == EVIDENCE_FILE else "missing"
            yield Finding(f"key {name}", told, None if name == EVIDENCE_FILE else remedy)
            continue
        try:
            found = load_keys(variable, file)
        except CaseError as error:
            yield Finding(f"key {name}", "unusable", str(error))
            continue
        older = f", {len(found) - 1} older: run `borrador vault rotate --finish`" if len(found) > 1 else ""
        yield Finding(f"key {name}", f"id {found[0].id}{older}")


def store(settings: Settings) -> Iterator[Finding]:
    """The store answers, its tables are up to date, its audit chain holds, and no row is of the future."""
    try:
        file = sqlite_file(settings.effective_database_url)
        if not file.exists():
            yield Finding(
                "store", f"{file} is missing", "start the service once, or `borrador restore` a backup"
            )
            return
    except BackupError:
        pass  # PostgreSQL: there is no file to look for
    try:
        database = Database.connect(settings.effective_database_url)
    except CaseError as error:
        yield Finding("store", "cannot be opened", str(error))
        return
    try:
        yield from _opened(database, settings)
    except CaseError as error:
        yield Finding("store", "cannot be read", str(error))
    finally:
        database.close()


def _opened(database: Database, settings: Settings) -> Iterator[Finding]:
    present, newest = database.schema_versions()
    if present != newest:
        told = f"tables of version {present}, the code's is {newest}"
        yield Finding(
            "migrations", told, "start the service (or run `borrador audit verify`) to bring them up to date"
        )
        return
    yield Finding("migrations", f"version {newest}")
    yield _chain(database, settings)
    yield _clock(database)


def _chain(database: Database, settings: Settings) -> Finding:
    if not os.environ.get(AUDIT_VARIABLE, "").strip() and not (settings.data_dir / "audit.key").exists():
        return Finding("audit chain", "cannot be verified without audit.key", "put audit.key back")
    report = verify(database, Sealer(load_keys(AUDIT_VARIABLE, settings.data_dir / "audit.key")[0]))
    if report.ok:
        return Finding("audit chain", f"{report.rows} rows, head {report.head[:16]}…")
    remedy = "find out who changed the store, and compare with a backup: `borrador audit verify`"
    return Finding("audit chain", str(report.problem), remedy)


def _clock(database: Database) -> Finding:
    with database.read() as session:
        last = session.scalars(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1)).first()
    now = datetime.now(UTC)
    if now < OLDEST_CLOCK:
        return Finding("clock", f"it says {now:%Y-%m-%d}", "set the clock: `timedatectl set-ntp true`")
    if last is not None and now + CLOCK_SLACK < datetime.fromisoformat(last):
        told = f"the last record is of {last[:19]}, which is still to come"
        return Finding("clock", told, "set the clock: `timedatectl set-ntp true`")
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def weights(settings: Settings) -> Iterator[Finding]:
    """The models' files are the ones that their manifests name."""
    places = (("encoder", settings.encoder), ("redaction model", settings.redaction_model))
    for name, place in (*places, ("heads", str(settings.heads_dir))):
        folder = Path(place)
        if place == PATTERNS_ALONE:
            yield Finding(name, "patterns alone")
            continue
        if not (folder / "manifest.json").exists():
            ours = folder.is_absolute() or folder.is_dir()
            told = f"{place}: no manifest" if ours else f"{place}: not ours, not checked"
            yield Finding(name, told, f"put the files back into {folder}" if ours else None)
            continue
        try:
            files, total = _weighed(folder)
        except ModelError as error:
            yield Finding(name, "damaged", f"put the files back as they were released ({error})")
            continue
        yield Finding(name, f"{files} files, {total / 1e6:.1f} MB, as in the manifest")


def _weighed(folder: Path) -> tuple[int, int]:
    """Number and bytes of a manifest's files. Raises ModelError when one is not what it names."""
    if (folder / WEIGHTS_FILE).exists():  # heads: their manifest names the one file by its hash alone
        manifest = {"files": {WEIGHTS_FILE: _sha256_told(folder / MANIFEST_FILE)}}
    else:
        manifest = read_manifest(folder)
    return len(manifest["files"]), sum(len(verified(folder, file, manifest)) for file in manifest["files"])


def _sha256_told(file: Path) -> str:
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{file}: {type(error).__name__}") from None


def policies(settings: Settings) -> Iterator[Finding]:
    """Every account's policy loads, and the retention policy does."""
    folder = settings.policies_dir
    try:
        numbers = SafetyNumbers.load(folder / "safety_numbers.yaml")
        accounts = [load_account(file) for file in sorted((folder / "accounts").glob("*.yaml"))]
        versions = {
            load_policy(
                folder / "rules" / f"{account.policy}.yaml", safety_numbers=numbers, settings=account.settings
            ).version
            for account in accounts
        }
        load_retention(folder / "retention.yaml")
    except PolicyError as error:
        yield Finding("policies", "broken", str(error))
        return
    if settings.account not in {account.id for account in accounts}:
        yield Finding("policies", f"no account {settings.account}", "set BORRADOR_ACCOUNT, or add its file")
        return
    yield Finding("policies", f"{len(accounts)} accounts, {', '.join(sorted(versions))}")


def knowledge_base(settings: Settings) -> Iterator[Finding]:
    """The approved answers can be read, and some are in force."""
    try:
        scan = scan_directory(settings.knowledge_base_dir)
        roles = Governance.load(settings.policies_dir / "knowledge_base.yaml").required_roles
    except KnowledgeBaseError as error:
        yield Finding("knowledge base", "cannot be read", str(error))
        return
    today = datetime.now().astimezone().date()
    usable = [
        answer
        for answer in scan.base.answers
        if not answer.withdrawn
        and {approval.role for approval in answer.approvals} >= set(roles.of(answer))
        and (answer.valid_from or today) <= today <= (answer.valid_until or today)
    ]
    told = f"{len(scan.base.answers)} answers, {len(usable)} in force"
    if scan.problems:
        yield Finding("knowledge base", f"{told}, {len(scan.problems)} files broken", str(scan.problems[0]))
    elif not usable:
        yield Finding(
            "knowledge base", told, "approve answers: nothing can be answered; `borrador kb check` says why"
        )
    else:
        yield Finding("knowledge base", told)


def disk(settings: Settings) -> Iterator[Finding]:
    """There is room for what is to come."""
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent
    free = shutil.disk_usage(folder).free
    remedy = (
        f"free at least {LEAST_FREE >> 20} MB: a full disk stops recording" if free < LEAST_FREE else None
    )
    yield Finding("disk", f"{free >> 20} MB free", remedy)


def port_check(number: int) -> Check:
    """The port is free, or a service answers on it."""

    def port(_settings: Settings) -> Iterator[Finding]:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                yield _who_answers(number)
            else:
                yield Finding("port", f"{number} is free")

    return port


def _who_answers(number: int) -> Finding:
    """Whether what holds the port is this service: it alone answers /healthz so."""
    try:
        with socket.create_connection(("127.0.0.1", number), timeout=2) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = connection.makefile("rb").read(4096)
    except OSError:
        answer = b""
    if b" 200 " in answer[:16] and b'"status":"ok"' in answer.replace(b" ", b""):
        return Finding("port", f"{number}: the service answers")
    return Finding(
        "port", f"{number} is taken by something else", "stop it, or serve with --port on another one"
    )


CHECKS: tuple[Check, ...] = (data_folder, keys, store, weights, policies, knowledge_base, disk)
