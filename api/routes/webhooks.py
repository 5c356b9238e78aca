"""Inbound webhooks of helpdesks, and the case of a helpdesk's conversation for its side panel."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.deps import ReaderKey
from api.problems import documented
from api.routes.cases import CaseOnRecord, on_record
from api.webhook_wiring import WebhookWork
from cases.webhooks.desk import Answer
from cases.webhooks.inbound import Reason

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Provider = Annotated[
    str, Path(max_length=40, description="Name of the webhook in the settings, such as `chatwoot`.")
]
Conversation = Annotated[
    str, Path(max_length=200, description="The helpdesk's id of the conversation or ticket.")
]


class Receipt(BaseModel):
    """What became of an event: accepted to be drafted, known already, or left, and why."""

    status: Answer
    reason: Reason | None = None


def get_work(request: Request) -> WebhookWork:
    """The webhook desk and its threads, built once at start."""
    return cast(WebhookWork, request.app.state.webhooks)


WorkDep = Annotated[WebhookWork, Depends(get_work)]

_SIGNED = {
    "requestBody": {
        "description": "The event as the helpdesk sends it; its signature is verified over these bytes.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
    "security": [],
}


@router.post(
    "/{provider}",
    summary="Take an event of a helpdesk",
    response_model=Receipt,
    status_code=202,
    openapi_extra=_SIGNED,
    responses={
        200: {"model": Receipt, "description": "Known already, or nothing to draft"},
        **documented(404),
    },
)
async def receive(provider: Provider, request: Request, work: WorkDep) -> JSONResponse:
    """Verify the sender's signature, keep the message, and answer at once; the draft is made after that.

    No API key: the signature of the helpdesk stands for it. Events that are no customer's message are acknowledged
    with 200 and counted in `borrador_webhooks_total`.
    """
    body = await request.body()
    headers = {name.lower(): value for name, value in reversed(request.headers.items())}
    receipt = await run_in_threadpool(work.desk.receive, provider, headers, body)
    if receipt.answer is Answer.ACCEPTED:
        work.wake()
    answer = Receipt(status=receipt.answer, reason=receipt.reason)
    return JSONResponse(
        answer.model_dump(mode="json"), status_code=202 if receipt.answer is Answer.ACCEPTED else 200
    )


@router.head("/{provider}", include_in_schema=False)
def probe(provider: Provider, work: WorkDep) -> Response:
    """Answer Intercom, which asks for an address with HEAD before it takes it; an unknown one is 404, as with POST."""
    work.desk.endpoint(provider)
    return Response()


@router.get(
    "/{provider}/conversations/{conversation}/case",
    summary="Read the newest case of a helpdesk's conversation",
    responses=documented(404),
)
def conversation_case(
    provider: Provider, conversation: Conversation, work: WorkDep, key: ReaderKey
) -> CaseOnRecord:
    """Read what the side panel shows: the case whose draft went into the private note."""
    return on_record(work.desk.latest_case(provider, conversation, account=key.account))
