"""The thread of a message, from the earlier cases of its conversation.

Originals are read from the vault, on the audit log: a masked symptom in an earlier turn could not be weighed.
After their retention the redacted words stand in.
"""

from collections.abc import Iterator

from cases.decisions import SENDING
from cases.errors import CaseNotFoundError, VaultError
from cases.message import MAX_TURNS, Message, Turn
from cases.records import Records
from cases.stored import StoredCase
from cases.vault import MESSAGE, sent_name


def with_thread(message: Message, case_ids: tuple[str, ...], records: Records, *, account: str) -> Message:
    """The message with its thread: the helpdesk's where that tells at least as much, ours otherwise.

    Once a case of the conversation was erased, the helpdesk's is never taken: it still tells what was erased.
    """
    earlier = list(_stored(case_ids[-MAX_TURNS:], records, account))
    erased = any(stored.erased for stored in earlier)
    if not erased and len(message.thread) >= 2 * len(case_ids):
        return message
    turns = [turn for stored in earlier if not stored.erased for turn in _turns(stored, records, account)]
    if not erased and len(turns) <= len(message.thread):
        return message
    return message.model_copy(update={"thread": tuple(turns[-MAX_TURNS:])})


def _stored(case_ids: tuple[str, ...], records: Records, account: str) -> Iterator[StoredCase]:
    for case_id in case_ids:
        try:
            yield records.store.get(case_id, account=account)
        except CaseNotFoundError:
            continue  # of a database that was put back


def _turns(stored: StoredCase, records: Records, account: str) -> list[Turn]:
    case = stored.case
    said = original(records, case.id, MESSAGE, account) or case.redacted_text
    turns = [Turn(role="customer", text=said)]
    for decision in stored.decisions:
        if decision.decision not in SENDING:
            continue
        sent = original(records, case.id, sent_name(decision.number), account) or decision.sent_text
        if sent is None and decision.draft is not None and decision.draft < len(case.drafts):
            sent = case.drafts[decision.draft].text
        if sent:
            turns.append(Turn(role="agent", text=sent))
    return turns


def original(records: Records, case_id: str, name: str, account: str) -> str | None:
    """An entry of the vault, on the audit log; None where there is none (any more)."""
    try:
        return records.vault.reveal(case_id, name, actor="webhook", account=account).reveal()
    except VaultError:
        return None
