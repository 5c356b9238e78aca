"""The ledger of promises (M49) and follow-ups (M51): written from what was sent, brought up in time, settled once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.canonical import Json
from cases.decisions import Verb
from cases.outbox import EventType
from cases.tables import CaseRow, DecisionRow
from cases.timekeeping.due import due_at, share_of
from cases.timekeeping.phrases import Phrasebook, Unit
from cases.timekeeping.policy import FollowUp
from cases.timekeeping.rows import Desk, body_of
from cases.work_tables import PromiseRow

BATCH = 100
_NOBODY_ASKED = "follow-up."
"""Before the id of a follow-up's rule, where a promise has the id of its phrase."""


class PromiseKind(StrEnum):
    """What is to be done."""

    PROMISE = "promise"
    """Said to the customer."""
    FOLLOW_UP = "follow_up"
    """Of ours: asking whether the answer helped."""


class PromiseState(StrEnum):
    """Whether it was done."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    """Its time passed; it can still be kept, late."""
    DROPPED = "dropped"
    """The case was erased."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise or a follow-up as it is shown. ``text`` is the sentence, redacted; None for a follow-up."""

    case_id: str
    number: int
    tracking_code: str
    account: str
    kind: PromiseKind
    phrase: str
    text: str | None
    owner: str
    promised_at: datetime
    due_at: datetime
    state: PromiseState
    settled_at: datetime | None

    @property
    def id(self) -> str:
        """Its name: the case's, and a number."""
        return f"{self.case_id}:{self.number}"


class PromiseBook:
    """Keeps promises. All of it inside the caller's transaction, which no other writer overlaps."""

    def __init__(self, desk: Desk, phrasebook: Phrasebook) -> None:
        self._desk = desk
        self._phrasebook = phrasebook

    def note(self, session: Session, row: CaseRow, decision: DecisionRow) -> None:
        """Write down what a decision promised, and the follow-up that policy asks for."""
        sent = json.loads(decision.body)["sent_text"]
        if sent is None or decision.decision not in (Verb.ACCEPT, Verb.EDIT, Verb.RESPOND):
            return
        at, said = self._desk.time_of(row.account), decision.decided_at
        body = body_of(row)
        for found in self._phrasebook.find(sent, str(body["language"])):
            due = due_at(found, said, at)
            if due is not None:
                in_hours = found.unit is not Unit.HOURS
                share = self._desk.policy.promises.remind_at_share
                remind = share_of(said, due, share, at, in_hours=in_hours)
                place = {"phrase": found.phrase, "start": found.start, "end": found.end}
                self._add(session, row, decision, PromiseKind.PROMISE, due, remind, place)
        rule = next((rule for rule in self._desk.policy.follow_ups if _asks(rule, body)), None)
        if rule is not None:
            due = at.add_working_days(said, rule.working_days)
            remind = at.add_minutes(due.replace(hour=0, minute=0, second=0), 0)
            place = {"phrase": _NOBODY_ASKED + rule.id, "start": None, "end": None}
            self._add(session, row, decision, PromiseKind.FOLLOW_UP, due, min(remind, due), place)

    def raise_due(self, session: Session) -> int:
        """Tell of the promises to see to, and of those whose time has passed, once each; give the number of events."""
        now = self._desk.now()
        query = select(PromiseRow, CaseRow).join(CaseRow, CaseRow.id == PromiseRow.case_id)
        query = query.where(PromiseRow.next_at <= now).order_by(PromiseRow.next_at).limit(BATCH)
        return sum(self._raise(session, row, case, now) for row, case in session.execute(query).all())

    def settle(self, session: Session, case_id: str, number: int, by: str) -> bool:
        """Note one as kept; False where there is none, or it was settled before."""
        row = session.get(PromiseRow, (case_id, number))
        if row is None or row.state not in (PromiseState.OPEN, PromiseState.BROKEN):
            return False
        row.state, row.next_at = PromiseState.KEPT.value, None
        row.settled_at, row.settled_by = self._desk.now(), by
        return True

    def drop(self, session: Session, case_id: str) -> None:
        """Forget those of a case that was erased."""
        for row in session.scalars(select(PromiseRow).where(PromiseRow.case_id == case_id)):
            if row.state in (PromiseState.OPEN, PromiseState.BROKEN):
                row.state, row.next_at, row.settled_at = PromiseState.DROPPED.value, None, self._desk.now()

    def list(
        self,
        session: Session,
        *,
        account: str | None = None,
        case_id: str | None = None,
        states: Iterable[PromiseState] = tuple(PromiseState),
        limit: int = 200,
    ) -> tuple[Promise, ...]:
        """Promises, the most urgent first; None takes all accounts."""
        query = select(PromiseRow, CaseRow, DecisionRow).join(CaseRow, CaseRow.id == PromiseRow.case_id)
        same = (DecisionRow.case_id == PromiseRow.case_id, DecisionRow.number == PromiseRow.decision)
        query = query.join(DecisionRow, same[0] & same[1])
        query = query.where(PromiseRow.state.in_([state.value for state in states]))
        if account is not None:
            query = query.where(PromiseRow.account == account)
        if case_id is not None:
            query = query.where(PromiseRow.case_id == case_id)
        query = query.order_by(PromiseRow.due_at, PromiseRow.case_id, PromiseRow.number).limit(limit)
        return tuple(_promise(row, case, decision) for row, case, decision in session.execute(query))

    def _add(
        self,
        session: Session,
        row: CaseRow,
        decision: DecisionRow,
        kind: PromiseKind,
        due: datetime,
        remind: datetime,
        place: dict[str, Any],
    ) -> None:
        count = select(func.count()).select_from(PromiseRow).where(PromiseRow.case_id == row.id)
        session.add(
            PromiseRow(
                case_id=row.id,
                number=session.execute(count).scalar_one() + 1,
                account=row.account,
                decision=decision.number,
                kind=kind.value,
                owner=decision.decided_by,
                promised_at=decision.decided_at,
                due_at=due,
                next_at=remind,
                state=PromiseState.OPEN.value,
                **place,
            )
        )
        session.flush()

    def _raise(self, session: Session, row: PromiseRow, case: CaseRow, now: datetime) -> int:
        over = row.due_at <= now
        promised = row.kind == PromiseKind.PROMISE
        if over and promised:
            row.state, row.next_at, event = PromiseState.BROKEN.value, None, EventType.PROMISE_BROKEN
        else:
            row.next_at, event = (row.due_at if promised else None), EventType.PROMISE_DUE
        row.reminded_at = row.reminded_at or now
        if self._desk.is_forgotten(row.due_at):
            return 0
        due_by = self._desk.time_of(case.account).local(row.due_at).isoformat()
        data: dict[str, Json] = {
            "promise": row.number,
            "kind": row.kind,
            "due_by": due_by,
            "owner": row.owner,
        }
        self._desk.tell(session, case, event, data)
        return 1


def _asks(rule: FollowUp, body: dict[str, Any]) -> bool:
    flags = {flag["code"] for flag in body["flags"]}
    main = [intent["code"] for intent in body["intents"][:1]]
    return not flags.isdisjoint(flag.value for flag in rule.flags) or not set(main).isdisjoint(rule.intents)


def _promise(row: PromiseRow, case: CaseRow, decision: DecisionRow) -> Promise:
    sent = json.loads(decision.body)["sent_text"]
    return Promise(
        case_id=row.case_id,
        number=row.number,
        tracking_code=case.tracking_code,
        account=row.account,
        kind=PromiseKind(row.kind),
        phrase=row.phrase,
        text=sent[row.start : row.end] if sent and row.end is not None else None,
        owner=row.owner,
        promised_at=row.promised_at,
        due_at=row.due_at,
        state=PromiseState(row.state),
        settled_at=row.settled_at,
    )
