"""Compliance in the console: what people made of the drafts, and what could be learned of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from api.console.compliance_desk import PERIODS, Reader, add_missing, days_asked, show
from api.console.compliance_work import Computed
from api.console.learning_english import ENGLISH
from api.learning_wiring import LearningDesk
from api.service import Service
from api.settings import Settings
from cases.learning.judged import Span
from cases.learning.phrase_book import PhraseProposal
from cases.learning.phrases import Suggestions
from cases.learning.report import LearningReport
from cases.learning.tally import Dimension
from cases.reading import ALL_ACCOUNTS

router = APIRouter(prefix="/console/compliance", include_in_schema=False)
add_missing(ENGLISH)

MOST_PHRASES = 30
"""Suggested phrases that the page shows; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Learned:
    """All that the page tells."""

    report: LearningReport
    suggestions: Suggestions
    waiting: tuple[PhraseProposal, ...]
    """Proposals of the account, in any state."""


def install(app: FastAPI, service: Service, settings: Settings) -> None:
    """Add the page. Raises PolicyError."""
    desk = LearningDesk(service.records, settings)

    def work_out(key: tuple[str, int]) -> Learned:
        account, days = key
        span = Span(account, first=service.records.now().date() - timedelta(days=days))
        mine = tuple(one for one in desk.book.all() if account in (one.account, ALL_ACCOUNTS))
        return Learned(desk.report(span), desk.phrases(span), mine)

    app.state.compliance_learning = Computed(work_out, keep_s=60)
    app.include_router(router)


@router.get("/learning")
def learning(request: Request, key: Reader, days: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show acceptance, edits, the rules that people overrule, satisfaction, and the phrases to decide on."""
    work = cast("Computed[tuple[str, int], Learned]", request.app.state.compliance_learning)
    period = days_asked(days)
    told = work.get((key.account, period))
    return show(
        request, "learning.html", key, tab="learning", told=told, days=period, periods=PERIODS,
        dimensions=list(Dimension), most=MOST_PHRASES,
    )  # fmt: skip
