"""POST /v1/cases: a message in, a case with verified drafts out. POST /v1/drafts is its first name, and the same."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.deps import HttpDep, ReaderKey, ServiceDep, WriterKey, charge
from api.examples import CASE_EXAMPLE, MESSAGE_EXAMPLES
from api.idempotency import ClaimDep, IdempotentRoute
from api.intake import Intake, Taken, items_of, wants_async
from api.problems import CODES, ProblemBody, ProblemError, documented
from cases.accepted import WorkState, WorkStatus
from cases.case import Case
from cases.message import Message

router = APIRouter(prefix="/v1", tags=["drafts"], route_class=IdempotentRoute)

Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`respond-async`: 202 at once, and the case soon after.",
        examples=["respond-async"],
    ),
]
PREFERENCE = {"preference-applied": "respond-async"}


class Work(BaseModel):
    """Accepted work: the message is kept, and its case will be recorded."""

    id: str
    status: WorkState
    case_id: str = Field(description="Id that the case has, or will have.")
    case_url: str
    events_url: str = Field(description="Server-Sent Events of the case, from now on.")
    attempts: int
    error: str | None = Field(description="Code of the last failure; the work is tried again.")
    accepted_at: datetime
    finished_at: datetime | None


class BatchItem(BaseModel):
    """What became of one message: exactly one of case, work and problem."""

    index: int
    status: int = Field(description="The status that the message alone would have been answered with.")
    case: Case | None = None
    work: Work | None = None
    problem: ProblemBody | None = None


class BatchResult(BaseModel):
    """One result for each message, in their order."""

    results: list[BatchItem]
    succeeded: int
    failed: int


_ASYNC: dict[int | str, dict[str, Any]] = {
    202: {
        "model": Work,
        "description": "Accepted (`Prefer: respond-async`)",
        "headers": {"Location": {"description": "Where its status is.", "schema": {"type": "string"}}},
    }
}
_BATCH_BODY = {
    "requestBody": {
        "required": True,
        "description": "Messages as a JSON array, or as NDJSON, one a line.",
        "content": {
            "application/json": {
                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}}
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


def _work(status: WorkStatus) -> Work:
    return Work(
        id=status.id,
        status=status.state,
        case_id=status.case_id,
        case_url=f"/v1/cases/{status.case_id}",
        events_url=f"/v1/cases/{status.case_id}/events",
        attempts=status.attempts,
        error=status.error,
        accepted_at=status.accepted_at,
        finished_at=status.finished_at,
    )


def _item(index: int, taken: Taken) -> BatchItem:
    work = None if taken.work is None else _work(taken.work)
    return BatchItem(index=index, status=taken.status, case=taken.case, work=work, problem=taken.problem)


@router.post(
    "/drafts",
    name="create_draft",
    summary="Draft the reply to a message",
    response_model=Case,
    responses={
        200: {"content": {"application/json": {"example": CASE_EXAMPLE}}},
        **_ASYNC,
        **documented(409),
    },
)
@router.post(
    "/cases",
    summary="Make a case of a message",
    response_model=Case,
    responses={
        200: {"content": {"application/json": {"example": CASE_EXAMPLE}}},
        **_ASYNC,
        **documented(409),
    },
)
def create_case(
    message: Annotated[Message, Body(openapi_examples=MESSAGE_EXAMPLES)],
    request: Request,
    service: ServiceDep,
    http: HttpDep,
    key: WriterKey,
    claim: ClaimDep,
    prefer: Prefer = None,
) -> Case | JSONResponse:
    """Redact, understand, retrieve, decide, compose, verify and record one message.

    Nothing is sent to the customer: a person decides through `POST /v1/cases/{id}/decision`.
    """
    intake = Intake(service, http, key, request.scope.get("request_id"), claim)
    if not wants_async(prefer):
        return intake.work(message)
    status = intake.accept(message)
    headers = {"location": f"/v1/jobs/{status.id}", "retry-after": "1", **PREFERENCE}
    return JSONResponse(_work(status).model_dump(mode="json"), status_code=202, headers=headers)


@router.post(
    "/cases/batch",
    summary="Make cases of many messages",
    response_model=BatchResult,
    responses=documented(409),
    openapi_extra=_BATCH_BODY,
)
async def create_cases(
    request: Request,
    service: ServiceDep,
    http: HttpDep,
    key: WriterKey,
    claim: ClaimDep,
    prefer: Prefer = None,
) -> JSONResponse:
    """Take a JSON array or NDJSON of messages; each gets its own case, or its own problem.

    With `Prefer: respond-async` each gets accepted work instead of a case.
    """
    items = items_of(await request.body(), request.headers.get("content-type", ""))
    limit = http.policy.batch.max_items
    if len(items) > limit:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "batch_too_large", f"{CODES['batch_too_large']} ({limit})"
        )
    if len(items) > 1:
        charge(request, key, len(items) - 1)
    intake = Intake(service, http, key, request.scope.get("request_id"), claim)
    later = wants_async(prefer)

    def work() -> list[BatchItem]:
        taken = (intake.take(item, number=index, later=later) for index, item in enumerate(items))
        return [_item(index, one) for index, one in enumerate(taken)]

    results = await run_in_threadpool(work)
    failed = sum(item.problem is not None for item in results)
    result = BatchResult(results=results, succeeded=len(results) - failed, failed=failed)
    headers = PREFERENCE if later else None
    return JSONResponse(result.model_dump(mode="json"), headers=headers)


@router.get("/jobs/{work_id}", summary="Read how far accepted work is", responses=documented(404))
def get_work(
    work_id: Annotated[str, Path(max_length=40, description="Id of the work, `job_…`.")],
    http: HttpDep,
    key: ReaderKey,
) -> Work:
    """Read the status of a message that was answered with 202; it stays for a day after the case is recorded."""
    return _work(http.work.store.status(work_id, account=key.account))
