"""The drafts that a customer's next message makes stale: whoever shows one is told, in the event ``draft.stale``."""

from collections.abc import Sequence

from sqlalchemy import select

from cases.canonical import canonical_json
from cases.decisions import WAITING
from cases.outbox import Event, EventType
from cases.records import Records
from cases.tables import CaseRow, OutboxRow


def tell_stale(records: Records, earlier: Sequence[str], newer: str, *, account: str) -> int:
    """Tell once of each earlier case of a conversation that still waits; give the number of events written.

    Safe to repeat: what was told of the same newer case is not told again.

    Raises:
        StoreUnavailableError: nothing was written.
    """
    others = [case_id for case_id in earlier if case_id != newer]
    if not others:
        return 0
    waiting = select(CaseRow).where(
        CaseRow.id.in_(others),
        CaseRow.account == account,
        CaseRow.status.in_([status.value for status in WAITING]),
        CaseRow.superseded_by.is_(None),
    )
    written = 0
    with records.database.write() as session:
        for row in session.scalars(waiting.order_by(CaseRow.id)).all():
            stale = Event(
                EventType.DRAFT_STALE, {"superseded_by": newer, "thread_version": row.thread_version}
            )
            told = select(OutboxRow.id).where(
                OutboxRow.case_id == row.id,
                OutboxRow.type == stale.type.value,
                OutboxRow.data == canonical_json(stale.data),
            )
            if session.scalars(told.limit(1)).first() is None:
                records.outbox.add(session, [stale], account=account, case_id=row.id)
                written += 1
    return written
