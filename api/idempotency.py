"""``Idempotency-Key`` on routes that create or decide: worked once, answered as often as asked.

draft-ietf-httpapi-idempotency-key-header-07. Only answers of success are kept: a request that was refused left
nothing behind, so the same key may carry it again, put right.
"""

import re
from collections.abc import Callable, Collection, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, cast

import structlog
from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.deps import CURATOR_SCOPES, WRITER_SCOPES, scoped_key_of
from api.problems import CODES, STATUS_OF_CASE_ERRORS, ProblemError
from cases.errors import CaseError
from cases.identifiers import is_id
from cases.keys import Scope
from cases.replays import Asked, Claim, KeptAnswer, Replays

log = structlog.get_logger(__name__)

HEADER = "idempotency-key"
MAX_KEY = 255
_KEPT_HEADERS = ("content-type", "location", "preference-applied", "retry-after")
_KEY = re.compile(rf'"(?P<quoted>[ !#-~]{{1,{MAX_KEY}}})"|(?P<bare>[!#-~]{{1,{MAX_KEY}}})')
"""A string of Structured Fields, as the draft asks, or the same without quotes, as most clients send it."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotentRoute(APIRoute):
    """A route whose POST honours ``Idempotency-Key``. Its routes ask for a key that may write."""

    scopes: ClassVar[Collection[Scope]] = WRITER_SCOPES
    """What its routes ask of a key: a stored answer is given to no other."""

    def get_route_handler(self) -> Handler:
        """Wrap the route's own handler."""
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            given = request.headers.get(HEADER)
            if given is None or request.method != "POST":
                return await original(request)
            return await _once(request, given, original, self.scopes)

        return handler


class IdempotentCuratorRoute(IdempotentRoute):
    """The same, where a route asks for a curator's key."""

    scopes = CURATOR_SCOPES


async def _once(request: Request, given: str, original: Handler, scopes: Collection[Scope]) -> Response:
    # The rights first: an answer is given again only to who may ask for it now.
    key = await run_in_threadpool(scoped_key_of, request, scopes)
    replays = cast(Replays, request.app.state.http.replays)
    asked = Asked(
        account=key.account,
        key=_parsed(given),
        method=request.method,
        path=request.url.path,
        body=await request.body(),
        case_id=_case_named(request),
    )
    claim = await run_in_threadpool(replays.claim, asked)
    if isinstance(claim, KeptAnswer):
        headers = {**claim.headers, "idempotent-replayed": "true"}
        return Response(claim.body, status_code=claim.status, headers=headers)
    request.state.claim = claim
    try:
        response = await original(request)
    except Exception as error:
        await _given_back(replays, claim, error)
        raise
    await _kept(replays, claim, response)
    return response


def _case_named(request: Request) -> str | None:
    named = request.path_params.get("case_id")
    return named if isinstance(named, str) and is_id(named, "cas") else None


def _parsed(given: str) -> str:
    found = _KEY.fullmatch(given)
    if found is None:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "idempotency_key_invalid", CODES["idempotency_key_invalid"]
        )
    return found["quoted"] or found["bare"]


async def _given_back(replays: Replays, claim: Claim, error: Exception) -> None:
    """After a refusal the key is free; after a failure the same request may go on where this one stopped."""
    await _noted(replays.forget if _status_of(error) < 500 else replays.unlock, claim)


def _status_of(error: Exception) -> int:
    if isinstance(error, ProblemError):
        return error.status
    if isinstance(error, CaseError):
        return STATUS_OF_CASE_ERRORS.get(error.code, 500)
    if isinstance(error, RequestValidationError):
        return 422
    return error.status_code if isinstance(error, HTTPException) else 500


async def _kept(replays: Replays, claim: Claim, response: Response) -> None:
    body = getattr(response, "body", None)
    if response.status_code >= 400 or not isinstance(body, bytes):
        await _noted(replays.unlock, claim)
        return
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    answer = KeptAnswer(response.status_code, headers, body.decode("utf-8"))
    await _noted(lambda held: replays.finish(held, answer), claim)


async def _noted(note: Callable[[Claim], None], claim: Claim) -> None:
    """Write the note. Where the store fails now, the answer stands: the claim ends with its lease."""
    try:
        await run_in_threadpool(note, claim)
    except CaseError as error:
        log.error("idempotency.not_noted", code=error.code)


async def get_claim(
    request: Request,
    _key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=MAX_KEY + 2,
            pattern=r'^([!#-~]+|"[ !#-~]+")$',
            description="Makes the request safe to send again: for a day, the same key and body get the same answer.",
        ),
    ] = None,
) -> Claim | None:
    """The claim of a request that came with an idempotency key."""
    return getattr(request.state, "claim", None)


ClaimDep = Annotated[Claim | None, Depends(get_claim)]
