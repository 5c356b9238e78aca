"""An evidence pack verifies as it was written; whatever is changed in it is found."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from cases.canonical import canonical_json
from cases.decisions import Verb
from cases.errors import AuditError, CaseNotFoundError, EvidenceError
from cases.evidence.pack import Pack
from cases.evidence.selection import Period, Selection
from cases.records import Records
from tests.cases.evidence.packs import (
    POLICIES,
    contents,
    edited,
    exporter,
    keep,
    policed_case,
    policy,
    verdict,
    written,
)
from tests.cases.samples import DRAFT, Clock, decision, open_records, record

Files = dict[str, bytes]
SENT = DRAFT.replace("tu médico", "tu médica")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, str, Path]:
    """A pack of one case among three, edited and sent; made once, changed by each test in a copy."""
    folder = tmp_path_factory.mktemp("pack")
    records = open_records(f"sqlite:///{folder / 'b.db'}", folder, Clock())
    keep(records)
    record(records)
    made = record(records, policed_case()).stored.case
    record(records)
    records.keys.create(name="Marta", account="demo", scopes=["agent"], actor="cli")
    records.store.decide(made.id, decision(Verb.EDIT, sent=SENT), account="demo")
    record(records)
    pack = exporter(records, folder).export(Selection(made.id), folder / "p.zip", actor="cli")
    (folder / "verify.py").write_bytes(contents(pack.file)["verify.py"])
    assert records.verify().ok
    records.close()
    return pack, made.id, folder / "verify.py"


def test_a_pack_verifies_and_tells_what_was_done(exported: tuple[Pack, str, Path]):
    pack, case_id, script = exported
    code, said = verdict(script, pack.file)
    assert (code, said.splitlines()[0]) == (0, "OK")
    assert "1 cases, 2 rows worked out again, 3 known by hash only" in said
    files = contents(pack.file)
    told = json.loads(files[f"cases/{case_id}.json"])
    assert [source["approvals"][0]["name"] for source in told["sources"]] == ["Inés Montalbán Rey"]
    assert told["sources"][0]["quote_found"] is True
    assert all(rule["text"].startswith("id: ") for rule in told["rules"])
    sent = told["decisions"][0]
    assert (sent["draft_text"], sent["sent_text"], sent["decided_by"]["id"]) == (DRAFT, SENT, "key_agent")
    assert [change["text"] for change in sent["changes"] if change["op"] != "same"] == ["médico.", "médica."]
    assert "Remedios" not in "".join(content.decode() for content in files.values())
    assert pack.file.stat().st_mode & 0o077 == 0


def test_the_verifier_compares_key_and_noted_head(exported: tuple[Pack, str, Path]):
    pack, _, script = exported
    manifest = json.loads(contents(pack.file)["manifest.json"])
    key, head = manifest["signer"]["fingerprint"], manifest["chain"]["head"]["hash"]
    assert verdict(script, pack.file, "--key", key, "--noted-head", head)[0] == 0
    assert verdict(script, pack.file, "--key", "0" * 64) == (
        1,
        "BROKEN: signer: not the key that you expect\n",
    )
    assert verdict(script, pack.file, "--noted-head", "1" * 64)[0] == 1


def test_an_unpacked_pack_verifies_where_it_lies(exported: tuple[Pack, str, Path], tmp_path: Path):
    for name, content in contents(exported[0].file).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert verdict(tmp_path / "verify.py", tmp_path)[0] == 0
    (tmp_path / "cases" / "more.json").write_text("{}")
    assert verdict(tmp_path / "verify.py", tmp_path) == (1, "BROKEN: cases/more.json: was added\n")


def case_path(files: Files) -> str:
    return next(name for name in files if name.startswith("cases/"))


def change_case(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["case"].update(redacted_text="Otra cosa"))


def change_sent_text(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["decisions"][0].update(sent_text=DRAFT))


def change_policy(files: Files) -> Files:
    name = next(name for name in files if name.endswith("policy.yaml"))
    return {**files, name: files[name] + b"# more\n"}


def change_answer(files: Files) -> Files:
    name = next(name for name in files if name.startswith("answers/"))
    return edited(files, name, lambda told: told["approvals"].clear())


def change_readme(files: Files) -> Files:
    return {**files, "README.txt": files["README.txt"] + b"."}


def remove_case(files: Files) -> Files:
    return {name: content for name, content in files.items() if not name.startswith("cases/")}


def add_file(files: Files) -> Files:
    return {**files, "cases/other.json": b"{}"}


def change_manifest(files: Files) -> Files:
    return edited(files, "manifest.json", lambda told: told.update(created_at="2020-01-01T00:00:00+00:00"))


def remove_manifest(files: Files) -> Files:
    return {name: content for name, content in files.items() if name != "manifest.json"}


def change_signature(files: Files) -> Files:
    return edited(files, "export.json", lambda told: told.update(signature="A" * 86 + "=="))


def change_export_row(files: Files) -> Files:
    return edited(files, "export.json", lambda told: told["rows"][-1].update(actor="nobody"))


def change_statement(files: Files) -> Files:
    return edited(files, "export.json", lambda told: told["statement"].update(export_seq=99))


def break_json(files: Files) -> Files:
    return {**files, "export.json": b"[]"}


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (change_case, ".json: was changed"),
        (change_sent_text, ".json: was changed"),
        (change_policy, "policy.yaml: was changed"),
        (change_answer, "answers/uso-crema@3-"),
        (change_readme, "README.txt: was changed"),
        (remove_case, ".json: is missing"),
        (add_file, "cases/other.json: was added"),
        (change_manifest, "manifest.json: was changed, or is another pack's"),
        (remove_manifest, "manifest.json or export.json is missing"),
        (change_signature, "the signature is wrong"),
        (change_export_row, "was changed"),
        (change_statement, "the signed statement is not about this pack"),
        (break_json, "not of the form it says"),
    ],
)
def test_whatever_is_changed_is_found(
    exported: tuple[Pack, str, Path], tmp_path: Path, tamper: Callable[[Files], Files], problem: str
):
    files = contents(exported[0].file)
    assert verdict(exported[2], written(tmp_path / "same.zip", files))[0] == 0
    code, said = verdict(exported[2], written(tmp_path / "p.zip", tamper(files)))
    assert code == 1
    assert said.startswith("BROKEN: ")
    assert problem in said


def forged(files: Files, key: Ed25519PrivateKey | None = None) -> Files:
    """What a clever forger does: hashes, manifest, export row and signature made anew, with a key of their own."""
    key = key or Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    manifest, export = json.loads(files["manifest.json"]), json.loads(files["export.json"])
    for name in manifest["files"]:
        content = files[name]
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    signer = hashlib.sha256(public).hexdigest()
    manifest["signer"] |= {"public_key": public.hex(), "fingerprint": signer}
    files = {**files, "manifest.json": json.dumps(manifest).encode()}
    digest = hashlib.sha256(files["manifest.json"]).hexdigest()
    row = export["rows"][-1]
    payload = json.loads(row["payload"]) | {"manifest_sha256": digest, "signer": signer}
    row["payload"] = canonical_json(payload)
    kept = {name: row[name] for name in ("seq", "at", "actor", "action", "case_id", "payload")}
    row["hash"] = hashlib.sha256((row["prev_hash"] + canonical_json(kept)).encode()).hexdigest()
    export["statement"] |= {"manifest_sha256": digest, "export_hash": row["hash"]}
    export["signature"] = base64.b64encode(key.sign(canonical_json(export["statement"]).encode())).decode()
    return {**files, "export.json": json.dumps(export).encode()}


def change_row(files: Files) -> Files:
    lines = files["chain/rows.jsonl"].splitlines()
    row = json.loads(lines[0]) | {"actor": "nobody"}
    return {**files, "chain/rows.jsonl": b"\n".join([canonical_json(row).encode(), *lines[1:]]) + b"\n"}


def drop_hidden_row(files: Files) -> Files:
    lines = files["chain/rows.jsonl"].splitlines()
    return {**files, "chain/rows.jsonl": b"\n".join([lines[0], *lines[2:]]) + b"\n"}


def other_disposition(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["case"].update(disposition="no_reply"))


def other_person(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["decisions"][0]["decided_by"].update(id="key_x"))


def no_decision(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["decisions"].clear())


def other_rule_text(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["rules"][0].update(text="id: nice\ntitle: nice"))


def other_approvals(files: Files) -> Files:
    return edited(files, case_path(files), lambda told: told["sources"][0]["approvals"].clear())


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (change_row, "chain: row 2 was changed"),
        (drop_hidden_row, "chain: another number of rows"),
        (other_disposition, "disposition is not what the chain noted"),
        (other_person, "somebody else decided"),
        (no_decision, "another number of decisions"),
        (other_rule_text, "text is not the policy's"),
        (change_policy, "not the policy that decided"),
        (other_approvals, "is not the answer enclosed"),
        (change_case, "not the key that you expect"),
    ],
)
def test_a_pack_signed_anew_by_a_stranger_is_found(
    exported: tuple[Pack, str, Path], tmp_path: Path, tamper: Callable[[Files], Files], problem: str
):
    files = contents(exported[0].file)
    fingerprint = json.loads(files["manifest.json"])["signer"]["fingerprint"]
    # Without the published fingerprint a stranger's signature passes: README.txt asks for it.
    assert verdict(exported[2], written(tmp_path / "same.zip", forged(files)))[0] == 0
    options = ("--key", fingerprint) if tamper is change_case else ()
    code, said = verdict(exported[2], written(tmp_path / "p.zip", forged(tamper(files))), *options)
    assert (code, problem in said) == (1, True), said


# What is exported, on both databases


def test_days_take_in_what_was_recorded_or_decided_in_them(records: Records, clock: Clock, tmp_path: Path):
    keep(records)
    early = record(records, policed_case()).stored.case
    clock.move(days=1)
    late = record(records, policed_case()).stored.case
    clock.move(days=1)
    records.store.decide(early.id, decision(Verb.IGNORE), account="demo")
    exports = exporter(records, tmp_path)
    days = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
    for day, expected in zip(days, ([early.id], [late.id], [early.id]), strict=True):
        pack = exports.export(
            Selection(period=Period(day, day, "Europe/Madrid")), tmp_path / f"{day}.zip", actor="cli"
        )
        files = contents(pack.file)
        assert json.loads(files["manifest.json"])["cases"] == expected
        (tmp_path / "verify.py").write_bytes(files["verify.py"])
        assert verdict(tmp_path / "verify.py", pack.file)[0] == 0, day
    whole = Selection(period=Period(days[0], days[2], "Europe/Madrid"), full_chain=True)
    pack = exports.export(whole, tmp_path / "all.zip", actor="cli")
    assert "2 cases, 6 rows worked out again, 0 known" in verdict(tmp_path / "verify.py", pack.file)[1]
    assert records.verify().ok


def test_another_account_s_case_is_not_exported(records: Records, tmp_path: Path):
    made = record(records, policed_case()).stored.case
    with pytest.raises(CaseNotFoundError):
        exporter(records, tmp_path).export(
            Selection(made.id, account="other"), tmp_path / "p.zip", actor="cli"
        )
    days = Period(date(2026, 11, 18), date(2026, 11, 18), "Europe/Madrid")
    with pytest.raises(EvidenceError, match="no case"):
        exporter(records, tmp_path).export(
            Selection(period=days, account="other"), tmp_path / "p.zip", actor="cli"
        )
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".p.zip*")) == []


def test_nothing_is_exported_from_a_record_that_was_changed(records: Records, tmp_path: Path):
    made = record(records, policed_case()).stored.case
    exports = exporter(records, tmp_path)
    assert exports.export(Selection(made.id), tmp_path / "before.zip", actor="cli").cases == 1
    with records.database.write() as session:
        session.execute(text("UPDATE cases SET queue = 'bin'"))
    with pytest.raises(AuditError, match="does not verify"):
        exports.export(Selection(made.id), tmp_path / "after.zip", actor="cli")
    assert not (tmp_path / "after.zip").exists()


def test_evidence_is_not_overwritten(records: Records, tmp_path: Path):
    made = record(records, policed_case()).stored.case
    (tmp_path / "p.zip").write_text("other evidence")
    with pytest.raises(EvidenceError, match="exists already"):
        exporter(records, tmp_path).export(Selection(made.id), tmp_path / "p.zip", actor="cli")


# Rules in force that day


def policies_copy(folder: Path, more: str = "") -> Path:
    """The shipped policies, with a line more in the rules."""
    for name in ("rules/health.yaml", "safety_numbers.yaml", "accounts/demo.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text((POLICIES / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (folder / "rules/health.yaml").open("a", encoding="utf-8") as stream:
        stream.write(more)
    return folder


@pytest.mark.parametrize(
    ("archived", "changed_since", "source"),
    [
        (True, False, "archive"),
        (True, True, "archive"),
        (False, False, "disk"),
        (False, True, "unavailable"),
    ],
)
def test_rules_are_those_of_that_day_or_none(
    records: Records, tmp_path: Path, archived: bool, changed_since: bool, source: str
):
    if archived:
        assert keep(records) > 1
        assert keep(records) == 0
    made = record(records, policed_case()).stored.case
    folder = policies_copy(tmp_path / "policies", "# changed\n" if changed_since else "")
    pack = exporter(records, tmp_path, folder).export(Selection(made.id), tmp_path / "p.zip", actor="cli")
    files = contents(pack.file)
    told = json.loads(next(content for name, content in files.items() if name.endswith("policy.json")))
    assert (told["recorded"], told["source"]) == (policy().version, source)
    rules = json.loads(files[f"cases/{made.id}.json"])["rules"]
    assert [rule["text"] is None for rule in rules] == [source == "unavailable"] * 2
    assert (policy().version in files["README.txt"].decode()) is (source == "unavailable")
    assert pack.unavailable == ((policy().version,) if source == "unavailable" else ())
    (tmp_path / "verify.py").write_bytes(files["verify.py"])
    code, said = verdict(tmp_path / "verify.py", pack.file)
    assert (code, "text of that day is not kept" in said) == (0, source == "unavailable")


def test_an_archive_that_was_changed_is_not_quoted(records: Records, tmp_path: Path):
    keep(records)
    made = record(records, policed_case()).stored.case
    with records.database.write() as session:
        session.execute(text("UPDATE archive SET body = replace(body, 'Rey', 'Paz') WHERE kind = 'answer'"))
        session.execute(
            text("UPDATE archive SET body = replace(body, 'reply', 'replay') WHERE kind = 'policy'")
        )
    folder = policies_copy(tmp_path / "policies", "# changed\n")
    pack = exporter(records, tmp_path, folder).export(Selection(made.id), tmp_path / "p.zip", actor="cli")
    told = json.loads(contents(pack.file)[f"cases/{made.id}.json"])
    assert pack.unavailable == (policy().version,)
    assert (told["sources"][0]["text"], told["sources"][0]["file"]) == ("unavailable", None)
