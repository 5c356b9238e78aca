"""What became of the drafts: an agent's reply in the helpdesk is put on record as the decision on its case.

A reply is compared with the drafts of the conversation's cases that wait. The nearest draft, unless the reply has
next to nothing of it, was accepted or edited; otherwise the agent wrote a reply of their own to the newest case.
The cases before it were answered along with it. A closing ends what is left: the last clock of a case that was
answered, and a case that nobody answered, unless it is one that nobody may drop without saying so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from cases.decisions import CaseStatus, RecordedDecision, Verb
from cases.edit_distance import edit_distance
from cases.errors import CaseNotFoundError
from cases.records import Records
from cases.stored import StoredCase
from cases.vault import sent_name
from cases.webhooks.conversations import original
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbox import Inbox, Task
from policies.vocabulary import Flag

OWN_REPLY = 0.6
"""Share of characters changed from which a reply is the agent's own. Ours: of 3,000 pairs of unrelated approved
answers of the demo company, 99.9 % are further apart than 0.67."""
KEPT_OPEN = frozenset({Flag.EMERGENCY, Flag.SELF_HARM, Flag.ADVERSE_EVENT, Flag.EXPERT_REVIEW})
"""A case with one of these is not dropped because somebody closed the ticket: a person says so on the case."""
WAITING = (CaseStatus.OPEN, CaseStatus.ESCALATED)


class Outcome(StrEnum):
    """What a reply or a closing did, for the counter."""

    ACCEPTED = "draft_accepted"
    EDITED = "draft_edited"
    OWN = "own_reply"
    NOTHING_WAITED = "reply_without_open_case"
    CLOSED = "closed"
    LEFT_OPEN = "closed_left_open"
    """Somebody closed the ticket of a flagged case that nobody answered; its clocks run on."""


@dataclass(frozen=True, slots=True)
class HelpdeskDecision:
    """A decision that was taken in the helpdesk, to record on a case."""

    verb: Verb
    actor: str
    """``webhook:<endpoint>``, and the number of the agent."""
    draft: int | None = None
    text: str | None = field(default=None, repr=False)
    note: str | None = None


Decide = Callable[[StoredCase, HelpdeskDecision, Endpoint], None]
"""Redacts and records a decision."""
Resolve = Callable[[str, str, Endpoint], None]
"""Stops the last clock of a case, by its id and in the name of an actor."""


class Aftermath:
    """Puts on record what agents did. Safe to repeat: what is on record already is not written again."""

    def __init__(self, inbox: Inbox, records: Records, *, decide: Decide, resolve: Resolve) -> None:
        self._inbox = inbox
        self._records = records
        self._decide = decide
        self._resolve = resolve

    def work(self, task: Task, endpoint: Endpoint) -> tuple[Outcome, ...]:
        """Take a reply, a closing or both to the cases of the conversation.

        Raises:
            CaseError: the store, the vault or the redaction is away; the task can be repeated.
        """
        actor = ":".join(part for part in ("webhook", endpoint.name, task.work.agent) if part)
        outcomes = []
        if task.work.reply is not None:
            outcomes.append(self._replied(task, task.work.reply, actor, endpoint))
        if task.work.reply is None or task.work.closed:
            outcomes.append(self._close(self._cases(task, endpoint.account), actor, endpoint))
        return tuple(outcomes)

    def _replied(self, task: Task, text: str, actor: str, endpoint: Endpoint) -> Outcome:
        cases = self._cases(task, endpoint.account)
        if task.attempts > 1 and self._is_recorded(cases, actor, task):
            return Outcome.NOTHING_WAITED
        # An erased case takes no reply: the attempts to record one would keep its text.
        waiting = [one for one in cases if one.status in WAITING and not one.erased]
        return self._reply(waiting, text, actor, endpoint)

    def _cases(self, task: Task, account: str) -> list[StoredCase]:
        """The conversation's cases when the agent acted, oldest first."""
        found = []
        for case_id in self._inbox.cases_of(task.conversation_key, before=task.id):
            try:
                one = self._records.store.get(case_id, account=account)
            except CaseNotFoundError:
                continue  # of a database that was put back
            if one.superseded_by is None:
                found.append(one)
        return found

    def _reply(self, waiting: list[StoredCase], text: str, actor: str, endpoint: Endpoint) -> Outcome:
        if not waiting:
            return Outcome.NOTHING_WAITED
        place, decision, outcome = _chosen(waiting, text, actor)
        answered = waiting[place]
        # The earlier ones first: cut short between the two, the repetition finds the answered case still open.
        note = f"Contestado junto con el caso {answered.case.id}"
        for earlier in waiting[:place]:
            if _may_be_dropped(earlier):
                self._decide(earlier, HelpdeskDecision(Verb.IGNORE, actor, note=note), endpoint)
        self._decide(answered, decision, endpoint)
        return outcome

    def _close(self, cases: list[StoredCase], actor: str, endpoint: Endpoint) -> Outcome:
        outcome = Outcome.CLOSED
        for one in cases:
            if one.status is CaseStatus.SENT:
                self._resolve(one.case.id, actor, endpoint)
            elif _may_be_dropped(one):
                note = "Conversación cerrada en el helpdesk sin respuesta"
                self._decide(one, HelpdeskDecision(Verb.IGNORE, actor, note=note), endpoint)
            elif one.status in WAITING:
                outcome = Outcome.LEFT_OPEN
        return outcome

    def _is_recorded(self, cases: list[StoredCase], actor: str, task: Task) -> bool:
        """Whether an attempt cut short had recorded this very reply."""
        reply = _words(task.work.reply or "")
        return any(
            _words(self._sent(one, made)) == reply
            for one in cases
            for made in one.decisions
            if made.decided_by == actor and made.decided_at >= task.received_at and made.sent_text is not None
        )

    def _sent(self, one: StoredCase, made: RecordedDecision) -> str:
        # A draft sent as it was is no entry of the vault.
        found = original(self._records, one.case.id, sent_name(made.number), one.account)
        return found or made.sent_text or ""


def _may_be_dropped(one: StoredCase) -> bool:
    return one.status is CaseStatus.OPEN and KEPT_OPEN.isdisjoint(flag.code for flag in one.case.flags)


def _words(text: str) -> str:
    """A text without its line breaks: helpdesks send HTML, which turns one paragraph break into another."""
    return " ".join(text.split())


def _chosen(waiting: list[StoredCase], text: str, actor: str) -> tuple[int, HelpdeskDecision, Outcome]:
    """Which of the cases a reply answers, and how."""
    drafts = [
        (_distance(draft.text, text), -place, number)
        for place, one in enumerate(waiting)
        for number, draft in enumerate(one.case.drafts)
        if Verb.EDIT.value in one.case.allowed_decisions
    ]
    if not drafts or min(drafts)[0] >= OWN_REPLY:
        return len(waiting) - 1, HelpdeskDecision(Verb.RESPOND, actor, text=text), Outcome.OWN
    distance, place, number = min(drafts)
    if distance == 0:
        return -place, HelpdeskDecision(Verb.ACCEPT, actor, number), Outcome.ACCEPTED
    return -place, HelpdeskDecision(Verb.EDIT, actor, number, text), Outcome.EDITED


def _distance(draft: str, sent: str) -> float:
    return 0.0 if _words(draft) == _words(sent) else edit_distance(draft.strip(), sent)
