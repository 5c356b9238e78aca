"""A person's data: found, given, erased; the audit chain verifies afterwards and still finds tampering."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from cases.cipher import Cipher
from cases.decisions import Verb
from cases.erasures import erased_before, note_erased
from cases.errors import CaseNotFoundError, DecisionNotAllowedError, SubjectError, VaultError
from cases.identifiers import new_case_id
from cases.records import Records
from cases.retention import load_retention
from cases.secret_keys import load_keys
from cases.subjects import Subject, Subjects
from cases.tables import VaultRow
from models.text import RawText
from policies.vocabulary import Flag
from tests.cases.samples import ORIGINALS, RAW_TEXT, REDACTED_TEXT, case, decision, flag, open_records, record

PSEUDONYM = "[CORREO_k7qxab2cdefghij]"


@pytest.fixture
def subjects(records: Records, tmp_path: Path) -> Subjects:
    cipher = Cipher(load_keys("NONE", tmp_path / "keys" / "vault.key", {}))
    return Subjects(records, cipher, load_retention())


def held(records: Records) -> str:
    """Everything in the tables, as text."""
    with records.database.read() as session:
        tables = ("cases", "decisions", "vault", "outbox", "audit_log", "inbound")
        rows = [row for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(map(str, rows))


# Finding


def test_a_person_is_found_by_each_name(records: Records, subjects: Subjects):
    theirs = record(records, case(redacted_text=f"Soy {PSEUDONYM}")).stored.case
    others = {**ORIGINALS, "[TELEFONO_1]": RawText("612 34 58 70")}
    other = record(records, case(redacted_text=f"Soy {PSEUDONYM.upper()}"), vault_entries=others).stored.case
    for subject, expected in (
        (Subject(case_id=other.id), (other.id,)),
        (Subject(tracking_code=theirs.tracking_code.lower()), (theirs.id,)),
        (Subject(pseudonym=PSEUDONYM), (theirs.id,)),
        (Subject(identifier=RawText("612-345-879")), (theirs.id,)),
        (Subject(identifier=RawText("remedios quiñonero")), tuple(sorted((theirs.id, other.id)))),
        (Subject(identifier=RawText("nadie@example.org")), ()),
    ):
        assert subjects.find(subject, actor="cli") == expected
        assert subjects.find(subject, actor="cli", account="demo") == expected
    assert subjects.find(Subject(identifier=RawText("612345879")), actor="cli", account="other") == ()
    assert subjects.find(Subject(pseudonym=PSEUDONYM), actor="cli", account="other") == ()
    for subject in (Subject(case_id=theirs.id), Subject(tracking_code=theirs.tracking_code)):
        with pytest.raises(CaseNotFoundError):
            subjects.find(subject, actor="cli", account="other")
    assert "612345879" not in held(records)
    assert records.verify().ok


class _WhileOthersWrite(Cipher):
    """Opens an original while somebody else records a case."""

    records: Records

    def decrypt(self, row: VaultRow) -> RawText:
        record(self.records)
        return super().decrypt(row)


def test_a_search_through_the_vault_holds_no_writer_up(records: Records, tmp_path: Path):
    made = record(records).stored.case
    cipher = _WhileOthersWrite(load_keys("NONE", tmp_path / "keys" / "vault.key", {}))
    cipher.records = records
    subjects = Subjects(records, cipher, load_retention())
    assert subjects.find(Subject(identifier=RawText("612345879")), actor="cli") == (made.id,)
    with records.database.read() as session:
        query = "SELECT payload FROM audit_log WHERE action = 'subject.searched'"
        assert json.loads(session.execute(text(query)).scalar_one())["cases"] == 1


def test_a_pseudonym_in_what_was_sent_counts(records: Records, subjects: Subjects):
    made = record(records).stored.case
    records.store.decide(made.id, decision(Verb.RESPOND, sent=f"Hola, {PSEUDONYM}."), account="demo")
    assert subjects.find(Subject(pseudonym=PSEUDONYM), actor="cli") == (made.id,)


def test_all_versions_of_a_message_belong_together(records: Records, subjects: Subjects):
    first = record(records, case(message_id="m-1")).stored.case
    second = record(records, case(message_id="m-1"), vault_entries={"MESSAGE": RawText("Más")}).stored.case
    assert subjects.find(Subject(case_id=first.id), actor="cli") == (first.id, second.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"case_id": "x", "pseudonym": PSEUDONYM},
        {"pseudonym": "[PERSONA_1]"},
        {"pseudonym": "[CORREO_k7qx]"},
        {"pseudonym": "ana"},
        {"identifier": RawText(" a-n-a ")},
    ],
)
def test_what_would_find_others_is_refused(wrong: dict[str, object]):
    with pytest.raises(SubjectError):
        Subject(**wrong)  # type: ignore[arg-type]


# Access


def test_access_gives_everything_and_is_on_record(records: Records, subjects: Subjects):
    made = record(records).stored.case
    records.store.decide(
        made.id, decision(Verb.RESPOND, sent="Hola.", original="Hola, Remedios."), account="demo"
    )
    told = subjects.access((made.id,), actor="dpo")["cases"][0]
    originals = {entry["name"]: entry["text"] for entry in told["originals"]}
    assert originals == {
        **{name: raw.reveal() for name, raw in ORIGINALS.items()},
        "SENT:1": "Hola, Remedios.",
    }
    assert (told["case"]["redacted_text"], told["decisions"][0]["sent_text"]) == (REDACTED_TEXT, "Hola.")
    assert [(look["action"], look["by"]) for look in told["history"]][-1] == ("subject.accessed", "dpo")
    with pytest.raises(CaseNotFoundError):
        subjects.access((made.id,), actor="dpo", account="other")
    assert records.verify().ok


# Erasure


def test_erasure_takes_texts_and_leaves_a_chain_that_verifies(records: Records, subjects: Subjects):
    made = record(records, case(message_id="m-1")).stored.case
    other = record(records).stored.case
    records.store.decide(
        made.id, decision(Verb.EDIT, sent="Hola, [PERSONA_1].", original="Hola, Remedios."), account="demo"
    )
    before = records.verify()
    assert before.ok
    done = subjects.erase(made.id, actor="dpo")
    assert (done.erased, done.entries, done.kept) == (True, 5, None)
    assert records.verify(noted_head=before.head).ok
    with records.database.read() as session:
        rows = [
            *session.execute(text("SELECT * FROM cases")),
            *session.execute(text("SELECT * FROM decisions")),
        ]
    theirs = "\n".join(str(row) for row in rows if made.id in str(row))
    for gone in (REDACTED_TEXT, "Hola", "m-1", "[PERSONA_1]"):
        assert json.dumps(gone)[1:-1] not in theirs
    with pytest.raises(VaultError):
        records.vault.reveal(made.id, "MESSAGE", actor="a", account="demo")
    assert records.vault.reveal(other.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    stored = records.store.get(made.id, account="demo")
    assert (stored.case.rules, stored.decisions[0].decided_by) == (made.rules, "key_agent")
    assert stored.case.tracking_code == made.tracking_code
    again = subjects.erase(made.id, actor="dpo")
    assert (again.erased, again.already) == (False, True)


def test_an_open_case_that_was_erased_can_only_be_closed(records: Records, subjects: Subjects):
    made = record(records).stored.case
    subjects.erase(made.id, actor="dpo")
    with pytest.raises(DecisionNotAllowedError):
        records.store.decide(made.id, decision(Verb.RESPOND, sent="Hola."), account="demo")
    records.store.decide(made.id, decision(Verb.IGNORE), account="demo")
    assert records.verify().ok


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        ("UPDATE cases SET body = replace(body, 'care', 'bin')", "was changed after it was recorded"),
        ("UPDATE decisions SET decided_by = 'nobody'", "decision 1 on case"),
        ("UPDATE cases SET content_digest = 'x'", "was changed after it was recorded"),
        ("DELETE FROM audit_log WHERE action = 'case.erased'", "missing"),
    ],
)
def test_tampering_with_an_erased_case_is_found(
    records: Records, subjects: Subjects, tamper: str, problem: str
):
    made = record(records).stored.case
    records.store.decide(made.id, decision(Verb.ACCEPT), account="demo")
    subjects.erase(made.id, actor="dpo")
    assert records.verify().ok
    with records.database.write() as session:
        session.execute(text(tamper))
    report = records.verify()
    assert not report.ok
    assert problem in (report.problem or "")


def test_a_case_emptied_without_an_erasure_is_found(records: Records):
    record(records)
    with records.database.write() as session:
        session.execute(text("UPDATE cases SET content_digest = 'erased', message_key = NULL"))
    assert not records.verify().ok


def test_pharmacovigilance_stays_and_the_refusal_is_on_record(records: Records, subjects: Subjects):
    made = record(records, case(flags=(flag(Flag.HEALTH_DATA), flag(Flag.ADVERSE_EVENT)))).stored.case
    ordinary = record(records, case(flags=(flag(Flag.HEALTH_DATA),))).stored.case
    kept, erased = (subjects.erase(one.id, actor="dpo") for one in (made, ordinary))
    assert (kept.erased, erased.erased) == (False, True)
    assert kept.kept is not None
    assert "17.3" in kept.kept.basis
    assert records.vault.reveal(made.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    with records.database.read() as session:
        query = "SELECT payload FROM audit_log WHERE action = 'subject.erasure_refused'"
        assert json.loads(session.execute(text(query)).scalar_one())["flag"] == "adverse_event"
    assert records.verify().ok


def test_erased_originals_are_not_left_in_the_files(tmp_path: Path):
    records = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path)
    made = record(records, case(redacted_text="marca-4711")).stored.case
    with records.database.read() as session:
        ciphertext = bytes(session.execute(text("SELECT ciphertext FROM vault LIMIT 1")).scalar_one())

    def on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.glob("b.db*"))

    assert b"marca-4711" in on_disk()
    assert ciphertext in on_disk()
    keys = load_keys("NONE", tmp_path / "vault.key", {})
    Subjects(records, Cipher(keys), load_retention()).erase(made.id, actor="dpo")
    assert b"marca-4711" not in on_disk()
    assert ciphertext not in on_disk()
    records.close()


def test_what_a_reader_kept_in_the_files_goes_with_the_next_purge(tmp_path: Path):
    records = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path / "keys")
    made = record(records, case(redacted_text="marca-4711")).stored.case
    subjects = Subjects(
        records, Cipher(load_keys("NONE", tmp_path / "keys" / "vault.key", {})), load_retention()
    )

    def on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.glob("b.db*"))

    with records.database.read() as reader:
        reader.execute(text("SELECT count(*) FROM cases"))
        assert subjects.erase(made.id, actor="dpo").erased
        assert b"marca-4711" in on_disk()
    assert records.vault.purge(actor="cli") == 0
    assert b"marca-4711" not in on_disk()
    records.close()


def test_the_list_of_erasures_keeps_ids_once_and_nothing_else(tmp_path: Path):
    assert erased_before(tmp_path) == ()
    first, second = new_case_id(), new_case_id()
    note_erased(tmp_path, [first])
    note_erased(tmp_path, [first, second])
    with (tmp_path / "erased.txt").open("a") as stream:
        stream.write("not an id\n")
    assert erased_before(tmp_path) == (first, second)
    assert (tmp_path / "erased.txt").stat().st_mode & 0o077 == 0
