"""The case store: a case, its audit row, its events and its originals are written together or not at all."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from cases.audit import Action, AuditLog, utc_now
from cases.canonical import Json
from cases.case import Case
from cases.database import Database
from cases.decisions import STATUS_AFTER, CaseStatus, DecisionRecord, Position, RecordedDecision, weigh
from cases.errors import CaseNotFoundError
from cases.name_mask import name_marks
from cases.outbox import Event, EventType, Outbox, events_of
from cases.reading import Filters, decisions_of, page, row_of, stored, versions
from cases.retention import EntryKind
from cases.sealing import Sealer
from cases.stored import ERASED_DIGEST, Origin, Page, StoredCase, case_of, case_row, decision_row, stored_case
from cases.tables import CaseRow
from cases.vault import MESSAGE, NAME, Vault, drop_marks, kind_of, sent_name
from models.text import RawText
from policies.decision import Facts


@dataclass(frozen=True, slots=True)
class Recorded:
    """The case on record; ``created`` is False where the same message was recorded before."""

    stored: StoredCase
    created: bool


class CaseStore:
    """Records and gives back cases of one account at a time."""

    def __init__(
        self,
        database: Database,
        *,
        sealer: Sealer,
        audit: AuditLog,
        vault: Vault,
        outbox: Outbox,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._vault = vault
        self._outbox = outbox
        self._now = now

    def record(
        self,
        case: Case,
        *,
        origin: Origin,
        vault_entries: Mapping[str, RawText],
        actor: str,
        events: Callable[[Case], Sequence[Event]] = events_of,
        facts: Facts | None = None,
        names: Collection[RawText] | None = (),
    ) -> Recorded:
        """Write a case in one transaction; once this returns, it survives a crash.

        The same message id again in this account: with the same text and thread, the case on record is given
        back and nothing is written; otherwise the new case gets the next thread version and supersedes the
        earlier ones.

        Args:
            vault_entries: originals by placeholder, and the whole message under ``MESSAGE``.
            events: makes them from the case as it goes on record, whose thread version may be another.
            facts: what policy decided on, to decide again under another version.
            names: what the customer is called beside the entry ``NAME``; None where that could not be found out.

        Raises:
            RecordConflictError: case id or tracking code taken; nothing was written.
            StoreUnavailableError: the database cannot be written; nothing was written.
            AuditError: the audit chain cannot be trusted; nothing was written.
        """
        message_id = case.message_id if origin.message_id is None else origin.message_id
        message_key = self._sealer.message_key(origin.account, message_id)
        digest = self.content_digest(origin.account, vault_entries, case.thread_version)
        with self._database.write() as session:
            earlier = versions(session, origin.account, message_key)
            same = next((row for row in earlier if row.content_digest == digest), None)
            if same is not None:
                return Recorded(stored(session, [same])[0], created=False)
            if earlier:
                version = max(case.thread_version, earlier[0].thread_version + 1)
                case = case.model_copy(update={"thread_version": version})
            row = case_row(
                case,
                origin,
                message_key=message_key,
                digest=digest,
                recorded_at=self._now(),
                facts=facts,
                name_marks=self._name_marks(case.id, vault_entries, names),
            )
            row.audit_seq = self._audit.append(
                session, Action.CASE_RECORDED, actor=actor, payload=self._summary(case, row), case_id=case.id
            )
            session.add(row)
            session.flush()
            self._vault.store(session, case.id, vault_entries, {flag.code for flag in case.flags})
            self._outbox.add(session, events(case), account=origin.account, case_id=case.id)
            self._supersede(session, earlier, case.id, actor)
            return Recorded(stored_case(row, ()), created=True)

    def find(
        self, message_id: str | None, *, account: str, texts: Mapping[str, RawText], thread_version: int
    ) -> StoredCase | None:
        """The case on record for this very message: a repeated request need not be worked again."""
        key = self._sealer.message_key(account, message_id)
        digest = self.content_digest(account, texts, thread_version)
        with self._database.read() as session:
            rows = [row for row in versions(session, account, key) if row.content_digest == digest]
            return stored(session, rows)[0] if rows else None

    def content_digest(self, account: str, texts: Mapping[str, RawText], thread_version: int) -> str:
        """Fingerprint of what came in: the message, the length of its thread, and the turns where given.

        Raises:
            ValueError: the message itself is missing.
        """
        if MESSAGE not in texts:
            raise ValueError(f"originals lack the entry {MESSAGE}")
        turns = sorted(name for name in texts if kind_of(name) is EntryKind.TURN)
        parts = [texts[MESSAGE], *(texts[name] for name in turns)]
        return self._sealer.content_digest(account, thread_version, parts)

    def get(self, case_id: str, *, account: str) -> StoredCase:
        """A case of this account.

        Raises:
            CaseNotFoundError: no such case here.
        """
        with self._database.read() as session:
            return stored(session, [row_of(session, case_id, account)])[0]

    def find_by_id(self, case_id: str, *, account: str) -> StoredCase | None:
        """A case of this account, or None where there is none (yet)."""
        try:
            return self.get(case_id, account=account)
        except CaseNotFoundError:
            return None

    def list(
        self, *, account: str, limit: int = 50, cursor: str | None = None, filters: Filters | None = None
    ) -> Page:
        """A page of cases, newest first. Cases that come in meanwhile do not shift the pages that follow.

        Raises:
            CursorError: not a cursor of ours, or a limit outside 1 to 200.
        """
        with self._database.read() as session:
            return page(session, account=account, limit=limit, cursor=cursor, filters=filters or Filters())

    def decide(
        self, case_id: str, record: DecisionRecord, *, account: str, events: Sequence[Event] = ()
    ) -> RecordedDecision:
        """Record what a person decided: redacted here, as sent in the vault, both on the audit log.

        Raises:
            CaseNotFoundError, CaseAlreadyDecidedError, ThreadVersionStaleError, DecisionNotAllowedError,
            DecisionError
        """
        with self._database.write() as session:
            row = row_of(session, case_id, account)
            case = case_of(row)
            position = Position(
                status=CaseStatus(row.status),
                superseded=row.superseded_by is not None,
                decisions=len(decisions_of(session, [case_id])),
            )
            if row.content_digest == ERASED_DIGEST:
                record = replace(record, note=None)  # the erasure took the words; none may come after it
            decision = weigh(case, position, record, self._now())
            written = decision_row(case_id, decision)
            written.audit_seq = self._audit.append(
                session,
                Action.DECISION_RECORDED,
                actor=record.decided_by,
                payload={
                    "number": decision.number,
                    "decision": decision.decision.value,
                    "outcome": decision.outcome.value,
                    "edit_distance": decision.edit_distance,
                    "seal": self._sealer.decision_seal(written),
                },
                case_id=case_id,
            )
            session.add(written)
            row.status = STATUS_AFTER[record.decision].value
            if record.sent is not None:
                originals = {sent_name(decision.number): record.sent.original}
                self._vault.store(session, case_id, originals, {flag.code for flag in case.flags})
            if row.name_marks:
                session.flush()
                drop_marks(session, CaseRow.id == case_id)
            self._outbox.add(session, events, account=row.account, case_id=case_id)
            return decision

    def _name_marks(
        self, case_id: str, vault_entries: Mapping[str, RawText], names: Collection[RawText] | None
    ) -> str | None:
        if names is None:
            return None
        named = [vault_entries[NAME]] if NAME in vault_entries else []
        return name_marks(case_id, [*named, *names], self._sealer)

    def _summary(self, case: Case, row: CaseRow) -> dict[str, Json]:
        """What the audit log tells of a new case: codes and versions."""
        return {
            "account": row.account,
            "disposition": case.disposition.value,
            "priority": case.priority.value,
            "queue": case.queue,
            "flags": [flag.code.value for flag in case.flags],
            "rules": list(case.rules),
            "answers": [f"{found.answer_id}@{found.version}" for found in case.evidence],
            "drafts": [draft.audience.value for draft in case.drafts],
            "abstained": case.abstained,
            "thread_version": case.thread_version,
            "provenance": case.provenance.model_dump(mode="json"),
            "seal": self._sealer.case_seal(row),
        }

    def _supersede(self, session: Session, earlier: Iterable[CaseRow], case_id: str, actor: str) -> None:
        for row in earlier:
            if row.superseded_by is not None:
                continue
            row.superseded_by = case_id
            payload: dict[str, Json] = {"superseded_by": case_id}
            self._audit.append(session, Action.CASE_SUPERSEDED, actor=actor, payload=payload, case_id=row.id)
            if row.status in (CaseStatus.OPEN, CaseStatus.ESCALATED):
                stale = Event(
                    EventType.DRAFT_STALE, {"superseded_by": case_id, "thread_version": row.thread_version}
                )
                self._outbox.add(session, [stale], account=row.account, case_id=row.id)
