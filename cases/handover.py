"""Who has a case in hand, and its way to somebody else: the first who decides has it, until it is handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog, utc_now
from cases.canonical import Json
from cases.database import Database
from cases.errors import CaseError
from cases.keys import KeyStore, Scope
from cases.outbox import Event, EventType, Outbox
from cases.reading import ALL_ACCOUNTS, decisions_of, row_of, stored
from cases.stored import StoredCase
from cases.work_tables import HandoverRow

_MAY_RECEIVE = frozenset({Scope.AGENT, Scope.PLUGIN, Scope.ADMIN})


class HandoverError(CaseError):
    """A hand-over to nobody who could decide this case, or to whom has it already."""

    code = "handover_invalid"


@dataclass(frozen=True, slots=True)
class Handover:
    """A case that went from one to another. ``giver`` is None where nobody had it."""

    number: int
    giver: str | None
    receiver: str
    handed_by: str
    handed_at: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """A case and who has it."""

    stored: StoredCase
    owner: str | None
    """Id of a key; None while nobody decided anything."""
    handovers: tuple[Handover, ...]


class Handovers:
    """Tells who has a case, and hands it over: on the audit log, and with an event for the receiver's helpdesk."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        outbox: Outbox,
        keys: KeyStore,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._audit = audit
        self._outbox = outbox
        self._keys = keys
        self._now = now

    def holding(self, case_id: str, *, account: str) -> Holding:
        """The case, who has it and who had it.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        with self._database.read() as session:
            row = row_of(session, case_id, account)
            given = _handovers(session, case_id)
            return Holding(stored(session, [row])[0], _owner(session, case_id, given), given)

    def done_since(self, since: datetime, case_id: str, receiver: str, *, account: str, actor: str) -> bool:
        """Whether this actor handed the case to this receiver at or after an instant, and nobody did since.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        given = self.holding(case_id, account=account).handovers
        last = given[-1] if given else None
        if last is None or (last.receiver, last.handed_by) != (receiver, actor):
            return False
        return last.handed_at >= since

    def hand_over(self, case_id: str, receiver: str, *, account: str, actor: str) -> Handover:
        """Give a case to somebody who can decide it.

        Raises:
            CaseNotFoundError: no such case in this account.
            HandoverError: the receiver is unknown, revoked, of another account (told alike), may not decide, or
                has the case already.
        """
        key = self._keys.get(receiver)
        with self._database.write() as session:
            row = row_of(session, case_id, account)
            if (
                key is None
                or key.account not in (row.account, ALL_ACCOUNTS)
                or _MAY_RECEIVE.isdisjoint(key.scopes)
            ):
                raise HandoverError("to: no key of this account that may decide cases")
            given = _handovers(session, case_id)
            owner = _owner(session, case_id, given)
            if owner == key.id:
                raise HandoverError("to: has this case already")
            made = Handover(len(given) + 1, owner, key.id, actor, self._now())
            payload: dict[str, Json] = {"number": made.number, "from": owner, "to": key.id}
            seq = self._audit.append(
                session, Action.CASE_HANDED_OVER, actor=actor, payload=payload, case_id=case_id
            )
            session.add(
                HandoverRow(
                    case_id=case_id,
                    number=made.number,
                    giver=owner,
                    receiver=key.id,
                    handed_by=actor,
                    handed_at=made.handed_at,
                    audit_seq=seq,
                )
            )
            data: dict[str, Json] = {"from": owner, "to": key.id, "tracking_code": row.tracking_code}
            event = Event(EventType.CASE_HANDED_OVER, data)
            self._outbox.add(session, [event], account=row.account, case_id=case_id)
            return made


def _handovers(session: Session, case_id: str) -> tuple[Handover, ...]:
    query = select(HandoverRow).where(HandoverRow.case_id == case_id).order_by(HandoverRow.number)
    return tuple(
        Handover(row.number, row.giver, row.receiver, row.handed_by, row.handed_at)
        for row in session.scalars(query)
    )


def _owner(session: Session, case_id: str, given: tuple[Handover, ...]) -> str | None:
    if given:
        return given[-1].receiver
    decisions = decisions_of(session, [case_id])
    return decisions[0].decided_by if decisions else None
