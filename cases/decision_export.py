"""Stored decisions as lines to evaluate a policy on: the facts it decided on, and how a person had the case handled.

Facts are codes and scores (``policies.facts_json``), so a line holds no text of a customer. What a person decided tells
how the case should have been handled only where it leaves no doubt; the rest is counted and left out.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.canonical import Json, canonical_json
from cases.decisions import Verb
from cases.evidence.selection import Period
from cases.reading import ALL_ACCOUNTS, decisions_of
from cases.records import Records
from cases.stored import ERASED_DIGEST
from cases.tables import CaseRow, DecisionRow
from policies.vocabulary import Disposition

_BATCH = 500


class LeftOut(StrEnum):
    """Why a decided case gives no line."""

    NO_FACTS = "no_facts"
    """Erased, or recorded before facts were kept."""
    HANDED_ON = "handed_on"
    """Escalated, and nobody has settled it yet."""
    OWN_WORDS = "own_words"
    """Answered in a person's own words where policy owed no reply: that one was owed is all that this tells."""


@dataclass(slots=True)
class Counts:
    """What became of the decided cases."""

    lines: int = 0
    left_out: dict[LeftOut, int] = field(default_factory=dict)


def decision_lines(
    session: Session, *, account: str, start: datetime, end: datetime, counts: Counts
) -> Iterator[dict[str, Json]]:
    """A line for each case last decided on from ``start`` to before ``end``, oldest case first; in constant memory.

    Args:
        account: its id, or ``*`` for all.
        counts: grows with what is read.
    """
    decided = select(DecisionRow.case_id).where(DecisionRow.decided_at >= start, DecisionRow.decided_at < end)
    query = select(CaseRow).where(CaseRow.id.in_(decided))
    if account != ALL_ACCOUNTS:
        query = query.where(CaseRow.account == account)
    rows = session.scalars(query.order_by(CaseRow.id).execution_options(yield_per=_BATCH))
    for batch in rows.partitions():
        cases = list(batch)
        last = {one.case_id: one for one in decisions_of(session, [row.id for row in cases])}
        for row in cases:
            # Decided on again later: what counts is in the days of that decision.
            if not start <= last[row.id].decided_at < end:
                continue
            made = _line(row, Verb(last[row.id].decision))
            if isinstance(made, LeftOut):
                counts.left_out[made] = counts.left_out.get(made, 0) + 1
            else:
                counts.lines += 1
                yield made


def export_decisions(records: Records, file: Path, *, period: Period, account: str, actor: str) -> Counts:
    """Write the lines to a file for its owner only, and tell the audit log that they left.

    Raises:
        EvidenceError: the days are no days.
        FileExistsError, OSError: the file is there already, or cannot be written; no part of it is left.
        StoreUnavailableError, AuditError: the same.
    """
    start, end = period.instants()
    counts = Counts()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as lines, records.database.read() as session:
            for line in decision_lines(session, account=account, start=start, end=end, counts=counts):
                lines.write(canonical_json(line) + "\n")
        payload: dict[str, Json] = {
            "what": "decisions",
            "account": account,
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "timezone": period.timezone,
            "lines": counts.lines,
        }
        with records.database.write() as session:
            records.audit.append(session, Action.EVIDENCE_EXPORTED, actor=actor, payload=payload)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return counts


def _line(row: CaseRow, verb: Verb) -> dict[str, Json] | LeftOut:
    if row.facts is None or row.content_digest == ERASED_DIGEST:
        return LeftOut.NO_FACTS
    handled = _handled(Disposition(row.disposition), verb)
    if isinstance(handled, LeftOut):
        return handled
    return {
        "id": row.id,
        "facts": json.loads(row.facts),
        "disposition": handled.value,
        "decided_by": "person",
    }


def _handled(policy: Disposition, verb: Verb) -> Disposition | LeftOut:
    """How the person had the case handled: a draft that was sent, edited or not, agrees with the policy."""
    if verb is Verb.IGNORE:
        return Disposition.NO_REPLY
    if verb is Verb.ESCALATE:
        return LeftOut.HANDED_ON
    if verb is Verb.RESPOND and policy is Disposition.NO_REPLY:
        return LeftOut.OWN_WORDS
    return policy
