"""Records what agents decide in their helpdesk: the same way as a decision over HTTP, in the agent's name there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from api.service import Service
from cases.citations import AnswerWithdrawnError, check_not_withdrawn
from cases.decisions import SENDING
from cases.keys import ApiKey, Scope
from cases.stored import StoredCase
from cases.timekeeping.keeper import Keeper
from cases.timekeeping.policy import Clock
from cases.webhooks.aftermath import HelpdeskDecision
from cases.webhooks.endpoints import Endpoint

SENT_WITHDRAWN = "sent_withdrawn"
"""An agent sent what an answer withdrawn since the draft was made says: on record, and worth an alarm."""


def webhook_key(endpoint: Endpoint, actor: str) -> ApiKey:
    """A key that stands for a helpdesk, or for an agent there; it opens nothing over HTTP."""
    return ApiKey(
        id=actor,
        name=endpoint.name,
        account=endpoint.account,
        scopes=frozenset({Scope.PLUGIN}),
        created_at=datetime.now(UTC),
        revoked_at=None,
    )


@dataclass(frozen=True, slots=True)
class HelpdeskRecorder:
    """Redacts and records decisions, and stops clocks."""

    service: Service
    keeper: Keeper
    count: Callable[[str, str, str | None], None]

    def decide(self, stored: StoredCase, taken: HelpdeskDecision, endpoint: Endpoint) -> None:
        """Record a decision. What was sent is recorded even where we would have refused to send it.

        Raises:
            CaseError: it cannot be recorded; nothing was written.
        """
        if taken.verb in SENDING:
            withdrawn = self.service.pipeline.engines.retriever.withdrawn_ids()
            try:
                check_not_withdrawn(stored.case, withdrawn, draft=taken.draft, text=taken.text)
            except AnswerWithdrawnError as error:
                self.count(endpoint.name, SENT_WITHDRAWN, error.code)
        self.service.decide(
            stored.case.id,
            key=webhook_key(endpoint, taken.actor),
            verb=taken.verb,
            thread_version=stored.case.thread_version,
            draft=taken.draft,
            text=taken.text,
            note=taken.note,
            already_sent=True,
        )

    def resolve(self, case_id: str, actor: str, endpoint: Endpoint) -> None:
        """Stop the clocks of a case up to its last.

        Raises:
            CaseNotFoundError, StoreUnavailableError
        """
        self.keeper.stop_clock(case_id, Clock.RESOLVE, account=endpoint.account, actor=actor)
