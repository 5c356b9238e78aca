"""Suggested phrases, worked out once for what is on record and approved: nobody waits for the same twice."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.database import Database
from cases.learning.judged import Span
from cases.learning.phrases import Approved, Suggestions, known_wordings, suggested_phrases
from cases.learning.policy import PhrasePolicy
from cases.learning.wordings import Known
from cases.tables import AuditRow

CHANGES = (Action.DECISION_RECORDED, Action.CASE_ERASED)
"""What changes what people have written."""
MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Said:
    version: Hashable
    approved: Approved
    known: Known


class PhraseReading:
    """Reads what people add to drafts. Safe to share between threads.

    A result is given again while nothing was decided or erased, and what is approved is the same: never an older one.
    """

    def __init__(
        self,
        database: Database,
        policy: PhrasePolicy,
        *,
        version: Callable[[], Hashable],
        approved: Callable[[], Approved],
    ) -> None:
        """Set up.

        Args:
            version: changes with what is approved; asked each time, so it must be quick.
            approved: reads what is approved.
        """
        self._database = database
        self._policy = policy
        self._version = version
        self._approved = approved
        self._said: _Said | None = None
        self._found: OrderedDict[tuple[Span, Hashable, int], Suggestions] = OrderedDict()
        self._turn = threading.Lock()

    def suggestions(self, span: Span) -> Suggestions:
        """The sentences that people add again and again. Raises as ``approved`` does."""
        with self._turn, self._database.read() as session:
            said = self._now_said()
            position = last_change(session)
            key = (span, said.version, position)
            found = self._found.get(key)
            if found is None:
                found = suggested_phrases(session, span, self._policy, said.approved, said.known)
                self._keep(key, found)
            return found

    def _now_said(self) -> _Said:
        version = self._version()
        if self._said is None or self._said.version != version:
            approved = self._approved()
            self._said = _Said(version, approved, known_wordings(approved, self._policy))
        return self._said

    def _keep(self, key: tuple[Span, Hashable, int], found: Suggestions) -> None:
        # Older results go at once: they may quote what was erased.
        for other in [one for one in self._found if one[1:] != key[1:]]:
            del self._found[other]
        self._found[key] = found
        while len(self._found) > MOST_KEPT:
            self._found.popitem(last=False)


def last_change(session: Session) -> int:
    """Number of the last row of the audit log that tells of a decision or an erasure; 0 where there is none."""
    newest = (
        session.scalars(
            select(AuditRow.seq).where(AuditRow.action == one.value).order_by(AuditRow.seq.desc()).limit(1)
        ).first()
        for one in CHANGES
    )
    return max((seq for seq in newest if seq is not None), default=0)
