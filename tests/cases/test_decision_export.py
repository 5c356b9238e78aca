"""What people decided, as lines that `borrador eval run --data` reads: round trip, days, accounts, and no text."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cases.case import Case
from cases.decision_export import LeftOut, export_decisions
from cases.decisions import Verb
from cases.errors import EvidenceError
from cases.evidence.selection import Period
from cases.records import Records
from cases.tables import AuditRow
from eval.harness.own_data import check
from policies.decision import Facts
from policies.vocabulary import Channel, Disposition, Visibility
from tests.cases.samples import RAW_TEXT, REDACTED_TEXT, Clock, case, decision, open_records, record

FACTS = Facts(
    channel=Channel.INSTAGRAM,
    visibility=Visibility.PUBLIC,
    language="es",
    intents=("adverse_event",),
    emotion="worried",
    relevance="answer",
    signals={"adverse_event": 0.93},
    handling={"acknowledge": 0.7, "draft": 0.1},
    understanding_abstained=False,
    evidence_abstained=True,
    personal_entities=frozenset({"PERSON"}),
    health_entities=frozenset({"SYMPTOM"}),
    customer_turns=1,
    agent_turns=0,
)
DAYS = Period(date(2026, 11, 18), date(2026, 11, 18), "Europe/Madrid")


def decided(
    records: Records, verb: Verb, *, account: str = "demo", facts: Facts | None = FACTS, **fields
) -> Case:
    made = record(records, case(**fields), account=account, facts=facts).stored.case
    sending = {Verb.EDIT: "Otra cosa, [PERSONA_1].", Verb.RESPOND: "De mi puño y letra."}
    draft = 0 if verb in (Verb.ACCEPT, Verb.EDIT) else None
    records.store.decide(made.id, decision(verb, sent=sending.get(verb), draft=draft), account=account)
    return made


def exported(records: Records, folder: Path, *, period: Period = DAYS, account: str = "*"):
    file = folder / "decisions.jsonl"
    counts = export_decisions(records, file, period=period, account=account, actor="cli")
    return file, counts


def test_what_was_decided_is_read_back_by_the_evaluation(records: Records, tmp_path: Path):
    agreed = [decided(records, Verb.ACCEPT), decided(records, Verb.EDIT), decided(records, Verb.RESPOND)]
    ignored = decided(records, Verb.IGNORE)
    file, counts = exported(records, tmp_path)
    assert counts.lines == 4
    assert counts.left_out == {}
    read = check(file)
    assert read.problems == ()
    assert [one.facts for one in read.data.decisions] == [FACTS] * 4
    by_case = {json.loads(line)["id"]: json.loads(line) for line in file.read_text().splitlines()}
    assert {by_case[one.id]["disposition"] for one in agreed} == {Disposition.ACKNOWLEDGE}
    assert by_case[ignored.id]["disposition"] == Disposition.NO_REPLY


def test_no_text_of_anybody_leaves(records: Records, tmp_path: Path):
    decided(records, Verb.EDIT)
    file, _ = exported(records, tmp_path)
    told = file.read_text(encoding="utf-8")
    assert "acknowledge" in told
    for words in (RAW_TEXT, REDACTED_TEXT, "Otra cosa", "Quiñonero", "eccema", "612"):
        assert words not in told
    assert file.stat().st_mode & 0o077 == 0


def test_what_tells_nothing_is_counted_and_left_out(records: Records, tmp_path: Path):
    decided(records, Verb.ESCALATE)
    decided(
        records,
        Verb.RESPOND,
        disposition=Disposition.NO_REPLY,
        drafts=(),
        allowed_decisions=("respond", "ignore"),
    )
    decided(records, Verb.IGNORE, facts=None)
    record(records)  # nobody has decided on it
    file, counts = exported(records, tmp_path)
    assert counts.lines == 0
    assert counts.left_out == {LeftOut.HANDED_ON: 1, LeftOut.OWN_WORDS: 1, LeftOut.NO_FACTS: 1}
    assert file.read_text() == ""


def test_of_a_case_handed_on_and_settled_the_last_decision_counts(
    records: Records, clock: Clock, tmp_path: Path
):
    made = decided(records, Verb.ESCALATE)
    clock.move(days=2)
    records.store.decide(made.id, decision(Verb.IGNORE), account="demo")
    assert exported(records, tmp_path)[1].lines == 0
    later = tmp_path / "later"
    later.mkdir()
    day = (clock.at + timedelta(0)).date()
    file, counts = exported(records, later, period=Period(day, day, "Europe/Madrid"))
    assert (counts.lines, json.loads(file.read_text())["disposition"]) == (1, "no_reply")


def test_days_are_those_of_the_time_zone(tmp_path: Path):
    clock = Clock(datetime(2026, 11, 18, 23, 30, tzinfo=UTC))  # the 19th in Madrid
    records = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path, clock)
    decided(records, Verb.ACCEPT)
    assert exported(records, tmp_path)[1].lines == 0
    file = tmp_path / "next.jsonl"
    next_day = Period(date(2026, 11, 19), date(2026, 11, 19), "Europe/Madrid")
    assert export_decisions(records, file, period=next_day, account="*", actor="cli").lines == 1


def test_one_account_is_apart_and_the_export_is_on_the_record(records: Records, tmp_path: Path):
    ours = decided(records, Verb.ACCEPT)
    decided(records, Verb.ACCEPT, account="otra")
    file, counts = exported(records, tmp_path, account="demo")
    assert counts.lines == 1
    assert json.loads(file.read_text())["id"] == ours.id
    with records.database.read() as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
    assert (row.action, row.actor, json.loads(row.payload)["what"]) == (
        "evidence.exported",
        "cli",
        "decisions",
    )
    assert json.loads(row.payload)["lines"] == 1
    assert records.verify().ok


def test_a_file_that_is_there_is_left_as_it_is(records: Records, tmp_path: Path):
    decided(records, Verb.ACCEPT)
    file, _ = exported(records, tmp_path)
    before = file.read_text()
    with pytest.raises(FileExistsError):
        exported(records, tmp_path)
    assert file.read_text() == before
    with pytest.raises(EvidenceError):
        export_decisions(
            records,
            tmp_path / "x",
            period=Period(DAYS.last, date(2026, 1, 1), "UTC"),
            account="*",
            actor="cli",
        )
    assert not (tmp_path / "x").exists()
