"""``borrador subject``: requests of the people whose messages these are (GDPR 15 and 17)."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.commands.deleted import tell_if_left
from api.commands.options import load_settings
from api.failures import UsageError
from api.record_keeping import open_records
from api.settings import Settings
from cases.cipher import Cipher
from cases.erasure import Erasure
from cases.erasures import note_erased
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.retention import load_retention
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.subjects import Subject, Subjects
from models.text import RawText

app = typer.Typer(help="Requests of data subjects: access and erasure.", no_args_is_help=True)

CaseOption = Annotated[str | None, typer.Option("--case", help="Id of a case of theirs.")]
TrackingOption = Annotated[
    str | None, typer.Option("--tracking-code", help="The code that the person was given.")
]
PseudonymOption = Annotated[
    str | None, typer.Option("--pseudonym", help="Like [CORREO_k7qx…], as it stands in redacted texts.")
]
IdentifierOption = Annotated[
    bool,
    typer.Option(
        "--identifier", help="Read an e-mail, phone or name from standard input; search the vault for it."
    ),
]
AccountOption = Annotated[str, typer.Option(help="Only this account's cases; * for all.")]


@app.command("access")
def access(
    out: Annotated[Path, typer.Option("--out", help="JSON to write; readable by its owner only.")],
    case: CaseOption = None,
    tracking_code: TrackingOption = None,
    pseudonym: PseudonymOption = None,
    identifier: IdentifierOption = False,
    account: AccountOption = ALL_ACCOUNTS,
) -> None:
    """Write all that is kept on a person, originals included, to hand to them. On the audit log."""
    if out.exists():
        raise UsageError(f"{out}: exists already")
    settings = load_settings()
    subjects = _subjects(open_records(settings), settings)
    subject = _subject(case, tracking_code, pseudonym, identifier)
    found = subjects.find(subject, actor="cli", account=account)
    told = subjects.access(found, actor="cli", account=account)
    with os.fdopen(
        os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        json.dump(told, stream, ensure_ascii=False, indent=1)
    typer.echo(f"{len(found)} cases written to {out}: personal data, hand it over safely and delete it")


@app.command("erase")
def erase(
    case: CaseOption = None,
    tracking_code: TrackingOption = None,
    pseudonym: PseudonymOption = None,
    identifier: IdentifierOption = False,
    account: AccountOption = ALL_ACCOUNTS,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it the cases are only listed.")] = False,
) -> None:
    """Erase a person's texts and originals for good; what the law keeps stays, with the reason."""
    settings = load_settings()
    records = open_records(settings)
    subjects = _subjects(records, settings)
    subject = _subject(case, tracking_code, pseudonym, identifier)
    found = subjects.find(subject, actor="cli", account=account)
    if not yes:
        for case_id in found:
            typer.echo(case_id)
        typer.echo(f"{len(found)} cases; nothing was erased: repeat with --yes")
        return
    erased = 0
    for case_id in found:
        item = subjects.erase(case_id, actor="cli", account=account)
        if item.erased or item.already:
            # Noted each at once: a backup from before would bring back what a failure further on left unnoted.
            note_erased(settings.data_dir, [item.case_id])
        erased += item.erased
        typer.echo(_became_of(item))
    typer.echo(f"{erased} of {len(found)} cases erased")
    tell_if_left(records.database)


def _became_of(item: Erasure) -> str:
    if item.kept is not None:
        return f"{item.case_id} kept: {item.kept.reason} ({item.kept.basis})"
    if item.already:
        return f"{item.case_id} was erased before"
    return f"{item.case_id} erased, {item.entries} originals deleted"


def _subjects(records: Records, settings: Settings) -> Subjects:
    keys = load_keys(VAULT_VARIABLE, settings.data_dir / "vault.key")
    return Subjects(records, Cipher(keys), load_retention(settings.policies_dir / "retention.yaml"))


def _subject(case: str | None, tracking_code: str | None, pseudonym: str | None, identifier: bool) -> Subject:
    # From standard input: a command line stays in the shell's history and in lists of processes.
    value = RawText(sys.stdin.readline().strip()) if identifier else None
    return Subject(case, tracking_code, pseudonym, value)
