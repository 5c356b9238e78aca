"""Errors at the edge: RFC 9457 problem details with stable codes, and never a word of the customer's."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.field_paths import wrong_field
from cases.errors import CaseError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:borrador:problem:"


class FieldError(BaseModel):
    """One field that is wrong: where, and why. The value given is left out: it may be personal data."""

    field: str
    message: str


class ProblemBody(BaseModel):
    """Problem details (RFC 9457) with a stable ``code``."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str | None = None
    errors: list[FieldError] | None = None


class ProblemError(Exception):
    """An error to answer with: a status, a stable code and a detail that holds no customer text."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


CODES: dict[str, str] = {
    "unauthorized": "No API key, or one that is unknown or revoked.",
    "forbidden": "The key lacks the scope that this route asks for.",
    "not_found": "No such route.",
    "method_not_allowed": "The route exists, the method does not.",
    "validation_failed": "The body or a parameter breaks the contract; `errors` says which field.",
    "body_not_json": "The body is not JSON in UTF-8.",
    "body_too_large": "The body is over the size limit.",
    "unknown_account": "The message names an account that is not configured.",
    "case_not_found": "No such case in this key's account.",
    "draft_not_found": "The case has no draft for this audience.",
    "originals_gone": "The case's originals are no longer in the vault: erased, or their time has passed.",
    "answer_not_found": "No such approved answer for this key.",
    "answer_withdrawn": "The reply repeats an approved answer that was withdrawn since the draft was made.",
    "cursor_invalid": "The cursor is none that this service gave out.",
    "case_already_decided": "A decision on this case is on record.",
    "decision_not_allowed": "This decision is not among the case's `allowed_decisions`.",
    "decision_invalid": "The decision lacks a field it needs, or carries one that contradicts it.",
    "thread_version_stale": "The thread has moved on since this draft; read the case again.",
    "store_unavailable": "The store cannot be read or written now; nothing was written.",
    "record_conflict": "An id drawn at random was taken; nothing was written, try again.",
    "webhook_not_configured": "No webhook of this name is configured.",
    "webhook_signature_missing": "A header that the sender's signature scheme asks for is absent.",
    "webhook_signature_invalid": "The signature fits no secret of this webhook.",
    "webhook_timestamp_stale": "Signed too long ago, or in the future: a replay, or a clock that is wrong.",
    "webhook_payload_invalid": "The event lacks a field it needs, or has one of another type.",
    "idempotency_key_invalid": "`Idempotency-Key` is not a string of 1 to 255 printable ASCII characters.",
    "idempotency_key_reused": "This idempotency key came before, with another request.",
    "idempotency_in_progress": "The same request is still being worked on; ask again later.",
    "work_not_found": "No such accepted work in this key's account, or its time has passed.",
    "event_id_invalid": "`Last-Event-ID` names no event of this stream.",
    "batch_too_large": "The batch has more messages than one request may bring.",
    "rate_limited": "This key asked too much; come again after `Retry-After` seconds.",
    "case_not_checkable": "The case was erased, or recorded before facts were kept: it says too little for a check.",
    "expert_answer_invalid": "The case asks nothing of an expert, or was answered already.",
    "satisfaction_invalid": "Nothing was sent on the case, or it has another grade on record.",
    "learning_invalid": "The last day is before the first.",
    "handover_invalid": "The receiver cannot take this case: unknown, of another account, may not decide, or has it.",
    "overloaded": "Too many messages in work; try again after `Retry-After` seconds.",
    "internal_error": "Something failed here; the request id finds it in the log.",
}
"""Every code that the service answers with, and what it means; docs/errors.md is checked against it."""


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    request: Request | None = None,
    errors: list[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Build the response of a problem."""
    request_id = request.scope.get("request_id") if request is not None else None
    body = ProblemBody(
        type=TYPE_PREFIX + code,
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        request_id=request_id,
        errors=errors,
    )
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def _on_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    if any(item["type"] == "json_invalid" for item in details):
        return problem_response(400, "body_not_json", CODES["body_not_json"], request=request)
    errors = [FieldError(field=wrong_field(item), message=str(item["msg"])) for item in details[:20]]
    first = errors[0]
    return problem_response(
        422, "validation_failed", f"{first.field}: {first.message}", request=request, errors=errors
    )


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return problem_response(error.status, error.code, error.detail, request=request, headers=error.headers)


STATUS_OF_CASE_ERRORS: dict[str, int] = {
    "case_not_found": 404,
    "draft_not_found": 404,
    "originals_gone": 410,
    "answer_withdrawn": 409,
    "cursor_invalid": 400,
    "case_already_decided": 409,
    "decision_not_allowed": 409,
    "decision_invalid": 422,
    "thread_version_stale": 409,
    "store_unavailable": 503,
    "record_conflict": 503,
    "unknown_account": 422,
    "handover_invalid": 422,
    "case_not_checkable": 409,
    "expert_answer_invalid": 409,
    "satisfaction_invalid": 409,
    "learning_invalid": 422,
    "idempotency_key_reused": 422,
    "idempotency_in_progress": 409,
    "work_not_found": 404,
    "overloaded": 503,
    "webhook_not_configured": 404,
    "webhook_signature_missing": 401,
    "webhook_signature_invalid": 401,
    "webhook_timestamp_stale": 401,
    "webhook_payload_invalid": 422,
    "body_not_json": 400,
}
"""Errors of the records that the caller can do something about; any other is an internal error."""


async def _on_case_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CaseError)
    status = STATUS_OF_CASE_ERRORS.get(error.code)
    if status is None:
        return await _on_unexpected(request, error)
    headers = {"Retry-After": "2"} if status == 503 or error.code == "idempotency_in_progress" else None
    return problem_response(status, error.code, str(error), request=request, headers=headers)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(
        error.status_code, "body_not_json" if error.status_code == 400 else "internal_error"
    )
    return problem_response(
        error.status_code, code, CODES[code], request=request, headers=error.headers or {}
    )


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    # The exception's text may quote the customer: only its type goes to the log.
    # The route's template, never the path asked for: a path can hold anything.
    route = getattr(request.scope.get("route"), "path", "unmatched")
    log.error("request.failed", error_type=type(error).__name__, route=route)
    return problem_response(500, "internal_error", CODES["internal_error"], request=request)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How the OpenAPI document shows these error statuses: problem details, under their own media type.

    The schema is among the components for the results of a batch show problems too.
    """
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Register the handlers: every error of the service leaves through here."""
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(CaseError, _on_case_error)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unexpected)
