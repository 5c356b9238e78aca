"""What routes ask for, as annotated aliases: the service, and a key with the right scope."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import CODES, ProblemError
from api.service import Service
from cases.keys import ApiKey, Scope

bearer = HTTPBearer(auto_error=False, description="API key of Borrador, as printed when it was created.")


def get_service(request: Request) -> Service:
    """The service, built once at start."""
    return cast(Service, request.app.state.service)


ServiceDep = Annotated[Service, Depends(get_service)]


def require(*scopes: Scope) -> Callable[[Service, HTTPAuthorizationCredentials | None], ApiKey]:
    """A dependency that lets a key through when it has one of the scopes; admin passes everywhere."""
    wanted = frozenset(scopes) | {Scope.ADMIN}

    def authorized(
        service: ServiceDep,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> ApiKey:
        key = service.keys.authenticate(credentials.credentials) if credentials else None
        if key is None:
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "unauthorized",
                CODES["unauthorized"],
                headers={"WWW-Authenticate": "Bearer"},
            )
        if wanted.isdisjoint(key.scopes):
            names = ", ".join(sorted(scope.value for scope in wanted))
            raise ProblemError(HTTPStatus.FORBIDDEN, "forbidden", f"this route asks for one of the scopes: {names}")
        return key

    return authorized


WriterKey = Annotated[ApiKey, Depends(require(Scope.AGENT, Scope.PLUGIN))]
"""May send messages and record decisions."""
ReaderKey = Annotated[ApiKey, Depends(require(Scope.AGENT, Scope.PLUGIN, Scope.AUDITOR))]
"""May read cases and approved answers."""
