"""Fills a store with many valid cases in minutes, for measuring pages.

Some hundred messages take the whole way through the shipped pipeline; their cases are then recorded again and again
under ids of their own, by the store's own code: sealed, chained in the audit log, encrypted in the vault, decided on.
Two things differ from cases that came in one by one, neither of which a page can see: the rows of many cases are
inserted at once, and the clocks are written as they stand today instead of being followed through time.
`borrador audit verify` finds the filled store sound.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from rich.progress import track
from sqlalchemy import insert
from sqlalchemy.orm import Session

from cases.audit import GENESIS, HEAD, AuditLog
from cases.case import Case, CaseAdverseEvent, Sla
from cases.database import Database
from cases.decisions import DecisionRecord, SentText, Verb
from cases.identifiers import new_case_id, new_tracking_code
from cases.message import Message
from cases.outbox import Outbox
from cases.pipeline import Outcome, Pipeline
from cases.records import Records
from cases.sealing import Sealer
from cases.store import CaseStore
from cases.stored import Origin
from cases.tables import AuditHeadRow, Base, CaseRow
from cases.work_tables import ClockRow, MarkRow
from models.text import RawText, RedactedText

GROUP = 500
"""Cases in one transaction."""
DAYS = 90
"""The cases were received over so many days until now."""
AGENTS = 12
SHARES = (
    (Verb.ACCEPT, 0.55),
    (Verb.EDIT, 0.70),
    (Verb.RESPOND, 0.75),
    (Verb.IGNORE, 0.84),
    (Verb.ESCALATE, 0.88),
)
"""Cumulated shares of what people decided; the rest of the cases is open."""
CLOCKS = ("acknowledge", "answer", "resolve")
SEED = 20260301


@dataclass(frozen=True, slots=True)
class Pattern:
    """A case that the pipeline made, recorded again under other names."""

    outcome: Outcome
    at: datetime


class _Collector:
    """Stands where the store expects a session: keeps the rows of many cases, to insert them at once."""

    def __init__(self, head: AuditHeadRow) -> None:
        self._head = head
        self._cases: dict[str, CaseRow] = {}
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._made: list[Base] = []

    def add(self, row: Base) -> None:
        """Keep a row; the head of the audit log is one that changes."""
        if isinstance(row, CaseRow):
            self._cases[row.id] = row
        if not isinstance(row, AuditHeadRow):
            self._made.append(row)

    def add_all(self, rows: Iterable[Base]) -> None:
        """Keep rows."""
        for row in rows:
            self.add(row)

    def get(self, model: type[Base], key: object) -> Base | None:
        """The head, or a case of this group."""
        return self._head if model is AuditHeadRow else self._cases.get(str(key))

    def scalars(self, _query: object) -> "_Nothing":
        """No case of a group has an earlier version, or a decision before its first."""
        return _Nothing()

    def flush(self) -> None:
        """Nothing: rows are written by ``write``."""

    def write(self, session: Session) -> None:
        """Insert all, the cases before what points to them."""
        for row in self._made:
            self._rows.setdefault(type(row), []).append(_values(row))
        for model in sorted(self._rows, key=lambda model: model is not CaseRow):
            session.execute(insert(model), self._rows[model])
        head = session.merge(
            AuditHeadRow(id=HEAD, seq=self._head.seq, hash=self._head.hash, seal=self._head.seal)
        )
        session.add(head)


class _Nothing:
    def all(self) -> list[Any]:
        return []


class _OneTransaction:
    """Stands where the store expects a database: every writer gets the collector of the group."""

    def __init__(self) -> None:
        self.collector: _Collector | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give the collector."""
        yield cast(Session, self.collector)


def _values(row: Base) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def patterns(pipeline: Pipeline, messages: Sequence[Message], at: datetime) -> list[Pattern]:
    """Take messages the whole way."""
    return [
        Pattern(pipeline.run(message, received_at=at), at)
        for message in track(messages, description="pipeline")
    ]


def fill(records: Records, made: Sequence[Pattern], count: int) -> None:
    """Record ``count`` cases, received evenly over the last days; the same every time but for ids.

    Raises:
        CaseError: the store refused; groups recorded before stay.
    """
    chance = random.Random(SEED)
    clock = _Moving(records.now() - timedelta(days=DAYS))
    step = timedelta(days=DAYS) / max(count, 1)
    database, now = _OneTransaction(), records.now()
    audit, outbox = AuditLog(records.sealer, clock), Outbox(clock)
    store = CaseStore(
        cast(Database, database),
        sealer=records.sealer,
        audit=audit,
        vault=records.vault,
        outbox=outbox,
        now=clock,
    )
    for first in track(range(0, count, GROUP), description=f"{count} cases"):
        with records.database.write() as session:
            database.collector = _Collector(_head(session, records.sealer))
            rows: list[dict[str, object]] = []
            for _ in range(first, min(first + GROUP, count)):
                clock.at += step
                rows += _record(store, chance.choice(made), clock.at, chance, now)
            database.collector.write(session)
            session.execute(insert(ClockRow), rows)
    _mark_read(records)


def _head(session: Session, sealer: Sealer) -> AuditHeadRow:
    head = session.get(AuditHeadRow, HEAD)
    if head is None:
        return AuditHeadRow(id=HEAD, seq=0, hash=GENESIS, seal=sealer.head_seal(0, GENESIS))
    return AuditHeadRow(id=HEAD, seq=head.seq, hash=head.hash, seal=head.seal)


class _Moving:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def _record(
    store: CaseStore, pattern: Pattern, at: datetime, chance: random.Random, now: datetime
) -> list[dict[str, object]]:
    """Record one case and what was decided on it; give the rows of its clocks."""
    outcome = pattern.outcome
    case = renamed(outcome.case, at - pattern.at)
    origin = Origin(outcome.origin.account, outcome.origin.channel, at)
    store.record(
        case,
        origin=origin,
        vault_entries=outcome.originals,
        actor="eval",
        facts=outcome.facts,
    )
    record = _decision(case, chance)
    if record is not None:
        store.decide(case.id, record, account=origin.account)
    ended = record is not None and record.decision is not Verb.ESCALATE
    return list(_clocks(case, at, at + timedelta(minutes=chance.expovariate(1 / 90)) if ended else None, now))


def renamed(case: Case, by: timedelta) -> Case:
    """The case under an id and a tracking code of its own, its dates moved."""
    sla = {
        name: at + by
        for name in ("acknowledge_by", "answer_by", "resolve_by")
        if (at := getattr(case.sla, name))
    }
    return case.model_copy(
        update={
            "id": new_case_id(),
            "tracking_code": new_tracking_code(),
            "message_id": None,
            "thread_version": 1,
            "sla": Sla.model_validate({**case.sla.model_dump(), **sla}),
            "adverse_event": None if case.adverse_event is None else _moved(case.adverse_event, by),
        }
    )


def _moved(event: CaseAdverseEvent, by: timedelta) -> CaseAdverseEvent:
    clock = event.clock
    if clock is not None:
        names = ("day_zero", "submit_by", "if_serious", "if_not_serious")
        clock = clock.model_copy(update={name: getattr(clock, name) + by for name in names})
    zero = None if event.day_zero is None else event.day_zero + by
    return event.model_copy(update={"day_zero": zero, "clock": clock})


def _decision(case: Case, chance: random.Random) -> DecisionRecord | None:
    drawn = chance.random()
    verb = next((verb for verb, share in SHARES if drawn < share), None)
    if verb in (Verb.ACCEPT, Verb.EDIT) and not case.drafts:
        verb = Verb.IGNORE
    if verb is None:
        return None
    sent, note, draft = None, None, None
    if verb in (Verb.ACCEPT, Verb.EDIT):
        draft = 0
    if verb is Verb.EDIT:
        sent = _sent(f"{case.drafts[0].text} Escríbenos si tienes otra duda.")
    elif verb is Verb.RESPOND:
        sent = _sent("Gracias por escribirnos. Lo miramos con el equipo y te contamos.")
    elif verb in (Verb.IGNORE, Verb.ESCALATE):
        note = RedactedText("Otro motivo. Consultado con el equipo.")
    return DecisionRecord(
        decision=verb,
        thread_version=1,
        decided_by=f"agent-{chance.randrange(AGENTS)}",
        draft=draft,
        sent=sent if verb is not Verb.ACCEPT else _sent(case.drafts[0].text),
        note=note,
    )


def _sent(text: str) -> SentText:
    return SentText(RawText(text), RedactedText(text))


def _clocks(case: Case, at: datetime, stopped: datetime | None, now: datetime) -> Iterator[dict[str, object]]:
    """The clocks as they stand now, all warned of and told of: nothing is left for a worker to do."""
    for name, due in zip(
        CLOCKS, (case.sla.acknowledge_by, case.sla.answer_by, case.sla.resolve_by), strict=True
    ):
        if due is None:
            continue
        end = stopped or now
        yield {
            "case_id": case.id,
            "clock": name,
            "warn_at": at + (due - at) * 0.8,
            "due_at": due,
            "next_at": due if stopped is None and due > now else None,
            "stopped_at": stopped,
            "warned_at": None,
            "breached_at": due if end > due else None,
        }


def _mark_read(records: Records) -> None:
    with records.database.write() as session:
        head = session.get(AuditHeadRow, HEAD)
        session.merge(MarkRow(name="timekeeping", position=head.seq if head is not None else 0))
