"""Search of the approved answers."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.deps import ReaderKey, ServiceDep
from cases.message import check_readable
from knowledge_base.evidence import Retrieval
from policies.vocabulary import Channel, Visibility

router = APIRouter(prefix="/v1", tags=["answers"])


class SearchRequest(BaseModel):
    """A question to the approved answers."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    q: str = Field(min_length=1, max_length=2000, description="The question, in the customer's words.")
    k: int = Field(default=10, ge=1, le=50)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    channel: Channel | None = None
    audience: Visibility | None = None
    account: str | None = Field(default=None, max_length=100)

    @field_validator("q")
    @classmethod
    def _readable(cls, text: str) -> str:
        return check_readable(text)


class FoundAnswer(BaseModel):
    """An approved answer in force, with the passage that fits the question."""

    answer_id: str
    version: int
    score: float
    title: str
    short: str
    quote: str
    cross_language: bool


class SearchResult(BaseModel):
    """Best first; ``abstained`` when nothing answers the question well enough to draft from."""

    results: tuple[FoundAnswer, ...]
    abstained: bool


def _shown(retrieval: Retrieval, language: str) -> SearchResult:
    found = []
    for evidence in retrieval.evidence:
        text = evidence.answer.text_for(language)
        found.append(
            FoundAnswer(
                answer_id=evidence.answer.id,
                version=evidence.answer.version,
                score=round(evidence.score, 4),
                title=text.title,
                short=text.short,
                quote=evidence.quote,
                cross_language=evidence.cross_language,
            )
        )
    return SearchResult(results=tuple(found), abstained=retrieval.abstained)


def _search(request: SearchRequest, service: ServiceDep, key: ReaderKey) -> SearchResult:
    account = service.account_of(request.account, key=key)
    with service.turn():
        retrieval, language = service.pipeline.search(
            request.q,
            account=account,
            language=request.language,
            channel=request.channel,
            audience=request.audience,
            k=request.k,
        )
    return _shown(retrieval, language)


@router.get("/answers:search", summary="Search the approved answers")
def search_answers(
    service: ServiceDep, key: ReaderKey, request: Annotated[SearchRequest, Query()]
) -> SearchResult:
    """Find approved answers in force.

    Proxies log addresses: for a customer's own words use `POST /v1/answers:search`, the same in a body.
    """
    return _search(request, service, key)


@router.post("/answers:search", summary="Search the approved answers, with the question in the body")
def search_answers_privately(request: SearchRequest, service: ServiceDep, key: ReaderKey) -> SearchResult:
    """Find approved answers in force, without the question in an address."""
    return _search(request, service, key)
