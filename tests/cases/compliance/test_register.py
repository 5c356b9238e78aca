"""The register of adverse events: day zero, both clocks, and one line a message however often it came."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cases.compliance.register import AdverseEventRegister, Entry
from cases.decisions import CaseStatus, Verb
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.stored import Origin
from models.text import RawText
from policies.adverse_events import load_adverse_events
from policies.vocabulary import Channel
from tests.cases.compliance.adverse import adverse_case
from tests.cases.samples import ORIGINALS, RECEIVED, case, decision, open_records, record

TODAY = date(2026, 11, 20)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_records(f"sqlite:///{tmp_path / 'borrador.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def entries(records: Records, account: str = "demo") -> tuple[Entry, ...]:
    register = AdverseEventRegister(load_adverse_events())
    with records.database.read() as session:
        return register.entries(session, account=account, today=TODAY)


@pytest.mark.parametrize(
    ("serious", "submit_by", "left"), [(True, date(2026, 12, 3), 13), (False, date(2027, 2, 16), 88)]
)
def test_the_clock_runs_from_day_zero(records: Records, serious: bool, submit_by: date, left: int) -> None:
    record(records, adverse_case(date(2026, 11, 18), serious=serious))
    (entry,) = entries(records)
    assert entry.day_zero == date(2026, 11, 18)
    assert (entry.if_serious, entry.if_not_serious) == (date(2026, 12, 3), date(2027, 2, 16))
    assert (entry.submit_by, entry.days_left(TODAY)) == (submit_by, left)


def test_a_report_without_its_criteria_has_no_clock_and_is_not_lost(records: Records) -> None:
    record(records, adverse_case(missing=("patient",)))
    (entry,) = entries(records)
    assert (entry.day_zero, entry.submit_by, entry.days_left(TODAY)) == (None, None, None)
    assert entry.missing == ("patient",)


def test_other_cases_and_other_accounts_are_left_out(records: Records) -> None:
    record(records, case())
    record(records, adverse_case(), account="otra")
    assert entries(records) == ()
    assert len(entries(records, "otra")) == len(entries(records, ALL_ACCOUNTS)) == 1


def test_a_longer_thread_starts_no_new_clock(records: Records) -> None:
    first = record(records, adverse_case(date(2026, 11, 2)), vault_entries=_said("uno"), **_same())
    later = record(
        records, adverse_case(date(2026, 11, 18), thread_version=2), vault_entries=_said("dos"), **_same()
    )
    assert first.created
    assert later.created
    (entry,) = entries(records)
    assert entry.report.case_id == later.stored.case.id
    assert entry.day_zero == date(2026, 11, 2)
    assert entry.if_serious == date(2026, 11, 17)


def test_a_later_version_without_the_flag_does_not_hide_the_report(records: Records) -> None:
    first = record(records, adverse_case(date(2026, 11, 2)), vault_entries=_said("uno"), **_same())
    record(records, case(thread_version=2), vault_entries=_said("dos"), **_same())
    (entry,) = entries(records)
    assert entry.report.case_id == first.stored.case.id


def test_the_most_pressing_comes_first_and_decided_ones_stay(records: Records) -> None:
    over = record(records, adverse_case(date(2026, 1, 1)))
    unclocked = record(records, adverse_case(missing=("product",)))
    soon = record(records, adverse_case(date(2026, 11, 8), serious=True))
    calm = record(records, adverse_case(date(2026, 11, 18)))
    records.store.decide(soon.stored.case.id, decision(Verb.IGNORE), account="demo")
    found = entries(records)
    order = [soon, calm, over, unclocked]
    assert [entry.report.case_id for entry in found] == [one.stored.case.id for one in order]
    assert found[0].status is CaseStatus.IGNORED


def test_what_is_read_once_is_read_again_when_its_state_changes(records: Records) -> None:
    made = record(records, adverse_case())
    register = AdverseEventRegister(load_adverse_events())
    with records.database.read() as session:
        assert register.entries(session, account="demo", today=TODAY)[0].status is CaseStatus.OPEN
    records.store.decide(made.stored.case.id, decision(Verb.ESCALATE), account="demo")
    with records.database.read() as session:
        assert register.entries(session, account="demo", today=TODAY)[0].status is CaseStatus.ESCALATED


def _same() -> dict[str, object]:
    return {"origin": Origin("demo", Channel.EMAIL, RECEIVED, "mensaje-1")}


def _said(text: str) -> dict[str, RawText]:
    return {**ORIGINALS, "MESSAGE": RawText(text)}
