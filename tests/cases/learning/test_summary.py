"""The counts by day tell what the cases themselves tell, whatever happened and in whatever pieces they were counted."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from cases.case import ScoredCode
from cases.decisions import Verb
from cases.erasure import Eraser
from cases.errors import CaseError
from cases.keys import Scope
from cases.learning import summary as summary_module
from cases.learning.judged import Span
from cases.learning.report import LearningReport, learning_report, report_of
from cases.learning.summary import LearningSummary
from cases.learning.tables import LearningCaseRow, LearningDayRow
from cases.records import Records
from cases.retention import RETENTION_FILE, load_retention
from cases.satisfaction import Satisfaction
from cases.stored import Origin
from models.text import RawText, RedactedText
from policies.vocabulary import Channel, Disposition
from tests.cases.learning.history import DRAFT, POLICY, decided, drafts, made, recorded, take
from tests.cases.samples import ORIGINALS, RECEIVED, Clock, open_records, record

DAY = RECEIVED.date()


def counted(records: Records, span: Span | None = None) -> LearningReport:
    """From the cases themselves."""
    with records.database.read() as session:
        return learning_report(session, span or Span(), POLICY, as_of=RECEIVED)


def summed(records: Records, span: Span | None = None, *, catch_up: bool = True) -> LearningReport:
    """From the counts by day."""
    summary = LearningSummary(records.database)
    if catch_up:
        summary.catch_up()
    asked = span or Span()
    return report_of(summary.tally(asked), asked, POLICY, as_of=RECEIVED)


def erase(records: Records, case_id: str, account: str = "demo") -> bool:
    retention = load_retention(RETENTION_FILE)
    eraser = Eraser(records.database, records.sealer, records.audit, retention, records.now)
    return eraser.erase(case_id, account=account, actor="dpo").erased


def grade(records: Records, case_id: str, score: int) -> None:
    satisfaction = Satisfaction(records.database, records.sealer, records.audit, records.now)
    satisfaction.record(
        case_id, score, comment=RedactedText("Muy amables."), account="demo", actor="encuestas"
    )


def test_nothing_is_counted_of_nothing(records: Records) -> None:
    assert summed(records) == counted(records)
    assert LearningSummary(records.database).step() is False


def test_the_counts_are_those_of_the_cases(records: Records) -> None:
    graded = decided(records, Verb.ACCEPT, rules=("answer-known", "health-data"))
    decided(records, Verb.EDIT, DRAFT[:-10])
    decided(records, Verb.EDIT, DRAFT[:20], language="ca", channel=Channel.EMAIL)
    decided(records, Verb.IGNORE, rules=("answer-known",), intents=())
    decided(records, Verb.ESCALATE, rules=("answer-known",), disposition=Disposition.DRAFT)
    decided(records, Verb.RESPOND, "Te lo miramos.", drafts=())
    decided(records, Verb.ACCEPT, account="otra")
    recorded(records)
    grade(records, graded, 4)
    found = summed(records)
    assert found == counted(records)
    assert (found.total.cases, found.total.accepted, found.satisfaction.counts) == (8, 2, (0, 0, 0, 1, 0))
    assert found.overruled
    assert found.overruled[0].examples


def test_what_comes_later_is_counted_once(records: Records) -> None:
    case_id = decided(records, Verb.ESCALATE)
    assert summed(records).total.handed_on == 1
    take(records, case_id, Verb.ACCEPT, by="key_eva")
    for _ in range(2):
        found = summed(records)
        assert found == counted(records)
        assert (found.total.cases, found.total.accepted, found.total.handed_on) == (1, 1, 0)
    grade(records, case_id, 5)
    assert summed(records).satisfaction.rated == 1


def test_a_company_never_sees_another_s(records: Records) -> None:
    mine, other = decided(records, Verb.IGNORE), decided(records, Verb.IGNORE, account="otra")
    for account, own, foreign in (("demo", mine, other), ("otra", other, mine)):
        found = summed(records, Span(account))
        assert found == counted(records, Span(account))
        assert found.total.cases == 1
        shown = repr(found)
        assert own in shown
        assert foreign not in shown
    for account in ("dem", "demo2", "DEMO", "%", "", "demo\0"):
        assert summed(records, Span(account)).total.cases == 0


def test_days_cut_both_ends(records: Records) -> None:
    for days in (-2, -1, 0, 0):
        case(records, RECEIVED + timedelta(days=days))
    for first, last in (
        (None, None), (DAY, None), (DAY, DAY), (None, DAY - timedelta(days=1)),
        (DAY - timedelta(days=1), DAY - timedelta(days=1)), (DAY + timedelta(days=1), None), (date.min, date.max),
    ):  # fmt: skip
        span = Span("demo", first, last)
        assert summed(records, span) == counted(records, span)
    assert summed(records, Span(first=DAY, last=DAY)).total.cases == 2


@pytest.mark.parametrize(("hour", "day"), [(23, DAY), (24, DAY + timedelta(days=1))])
def test_a_day_is_one_in_utc(records: Records, hour: int, day: date) -> None:
    case(records, RECEIVED.replace(hour=0, minute=0) + timedelta(hours=hour, minutes=59 if hour == 23 else 0))
    span = Span("demo", day, day)
    assert summed(records, span) == counted(records, span)
    assert summed(records, span).total.cases == 1


def test_an_erased_case_leaves_nothing_but_its_grade(records: Records) -> None:
    gone, kept = decided(records, Verb.ACCEPT), decided(records, Verb.IGNORE)
    undecided = recorded(records)
    grade(records, gone, 2)
    assert summed(records).total.cases == 3
    assert erase(records, gone)
    assert erase(records, undecided)
    found = summed(records)
    assert found == counted(records)
    assert (found.total.cases, found.total.accepted, found.satisfaction.counts) == (1, 0, (0, 1, 0, 0, 0))
    with records.database.read() as session:
        days = list(session.scalars(select(LearningDayRow.body)))
        left = {row.case_id: row.body for row in session.scalars(select(LearningCaseRow))}
    assert undecided not in left
    assert left[gone] == '{"answered":true,"case":null,"score":2}'
    assert gone not in "".join(days)
    assert kept in "".join(days)


def test_nothing_that_somebody_wrote_is_kept(records: Records) -> None:
    secret = "Me llamo Obdulia y el sarpullido no se va."
    case_id = recorded(records, redacted_text=secret, drafts=drafts("Hola, Obdulia."))
    take(records, case_id, Verb.EDIT, "Hola, Obdulia. Lo miramos.", by="key_ana")
    grade(records, case_id, 1)
    summed(records)
    with records.database.read() as session:
        for table in ("learning_cases", "learning_days"):
            kept = repr(session.execute(text(f"SELECT * FROM {table}")).all())
            assert case_id in kept or table == "learning_days"
            for word in ("Obdulia", "sarpullido", "amables", "key_ana"):
                assert word not in kept


def test_a_replaced_case_counts_no_more(records: Records) -> None:
    origin = Origin("demo", Channel.EMAIL, RECEIVED, "mensaje-1")
    for version in (1, 2):
        entries = {**ORIGINALS, "MESSAGE": RawText(str(version))}
        record(records, made(thread_version=version), origin=origin, vault_entries=entries)
        found = summed(records)
        assert found == counted(records)
        assert found.total.cases == 1


def test_two_at_once_count_once(records: Records) -> None:
    decided(records, Verb.ACCEPT)
    first, second = LearningSummary(records.database), LearningSummary(records.database)
    with records.database.read() as session:
        step = summary_module._next_step(session, summary_module._head(session))
    assert step is not None
    second.catch_up()
    with records.database.write() as session:
        assert summary_module._mark(session) != step.mark
    assert first.step() is False
    assert summed(records, catch_up=False) == counted(records)


def test_small_steps_come_to_the_same(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        case(records, RECEIVED + timedelta(days=number % 3), Verb.ACCEPT)
    monkeypatch.setattr(summary_module, "ROWS", 5)
    monkeypatch.setattr(summary_module, "MOST_DAYS", 1)
    assert LearningSummary(records.database).catch_up() > 3
    assert summed(records, catch_up=False) == counted(records)


def test_rows_that_change_nothing_are_passed(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "IDLE", 4)
    summary = LearningSummary(records.database)
    for number in range(3):
        records.keys.create(name=f"k{number}", account="demo", scopes=(Scope.AGENT,), actor="t")
    assert summary.step() is False  # not worth a write
    assert summary.behind() == 3
    for number in range(3):
        records.keys.create(name=f"l{number}", account="demo", scopes=(Scope.AGENT,), actor="t")
    assert summary.step() is True
    assert summary.behind() == 0


def test_forgotten_counts_come_back(records: Records) -> None:
    decided(records, Verb.ACCEPT)
    before = summed(records)
    with records.database.write() as session:
        session.execute(update(LearningDayRow).values(body=LearningDayRow.body + " "))
        session.execute(text("UPDATE learning_cases SET body = replace(body, 'accept', 'ignore')"))
    LearningSummary(records.database).forget()
    assert summed(records, catch_up=False).total.cases == 0
    assert summed(records) == before


def test_another_policy_reads_the_same_counts(records: Records) -> None:
    decided(records, Verb.ESCALATE, disposition=Disposition.DRAFT, rules=("answer-known",))
    summary = LearningSummary(records.database)
    summary.catch_up()
    contradict: dict[Disposition, frozenset[Verb]] = {one: frozenset() for one in POLICY.overruled.contradict}
    policy = POLICY.model_copy(
        update={"overruled": POLICY.overruled.model_copy(update={"contradict": contradict})}
    )
    assert report_of(summary.tally(Span()), Span(), POLICY, as_of=RECEIVED).overruled
    assert report_of(summary.tally(Span()), Span(), policy, as_of=RECEIVED).overruled == ()


def case(records: Records, at: Any, verb: Verb | None = None, account: str = "demo", **changes: Any) -> str:
    """A case received at a time of its own."""
    one = made(**changes)
    entries = {**ORIGINALS, "MESSAGE": RawText(one.id)}
    origin = Origin(account, Channel.INSTAGRAM, at)
    case_id = record(records, one, account=account, origin=origin, vault_entries=entries).stored.case.id
    if verb is not None:
        take(records, case_id, verb, account=account)
    return case_id


SENT = {Verb.EDIT: "Hola. Otra cosa.", Verb.RESPOND: "Hola, te contamos."}
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("case"),
            st.integers(0, 3),
            st.sampled_from(("demo", "otra")),
            st.sampled_from((Disposition.DRAFT, Disposition.ACKNOWLEDGE, Disposition.NO_REPLY)),
            st.sampled_from(((), ("r1",), ("r1", "r2"))),
            st.booleans(),
        ),
        st.tuples(st.just("decide"), st.integers(0, 20), st.sampled_from(sorted(Verb)), st.integers(1, 20)),
        st.tuples(st.just("erase"), st.integers(0, 20)),
        st.tuples(st.just("grade"), st.integers(0, 20), st.integers(1, 5)),
        st.tuples(st.just("count")),
    ),
    max_size=14,
)


class _History:
    """Does what is drawn, where the store lets it."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.made: list[tuple[str, str]] = []

    def do(self, step: tuple[Any, ...]) -> None:
        name, *rest = step
        if name == "count":
            LearningSummary(self.records.database).catch_up()
        elif name == "case":
            self._case(*rest)
        elif self.made:
            case_id, account = self.made[rest[0] % len(self.made)]
            self._on(name, case_id, account, rest[1:])

    def _case(
        self, day: int, account: str, disposition: Disposition, rules: tuple[str, ...], drafted: bool
    ) -> None:
        changes: dict[str, Any] = {"disposition": disposition, "rules": rules}
        changes["drafts"] = drafts(DRAFT) if drafted else ()
        changes["intents"] = (ScoredCode(code="complaint", score=0.9),) if day % 2 else ()
        at = RECEIVED + timedelta(days=day)
        self.made.append((case(self.records, at, account=account, **changes), account))

    def _on(self, name: str, case_id: str, account: str, rest: list[Any]) -> None:
        try:
            if name == "decide":
                verb, cut = rest
                sent = DRAFT[:-cut] if verb is Verb.EDIT else SENT.get(verb)
                take(self.records, case_id, verb, sent, account=account)
            elif name == "erase":
                erase(self.records, case_id, account)
            else:
                satisfaction = Satisfaction(
                    self.records.database, self.records.sealer, self.records.audit, self.records.now
                )
                satisfaction.record(case_id, rest[0], comment=None, account=account, actor="encuestas")
        except CaseError:
            return  # decided already, nothing was sent, erased: the store keeps such things out


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("histories")


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happened_the_counts_are_those_of_the_cases(
    stores: Path, steps: list[tuple[Any, ...]]
) -> None:
    folder = stores / str(len(list(stores.iterdir())))
    records = open_records(f"sqlite:///{folder / 'b.db'}", folder, Clock())
    history = _History(records)
    try:
        for step in steps:
            history.do(step)
        for span in (
            Span(), Span("demo"), Span("otra"), Span("demo", DAY + timedelta(days=1), DAY + timedelta(days=2)),
        ):  # fmt: skip
            assert summed(records, span) == counted(records, span)
        steady = summed(records)
        LearningSummary(records.database).forget()
        assert summed(records) == steady
    finally:
        records.close()
