"""What routes ask for, as annotated aliases: the service, and a key with the right scope."""

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from api.http_wiring import HttpParts
from api.middleware import RATE_HEADERS_IN_SCOPE
from api.problems import CODES, ProblemError
from api.rate_limits import refused
from api.service import Service
from cases.keys import ApiKey, Scope

KEY_IN_SCOPE = "borrador.key"
"""Where a request's key is kept once it is known."""

bearer = HTTPBearer(auto_error=False, description="API key of Borrador, as printed when it was created.")


def get_service(request: Request) -> Service:
    """The service, built once at start."""
    return cast(Service, request.app.state.service)


async def _service(request: Request) -> Service:  # async: a dependency that only looks needs no thread
    return get_service(request)


ServiceDep = Annotated[Service, Depends(_service)]


def get_http(request: Request) -> HttpParts:
    """What HTTP needs beside the service, built once at start."""
    return cast(HttpParts, request.app.state.http)


async def _http(request: Request) -> HttpParts:
    return get_http(request)


HttpDep = Annotated[HttpParts, Depends(_http)]


def _key_of(request: Request, secret: str | None) -> ApiKey:
    """The key of a request, known and within its rate; asked for twice, it is counted once."""
    known = request.scope.get(KEY_IN_SCOPE)
    if known is not None:
        return cast(ApiKey, known)
    key = get_service(request).keys.authenticate(secret) if secret else None
    if key is None:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "unauthorized",
            CODES["unauthorized"],
            headers={"WWW-Authenticate": "Bearer"},
        )
    charge(request, key, 1)
    request.scope[KEY_IN_SCOPE] = key
    return key


def charge(request: Request, key: ApiKey, tokens: int) -> None:
    """Take tokens of a key; the answer tells what is left.

    Raises:
        ProblemError: 429, with when to come again.
    """
    allowance = get_http(request).limiter.take(key.id, tokens)
    request.scope[RATE_HEADERS_IN_SCOPE] = allowance.headers()
    if not allowance.allowed:
        raise refused(allowance)


def _scoped(key: ApiKey, wanted: frozenset[Scope]) -> ApiKey:
    if wanted.isdisjoint(key.scopes):
        names = ", ".join(sorted(scope.value for scope in wanted))
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "forbidden", f"this route asks for one of the scopes: {names}"
        )
    return key


def require(*scopes: Scope) -> Callable[[Request, HTTPAuthorizationCredentials | None], ApiKey]:
    """A dependency that lets a key through when it has one of the scopes; admin passes everywhere."""
    wanted = frozenset(scopes) | {Scope.ADMIN}

    def authorized(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> ApiKey:
        return _scoped(_key_of(request, credentials.credentials if credentials else None), wanted)

    return authorized


WRITER_SCOPES = (Scope.AGENT, Scope.PLUGIN)


def scoped_key_of(request: Request, scopes: Collection[Scope]) -> ApiKey:
    """The key of a request outside of a route, where it has one of the scopes.

    Raises:
        ProblemError: 401, 403 or 429.
    """
    scheme, secret = get_authorization_scheme_param(request.headers.get("authorization"))
    known = _key_of(request, secret if scheme.lower() == "bearer" else None)
    return _scoped(known, frozenset(scopes) | {Scope.ADMIN})


CURATOR_SCOPES = (Scope.CURATOR,)

WriterKey = Annotated[ApiKey, Depends(require(*WRITER_SCOPES))]
"""May send messages and record decisions."""
VaultKey = Annotated[ApiKey, Depends(require(Scope.AUDITOR))]
"""May see what the vault keeps, each look on the record."""
ReaderKey = Annotated[ApiKey, Depends(require(Scope.AGENT, Scope.PLUGIN, Scope.AUDITOR))]
"""May read cases and approved answers."""
