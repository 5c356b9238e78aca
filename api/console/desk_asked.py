"""Who asks for the page of which case, and what the page shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.console import desk_view
from api.console.desk_access import REVEALERS, can_write, may, told
from api.console.desk_complaint import complaint_told
from api.console.desk_errors import message_of, refused
from api.console.pages import render
from api.desk_wiring import Desk
from api.service import Service
from cases.decisions import WAITING
from cases.errors import CaseNotFoundError
from cases.keys import ApiKey
from cases.stored import StoredCase
from cases.working_time import working_time

GONE = "El original ya no está en la cámara: ha pasado su plazo o se ha borrado."
NOTE = 1_000
"""Code points of a reason or a question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for the page of which case."""

    request: Request
    service: Service
    desk: Desk
    key: ApiKey
    case_id: str

    def page(self, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """The page of the case; ``context`` adds what a form has to say."""
        try:
            stored = self.service.get_case(self.case_id, key=self.key)
        except CaseNotFoundError as problem:
            return refused(self.request, message_of(self.request, problem), 404)
        return render(self.request, "desk_case.html", status, **self._shown(stored), **context)

    def wrong(self, status: int, text: str, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """The page with what went wrong above it."""
        return self.page(status, error=told(self.request, text), **context)

    def _shown(self, stored: StoredCase) -> dict[str, Any]:
        case, key, desk = stored.case, self.key, self.desk
        withdrawn = self.service.pipeline.engines.retriever.withdrawn_ids()
        stale = stored.superseded_by is not None
        waiting = stored.status in WAITING
        policy = desk.policies.get(stored.account)
        return {
            "key": key,
            "page": "inbox",
            "stored": stored,
            "case": case,
            "case_status": stored.status.value,
            "why": desk_view.why(stored, policy, self._day_received(stored)),
            "clocks": desk_view.clocks(stored),
            "pieces": desk_view.pieces(case),
            "complaint": complaint_told(case, self.service.pipeline.engines.complaints.policy),
            "drafts": [(draft, desk_view.sourced(draft, case)) for draft in case.drafts],
            "withdrawn": desk_view.withdrawn_in(case, withdrawn),
            "stale": stale,
            "open": waiting and not stale,
            "may_write": can_write(key),
            "may_reveal": may(key, REVEALERS),
            "queue_name": desk_view.queue_names(desk.policies, stored.account).get(case.queue, case.queue),
            "experts": desk.experts.of(case.id, account=key.account),
            "choices": desk.choices,
            "audience": stored.facts.visibility.value if stored.facts else "private",
            "longest": NOTE,
        }

    def _day_received(self, stored: StoredCase) -> date:
        """The day where the account is; in UTC for an account that is configured no longer."""
        account = self.service.pipeline.engines.accounts.get(stored.account)
        at = stored.received_at
        return working_time(account.hours).day(at) if account else at.date()
