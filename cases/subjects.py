"""Requests of a data subject (GDPR 15 and 17): find their cases, give them their data, erase it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.canonical import canonical_json
from cases.cipher import Cipher
from cases.erasure import Eraser, Erasure
from cases.errors import SubjectError
from cases.reading import ALL_ACCOUNTS, decisions_of, is_erased, row_by_tracking_code, row_of, versions
from cases.records import Records
from cases.retention import Retention
from cases.satisfaction_tables import SatisfactionRow
from cases.stored import recorded_decision
from cases.tables import AuditRow, CaseRow, DecisionRow, VaultRow
from models.text import RawText

PSEUDONYM = re.compile(r"\[[A-ZÑ]+(?:_[A-ZÑ]+)*_[a-z2-7]{15}\]")
"""The form that the redactor gives pseudonyms: the same for a value in all cases. Numbers are of one case alone."""
LEAST_CHARACTERS = 5
"""Letters and digits of an identifier to search for: a shorter one finds other people's cases."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """How a person is found: by one of these. The identifier stays out of ``repr``."""

    case_id: str | None = None
    tracking_code: str | None = None
    pseudonym: str | None = None
    identifier: RawText | None = field(default=None, repr=False)
    """An e-mail, phone or name as the person gives it; searched for among the originals in the vault."""

    def __post_init__(self) -> None:
        """Refuse none, several, and what would find other people.

        Raises:
            SubjectError: says what to give instead.
        """
        given = [self.case_id, self.tracking_code, self.pseudonym, self.identifier]
        if sum(value is not None for value in given) != 1:
            raise SubjectError("name the person by one of: case, tracking code, pseudonym, identifier")
        if self.pseudonym is not None and not PSEUDONYM.fullmatch(self.pseudonym):
            raise SubjectError(
                "pseudonym: like [CORREO_k7qxab2cdefghij]; a numbered placeholder is another person in each case"
            )
        if self.identifier is not None and len(_folded(self.identifier)) < LEAST_CHARACTERS:
            raise SubjectError(f"identifier: at least {LEAST_CHARACTERS} letters or digits")

    @property
    def kind(self) -> str:
        """How the person was named, for the audit log: never the value."""
        names = ("case", "tracking_code", "pseudonym", "identifier")
        values = (self.case_id, self.tracking_code, self.pseudonym, self.identifier)
        return next(name for name, value in zip(names, values, strict=True) if value is not None)


class Subjects:
    """Answers requests; every search, access and erasure is on the audit log."""

    def __init__(self, records: Records, cipher: Cipher, retention: Retention) -> None:
        self._records = records
        self._cipher = cipher
        self._retention = retention
        self._eraser = Eraser(records.database, records.sealer, records.audit, retention, records.now)

    def find(self, subject: Subject, *, actor: str, account: str = ALL_ACCOUNTS) -> tuple[str, ...]:
        """Ids of a person's cases, oldest first, earlier and later versions of their messages too.

        Raises:
            CaseNotFoundError: no such case or tracking code.
            VaultError: an original cannot be opened: the search would not be complete.
        """
        with self._records.database.read() as session:  # opens every original: writers do not wait for it
            found = set(self._found(session, subject, account))
            rows = [session.get_one(CaseRow, case_id) for case_id in found]
            for row in rows:
                found.update(other.id for other in versions(session, row.account, row.message_key))
        with self._records.database.write() as session:
            self._records.audit.append(
                session,
                Action.SUBJECT_SEARCHED,
                actor=actor,
                payload={"by": subject.kind, "account": account, "cases": len(found)},
            )
        return tuple(sorted(found))

    def erase(self, case_id: str, *, actor: str, account: str = ALL_ACCOUNTS) -> Erasure:
        """Erase a case; one that the law keeps stays, with the reason.

        Raises:
            CaseNotFoundError: no such case in the account.
        """
        return self._eraser.erase(case_id, account=account, actor=actor)

    def access(self, case_ids: Iterable[str], *, actor: str, account: str = ALL_ACCOUNTS) -> dict[str, Any]:
        """All that is kept on a person, originals included: a copy for them, to be handed over safely.

        Raises:
            CaseNotFoundError: no such case in the account.
            VaultError: an original cannot be opened.
        """
        ids = list(case_ids)
        with self._records.database.write() as session:
            for case_id in ids:
                row_of(session, case_id, account)
                self._records.audit.append(
                    session,
                    Action.SUBJECT_ACCESSED,
                    actor=actor,
                    payload={"cases": len(ids)},
                    case_id=case_id,
                )
        with self._records.database.read() as session:
            cases = [self._told(session, session.get_one(CaseRow, case_id)) for case_id in ids]
        kinds = {
            kind.value: {"days": period.days, "reason": period.reason}
            for kind, period in self._retention.kinds.items()
        }
        created = self._records.now().isoformat(timespec="seconds")
        return {
            "format": "borrador-subject-access/1",
            "created_at": created,
            "retention": kinds,
            "cases": cases,
        }

    def _found(self, session: Session, subject: Subject, account: str) -> Iterator[str]:
        if subject.case_id is not None:
            yield row_of(session, subject.case_id, account).id
        elif subject.tracking_code is not None:
            yield row_by_tracking_code(session, subject.tracking_code, account).id
        elif subject.pseudonym is not None:
            yield from _with_pseudonym(session, subject.pseudonym, account)
        elif subject.identifier is not None:
            yield from self._with_identifier(session, subject.identifier, account)

    def _with_identifier(self, session: Session, identifier: RawText, account: str) -> Iterator[str]:
        """Cases one of whose placeholders stands for the identifier; opens every original to compare."""
        wanted = _folded(identifier)
        query = select(VaultRow, CaseRow.account).join(CaseRow, CaseRow.id == VaultRow.case_id)
        placeholders = VaultRow.placeholder.startswith("[", autoescape=True)
        for row, owner in session.execute(query.where(placeholders).execution_options(yield_per=_CHUNK)):
            if account in (owner, ALL_ACCOUNTS) and _folded(self._cipher.decrypt(row)) == wanted:
                yield row.case_id

    def _told(self, session: Session, row: CaseRow) -> dict[str, Any]:
        vault = session.scalars(
            select(VaultRow).where(VaultRow.case_id == row.id).order_by(VaultRow.placeholder)
        )
        looks = session.scalars(select(AuditRow).where(AuditRow.case_id == row.id).order_by(AuditRow.seq))
        return {
            "case": json.loads(row.body),
            "account": row.account,
            "channel": row.channel,
            "status": row.status,
            "received_at": row.received_at.isoformat(),
            "erased": is_erased(session, row.id),
            "originals": [
                {
                    "name": entry.placeholder,
                    "text": self._cipher.decrypt(entry).reveal(),
                    "kept_until": entry.expires_at.isoformat() if entry.expires_at else None,
                }
                for entry in vault
            ],
            "decisions": [_decision(decision) for decision in decisions_of(session, [row.id])],
            "satisfaction": _satisfaction(session.get(SatisfactionRow, row.id)),
            "history": [{"at": look.at, "action": look.action, "by": look.actor} for look in looks],
        }


def _with_pseudonym(session: Session, pseudonym: str, account: str) -> Iterator[str]:
    needle = canonical_json(pseudonym)[1:-1]
    for column, query in (
        (CaseRow.body, select(CaseRow.id, CaseRow.account, CaseRow.body)),
        (DecisionRow.body, select(CaseRow.id, CaseRow.account, DecisionRow.body).join(DecisionRow)),
    ):
        for case_id, owner, body in session.execute(query.where(column.contains(needle, autoescape=True))):
            # LIKE takes capital letters for small ones on SQLite.
            if needle in body and account in (owner, ALL_ACCOUNTS):
                yield case_id


def _decision(row: DecisionRow) -> dict[str, Any]:
    told = recorded_decision(row)
    return {
        "decision": told.decision.value,
        "decided_at": told.decided_at.isoformat(),
        "decided_by": told.decided_by,
        "sent_text": told.sent_text,
        "note": told.note,
    }


def _satisfaction(row: SatisfactionRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"score": row.score, "comment": row.comment, "recorded_at": row.recorded_at.isoformat()}


def _folded(text: RawText) -> str:
    """Letters and digits, small: the same for "612 34 58 79" and "612-345-879"."""
    return "".join(char for char in text.reveal().casefold() if char.isalnum())
