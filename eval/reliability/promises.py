"""What the service has promised, what its store holds, what receivers got: and whether the three agree."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from cases.canonical import canonical_json
from cases.case import Case
from cases.outbox import EventType, events_of
from cases.records import Records
from cases.request_tables import AcceptedRow
from cases.tables import CaseRow, DecisionRow, OutboxRow
from eval.reliability.findings import Broken, Finding, Json


def fingerprint(body: Json) -> str:
    """SHA-256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


@dataclass(slots=True)
class Ledger:
    """What callers were told is done. Changed by one thread at a time: its users hold a lock."""

    cases: dict[str, str] = field(default_factory=dict)
    """Id to the fingerprint of the case as it was answered."""
    works: set[str] = field(default_factory=set)
    """Ids of cases promised with 202."""
    decisions: set[tuple[str, int]] = field(default_factory=set)
    """Case and number."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the outbox holds it."""

    id: str
    type: str
    case_id: str
    data: str
    at: float = 0.0
    """Seconds since 1970."""

    @property
    def happening(self) -> tuple[str, str, str]:
        """The thing it tells of: there is to be one event for it. A crisis is one, whichever case brought it up."""
        data = json.loads(self.data)
        which = "|".join(str(data.get(name, "")) for name in ("clock", "promise", "superseded_by", "to"))
        return self.type, "" if self.type == EventType.CRISIS_OPENED else self.case_id, which


@dataclass(frozen=True, slots=True)
class Holding:
    """What the store holds."""

    cases: Mapping[str, str]
    """Id to the fingerprint of the body."""
    waiting: frozenset[str]
    """Ids of the cases that accepted work is still to make."""
    decisions: frozenset[tuple[str, int]]
    events: tuple[Told, ...]
    expected: Mapping[str, Counter[str]]
    """By case: the types of the events that its recording raises."""
    problem: str | None
    """What the verification of the audit chain found."""


@dataclass(frozen=True, slots=True)
class Got:
    """An event as a receiver got it."""

    id: str
    body: str
    """SHA-256 of its bytes."""
    signed: bool
    at: float = 0.0
    """Seconds since 1970."""


def read_holding(records: Records, *, with_events: bool) -> Holding:
    """Read the whole store, and verify its audit chain.

    Args:
        with_events: work out which events each case raises; the costly part.
    """
    report = records.verify()
    waiting = waiting_work(records)
    with records.database.read() as session:
        bodies = {row.id: row.body for row in session.execute(select(CaseRow.id, CaseRow.body))}
        decisions = session.execute(select(DecisionRow.case_id, DecisionRow.number)).all()
        events = session.scalars(select(OutboxRow).order_by(OutboxRow.position))
        told = tuple(
            Told(row.id, row.type, row.case_id, row.data, row.created_at.timestamp()) for row in events
        )
    expected: dict[str, Counter[str]] = {}
    if with_events:
        made = ((name, Case.model_validate_json(body)) for name, body in bodies.items())
        expected = {name: Counter(event.type.value for event in events_of(case)) for name, case in made}
    return Holding(
        cases={name: fingerprint(json.loads(body)) for name, body in bodies.items()},
        waiting=waiting,
        decisions=frozenset((row.case_id, row.number) for row in decisions),
        events=told,
        expected=expected,
        problem=None if report.ok else report.problem,
    )


def waiting_work(records: Records) -> frozenset[str]:
    """Ids of the cases that accepted work is still to make."""
    with records.database.read() as session:
        undone = select(AcceptedRow.case_id).where(AcceptedRow.recorded_case_id.is_(None))
        return frozenset(session.scalars(undone))


def check_kept(ledger: Ledger, holding: Holding) -> Iterator[Finding]:
    """After a restart: all that was acknowledged is there, as it was answered, and the chain verifies."""
    for case_id, answered in ledger.cases.items():
        if case_id not in holding.cases:
            yield Finding(Broken.LOST_CASE, case_id)
        elif holding.cases[case_id] != answered:
            yield Finding(Broken.CHANGED_CASE, case_id)
    for case_id in ledger.works - holding.waiting - holding.cases.keys():
        yield Finding(Broken.LOST_WORK, case_id)
    for case_id, number in ledger.decisions - holding.decisions:
        yield Finding(Broken.LOST_DECISION, f"{case_id}:{number}")
    if holding.problem is not None:
        yield Finding(Broken.AUDIT_CHAIN, holding.problem)
    yield from _events(holding)


def check_settled(ledger: Ledger, holding: Holding) -> Iterator[Finding]:
    """After every request was answered: no work waits, and there is no case that nobody asked for."""
    for case_id in ledger.works & holding.waiting:
        yield Finding(Broken.LOST_WORK, f"{case_id} still waits")
    for case_id in holding.cases.keys() - ledger.cases.keys() - ledger.works:
        yield Finding(Broken.CASE_TWICE, case_id)


def check_delivered(holding: Holding, received: Sequence[Got]) -> Iterator[Finding]:
    """After all was delivered: every event came, signed, with the same bytes each time, and none that is not ours."""
    bodies: dict[str, str] = {}
    known = {event.id for event in holding.events}
    for got in received:
        if got.id not in known:
            yield Finding(Broken.STRANGE_EVENT, f"{got.id} is not in the outbox")
        elif not got.signed:
            yield Finding(Broken.STRANGE_EVENT, f"{got.id} is not signed by us")
        elif bodies.setdefault(got.id, got.body) != got.body:
            yield Finding(Broken.STRANGE_EVENT, f"{got.id} came with another body")
    for event in holding.events:
        if event.id not in bodies:
            yield Finding(Broken.UNDELIVERED_EVENT, f"{event.id} {event.type}")


def _events(holding: Holding) -> Iterator[Finding]:
    by_case: dict[str, Counter[str]] = defaultdict(Counter)
    for event in holding.events:
        by_case[event.case_id][event.type] += 1
    for case_id, expected in holding.expected.items():
        for missing in (expected - by_case[case_id]).elements():
            yield Finding(Broken.LOST_EVENT, f"{case_id} {missing}")
    for happening, count in _counted(holding.events):
        if count > 1:
            yield Finding(Broken.EVENT_TWICE, f"{happening[0]} {happening[1]} {count} times")


def _counted(events: Iterable[Told]) -> Iterable[tuple[tuple[str, str, str], int]]:
    return Counter(event.happening for event in events).items()
