"""Cases: list, read, and record what a person decided."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import HttpDep, ReaderKey, ServiceDep, WriterKey
from api.idempotency import ClaimDep, IdempotentRoute
from api.problems import documented
from cases.case import Case
from cases.decisions import CaseStatus, Outcome, RecordedDecision, Verb
from cases.message import MAX_TEXT
from cases.reading import MAX_PAGE, Filters
from cases.stored import StoredCase
from policies.vocabulary import Channel, Disposition, Priority

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=IdempotentRoute)

CaseId = Annotated[str, Path(max_length=40, description="Id of the case, `cas_…`.")]


class ListRequest(BaseModel):
    """Which cases to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(default=None, max_length=100, description="`next_cursor` of the page before.")
    disposition: Disposition | None = None
    priority: Priority | None = None
    queue: str | None = Field(default=None, max_length=100)
    status: CaseStatus | None = None


class DecisionOnRecord(BaseModel):
    """A decision as recorded: texts redacted; the sent original is in the vault."""

    number: int
    decision: Verb
    outcome: Outcome
    draft: int | None
    sent_text: str | None
    edit_distance: float | None = Field(
        description="Share of the draft's characters that were changed, 0 to 1."
    )
    decided_by: str
    decided_at: datetime
    note: str | None


class CaseOnRecord(Case):
    """A case, with where it stands."""

    account: str
    channel: Channel
    status: CaseStatus
    received_at: datetime
    recorded_at: datetime
    superseded_by: str | None
    decisions: list[DecisionOnRecord]


class CasePage(BaseModel):
    """Newest first. `next_cursor` leads to older cases; null at the end."""

    data: list[CaseOnRecord]
    next_cursor: str | None
    has_more: bool


class DecisionBody(BaseModel):
    """What a person decided.

    `accept` sends a draft as it is; `edit` sends `text` instead of it; `respond` sends a `text` of one's own;
    `ignore` sends nothing; `escalate` hands the case on.
    """

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {"decision": "accept", "thread_version": 1, "draft": 0},
                {
                    "decision": "edit",
                    "thread_version": 1,
                    "draft": 0,
                    "text": "¡Hola! Renuévalo cada dos horas y después de cada baño. ¡Buen verano!",
                },
                {"decision": "escalate", "thread_version": 1, "note": "Que lo vea farmacovigilancia."},
            ]
        },
    )

    decision: Verb
    thread_version: int = Field(ge=1, le=2**31 - 1, description="Version of the case that the person saw.")
    draft: int | None = Field(default=None, ge=0, le=9, description="Which draft, from 0.")
    text: str | None = Field(default=None, max_length=MAX_TEXT, repr=False)
    note: str | None = Field(default=None, max_length=2000, repr=False)


def _decision(recorded: RecordedDecision) -> DecisionOnRecord:
    return DecisionOnRecord(
        number=recorded.number,
        decision=recorded.decision,
        outcome=recorded.outcome,
        draft=recorded.draft,
        sent_text=recorded.sent_text,
        edit_distance=recorded.edit_distance,
        decided_by=recorded.decided_by,
        decided_at=recorded.decided_at,
        note=recorded.note,
    )


def on_record(stored: StoredCase) -> CaseOnRecord:
    """The case as it is shown, with where it stands."""
    fields = {name: getattr(stored.case, name) for name in Case.model_fields}
    return CaseOnRecord(
        **fields,
        account=stored.account,
        channel=stored.channel,
        status=stored.status,
        received_at=stored.received_at,
        recorded_at=stored.recorded_at,
        superseded_by=stored.superseded_by,
        decisions=[_decision(recorded) for recorded in stored.decisions],
    )


@router.get("", summary="List cases")
def list_cases(
    service: ServiceDep, http: HttpDep, key: ReaderKey, request: Annotated[ListRequest, Query()]
) -> CasePage:
    """List the cases of the key's account, newest first."""
    filters = Filters(
        disposition=request.disposition,
        priority=request.priority,
        queue=request.queue,
        status=request.status,
    )
    # A cursor is good for the list it was given out for: this account, these filters.
    listed = (key.account, request.disposition, request.priority, request.queue, request.status)
    after = http.cursors.read(request.cursor, *listed)
    page = service.list_cases(key=key, limit=request.limit, cursor=after, filters=filters)
    return CasePage(
        data=[on_record(stored) for stored in page.cases],
        next_cursor=http.cursors.make(page.next_cursor, *listed),
        has_more=page.has_more,
    )


@router.get("/{case_id}", summary="Read a case", responses=documented(404))
def get_case(case_id: CaseId, service: ServiceDep, key: ReaderKey) -> CaseOnRecord:
    """Read one case, and what was decided on it."""
    return on_record(service.get_case(case_id, key=key))


@router.post(
    "/{case_id}/decision",
    summary="Record what a person decided",
    responses=documented(404, 409),
)
def decide(
    case_id: CaseId, body: DecisionBody, service: ServiceDep, key: WriterKey, claim: ClaimDep
) -> DecisionOnRecord:
    """Keep what was sent, and how much of the draft was changed.

    409 `thread_version_stale` where the customer wrote again since the draft that the person saw.
    """
    if claim is not None and claim.resumed_from is not None:
        # This very request was cut short before: what it recorded then is its answer.
        recorded = service.decided_since(claim.resumed_from, case_id, key=key, verb=body.decision)
        if recorded is not None:
            return _decision(recorded)
    return _decision(
        service.decide(
            case_id,
            key=key,
            verb=body.decision,
            thread_version=body.thread_version,
            draft=body.draft,
            text=body.text,
            note=body.note,
        )
    )
