"""What people made of the drafts, and the phrases that could be learned of it; read only: nothing is approved here."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.deps import HttpDep, require
from api.learning_wiring import LearningDesk
from cases.errors import CursorError
from cases.keys import ApiKey, Scope
from cases.learning.judged import Span
from cases.learning.tally import Dimension
from cases.learning.told import phrase_json, report_json
from cases.reading import MAX_PAGE

router = APIRouter(prefix="/v1/learning", tags=["learning"])

AuditorKey = Annotated[ApiKey, Depends(require(Scope.AUDITOR))]
Interval = Annotated[list[float], Field(min_length=2, max_length=2)] | None


USUAL = timedelta(days=90)
"""What is read when no first day is given: a request must not read years of cases."""


class SpanRequest(BaseModel):
    """Cases received on these days (UTC), both included; without a first day, the last ninety."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")

    def span(self, key: ApiKey) -> Span:
        """The span, of the key's account. Raises LearningError."""
        last = self.last or datetime.now(UTC).date()
        first = self.first or last - min(USUAL, last - date.min)
        return Span(key.account, first, self.last)


class PhrasesRequest(SpanRequest):
    """Which page of the suggested phrases."""

    limit: int = Field(default=50, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(default=None, max_length=100, description="`next_cursor` of the page before.")


class AcceptanceFigures(BaseModel):
    """What became of the drafts of some cases. Shares from 0 to 1, intervals of 95 %; null: nothing was counted."""

    cases: int
    drafted: int
    coverage: float | None = Field(description="Share of the cases that had a draft.")
    judged: int = Field(description="Drafts accepted, edited or rejected.")
    accepted: int
    edited: int
    rejected: int
    handed_on: int = Field(description="Escalated, and not settled yet.")
    acceptance_rate: float | None
    interval: Interval
    median_edit_distance: float | None = Field(
        description="Of the edited drafts: share of characters changed."
    )


class AcceptanceGroup(AcceptanceFigures):
    """The figures of one value of a dimension."""

    dimension: Dimension
    value: str


class OverruledFigures(BaseModel):
    """How often people decided against a rule, with the others that fired."""

    rule: str
    decided: int
    overruled: int
    share: float
    interval: Interval
    escalated: int
    ignored: int
    replaced: int
    enough: bool = Field(description="Whether so many were decided that the share is worth reading.")
    examples: list[str]


class SatisfactionTold(BaseModel):
    """Grades from 1 to 5 of the answered cases."""

    answered: int
    rated: int
    response_rate: float | None
    mean: float | None
    interval: Interval
    satisfied: float | None = Field(description="Share of grades of 4 and 5.")
    satisfied_interval: Interval
    counts: dict[str, int]


class LearningTold(BaseModel):
    """Everything of a span."""

    model_config = ConfigDict(populate_by_name=True)

    account: str
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    as_of: datetime = Field(description="All that was recorded until then counts.")
    total: AcceptanceFigures
    groups: list[AcceptanceGroup]
    overruled: list[OverruledFigures]
    satisfaction: SatisfactionTold


class PhraseTold(BaseModel):
    """A sentence that people add again and again: a suggestion, in use nowhere. Redacted."""

    id: str
    account: str
    language: str
    text: str
    cases: int
    people: int
    others: list[str]
    dispositions: dict[str, int]
    intents: dict[str, int]
    first: date
    last: date
    case_ids: list[str]


class PhrasePage(BaseModel):
    """Those of most cases first. `next_cursor` leads on; null at the end."""

    data: list[PhraseTold]
    next_cursor: str | None
    has_more: bool


async def get_learning(request: Request) -> LearningDesk:
    """The desk, built once at start."""
    return cast(LearningDesk, request.app.state.learning)


LearningDep = Annotated[LearningDesk, Depends(get_learning)]


@router.get("", summary="Read what people made of the drafts")
def read_learning(
    desk: LearningDep, key: AuditorKey, request: Annotated[SpanRequest, Query()]
) -> LearningTold:
    """Tell acceptance, edits and coverage, the rules that people overrule, and customers' satisfaction."""
    return LearningTold.model_validate(report_json(desk.report(request.span(key))))


@router.get("/phrases", summary="List the phrases that could be learned")
def list_phrases(
    desk: LearningDep, http: HttpDep, key: AuditorKey, request: Annotated[PhrasesRequest, Query()]
) -> PhrasePage:
    """List sentences that several people add in several cases. A person approves them (`borrador learn approve`)."""
    listed = (
        key.account,
        *(None if day is None else day.isoformat() for day in (request.first, request.last)),
    )
    after = http.cursors.read(request.cursor, "phrases", *listed)
    found: list[dict[str, Any]] = [phrase_json(one) for one in desk.phrases(request.span(key)).phrases]
    start = _start([one["id"] for one in found], after)
    page = found[start : start + request.limit]
    more = start + request.limit < len(found)
    return PhrasePage(
        data=[PhraseTold.model_validate(one) for one in page],
        next_cursor=http.cursors.make(page[-1]["id"], "phrases", *listed) if more else None,
        has_more=more,
    )


def _start(ids: list[str], after: str | None) -> int:
    """Where the page begins.

    Raises:
        CursorError: what the page before ended with is no longer suggested: somebody settled it.
    """
    if after is None:
        return 0
    if after not in ids:
        raise CursorError("cursor: the list has changed since; begin it again")
    return ids.index(after) + 1
