"""Erasure of a case at its subject's request (GDPR 17): texts and originals go, the record that it was stays."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from cases.accepted import WorkState
from cases.audit import Action, AuditLog, utc_now
from cases.canonical import Json, canonical_json
from cases.case import Case
from cases.database import Database
from cases.desk_tables import ExpertAnswerRow
from cases.reading import decisions_of, is_erased, row_of
from cases.replays import forget_case
from cases.request_tables import AcceptedRow
from cases.retention import Kept, Retention
from cases.satisfaction import erase_comment
from cases.sealing import Sealer
from cases.stored import ERASED_DIGEST, case_of
from cases.tables import CaseRow, DecisionRow, VaultRow
from cases.webhooks.promised import forget_conversation
from policies.vocabulary import Flag

ERASED_TEXT = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of one case."""

    case_id: str
    erased: bool
    entries: int
    """Originals deleted from the vault."""
    kept: Kept | None = None
    """Why it stays whole."""
    already: bool = False


class Eraser:
    """Erases cases. The audit chain stays unbroken: it holds codes and seals, and gets a row that tells of it."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        audit: AuditLog,
        retention: Retention,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._retention = retention
        self._now = now

    def erase(self, case_id: str, *, account: str, actor: str) -> Erasure:
        """Erase a case, or keep it where policy says that the law demands it; both on the audit log.

        What stays: codes, clocks, rules, who decided what and when. They are the company's proof that it
        answered, and name nobody.

        Raises:
            CaseNotFoundError: no such case in this account.
        """
        with self._database.write() as session:
            row = row_of(session, case_id, account)
            if is_erased(session, case_id):
                return Erasure(case_id, erased=False, entries=0, already=True)
            case = case_of(row)
            kept = self._kept(case)
            if kept is not None:
                return self._refuse(session, case, kept, actor)
            done = self._erase(session, row, case, actor)
        self._database.forget_deleted()
        return done

    def _kept(self, case: Case) -> tuple[Flag, Kept] | None:
        policy = self._retention.erasure.kept
        return next(((flag.code, policy[flag.code]) for flag in case.flags if flag.code in policy), None)

    def _refuse(self, session: Session, case: Case, kept: tuple[Flag, Kept], actor: str) -> Erasure:
        payload: dict[str, Json] = {"flag": kept[0].value, "basis": kept[1].basis}
        self._audit.append(
            session, Action.SUBJECT_ERASURE_REFUSED, actor=actor, payload=payload, case_id=case.id
        )
        return Erasure(case.id, erased=False, entries=0, kept=kept[1])

    def _erase(self, session: Session, row: CaseRow, case: Case, actor: str) -> Erasure:
        of_case = VaultRow.case_id == row.id
        entries = session.execute(select(func.count()).select_from(VaultRow).where(of_case)).scalar_one()
        session.execute(delete(VaultRow).where(of_case))
        _erase_deliveries(session, row.id, self._now())
        session.execute(delete(ExpertAnswerRow).where(ExpertAnswerRow.case_id == row.id))
        erase_comment(session, row.id)
        row.body = canonical_json(without_texts(case).model_dump(mode="json"))
        row.message_key, row.content_digest, row.facts, row.name_marks = None, ERASED_DIGEST, None, None
        decisions = decisions_of(session, [row.id])
        for decision in decisions:
            _erase_decision(decision)
        session.flush()
        seals: dict[str, Json] = {str(d.number): self._sealer.decision_seal(d) for d in decisions}
        payload: dict[str, Json] = {
            "entries": entries,
            "seal": self._sealer.case_seal(row),
            "decisions": seals,
        }
        self._audit.append(session, Action.CASE_ERASED, actor=actor, payload=payload, case_id=row.id)
        return Erasure(row.id, erased=True, entries=entries)


def without_texts(case: Case) -> Case:
    """The case without any text that came from the customer or speaks to them, and nothing left to send."""
    event = case.adverse_event
    if event is not None:
        event = event.model_copy(update={"support": {}, "situations": (), "seriousness": (), "questions": ()})
    return case.model_copy(
        update={
            "message_id": None,
            "redacted_text": ERASED_TEXT,
            "thread": (),
            "entities": (),
            "drafts": (),
            "adverse_event": event,
            "allowed_decisions": ("ignore",),
        }
    )


def _erase_decision(row: DecisionRow) -> None:
    body = json.loads(row.body)
    row.body = canonical_json({**body, "draft": None, "sent_text": None, "note": None})


def _erase_deliveries(session: Session, case_id: str, now: datetime) -> None:
    """What brought the case or answered for it: encrypted messages in queues, and answers kept for repeated calls.

    Keyed hashes of deliveries stay, so that the same delivery again is known and brings nothing back.
    """
    nothing = {"key_id": None, "nonce": None, "ciphertext": None}
    forget_conversation(session, case_id)
    is_its = (AcceptedRow.case_id == case_id) | (AcceptedRow.recorded_case_id == case_id)
    done = {"state": WorkState.DONE.value, "error": None, "steps": None}
    finished_at = func.coalesce(AcceptedRow.finished_at, now)
    session.execute(update(AcceptedRow).where(is_its).values(finished_at=finished_at, **done, **nothing))
    forget_case(session, case_id)
