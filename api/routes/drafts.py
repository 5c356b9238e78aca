"""POST /v1/drafts: a message in, a case with verified drafts out."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.deps import ServiceDep, WriterKey
from api.examples import CASE_EXAMPLE, MESSAGE_EXAMPLES
from cases.case import Case
from cases.message import Message

router = APIRouter(prefix="/v1", tags=["drafts"])


@router.post(
    "/drafts",
    summary="Draft the reply to a message",
    responses={
        200: {"content": {"application/json": {"example": CASE_EXAMPLE}}},
    },
)
def create_draft(
    message: Annotated[Message, Body(openapi_examples=MESSAGE_EXAMPLES)], service: ServiceDep, key: WriterKey
) -> Case:
    """Redact, understand, retrieve, decide, compose, verify and record one message.

    Nothing is sent to the customer: a person decides through `POST /v1/cases/{id}/decision`.
    """
    return service.handle(message, key=key)
