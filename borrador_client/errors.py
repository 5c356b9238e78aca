"""Refusals of the API as exceptions: one class for each status, with the problem details (RFC 9457) inside."""

from http import HTTPStatus

from borrador_client.models import ProblemBody


class ClientError(Exception):
    """What can go wrong between the client and the service."""


class UnexpectedAnswerError(ClientError):
    """The answer is none that the API documents: a proxy's page, or a service of another version."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the answer (status {status}) is not one of this API")
        self.status = status


class ProblemError(ClientError):
    """The service refused. ``problem.code`` is stable (docs/errors.md); ``retry_after`` is in seconds."""

    def __init__(self, problem: ProblemBody, retry_after: float | None = None) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.problem = problem
        self.retry_after = retry_after

    @property
    def code(self) -> str:
        """The stable code of the refusal."""
        return self.problem.code


class BadRequestError(ProblemError):
    """400: not what the route reads, such as a cursor of another list."""


class UnauthorizedError(ProblemError):
    """401: no key, or none that is in force."""


class ForbiddenError(ProblemError):
    """403: the key lacks the scope."""


class NotFoundError(ProblemError):
    """404: not there, or of another account: the two are told alike."""


class ConflictError(ProblemError):
    """409: not as things stand, such as a stale ``thread_version``."""


class TooLargeError(ProblemError):
    """413: the body is over the limit."""


class InvalidError(ProblemError):
    """422: a field is wrong; ``problem.errors`` names each."""


class RateLimitedError(ProblemError):
    """429: come again after ``retry_after``."""


class UnavailableError(ProblemError):
    """503: come again after ``retry_after``."""


_BY_STATUS: dict[int, type[ProblemError]] = {
    HTTPStatus.BAD_REQUEST: BadRequestError,
    HTTPStatus.UNAUTHORIZED: UnauthorizedError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLargeError,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidError,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimitedError,
    HTTPStatus.SERVICE_UNAVAILABLE: UnavailableError,
}


def error_of(problem: ProblemBody, retry_after: str | None) -> ProblemError:
    """The exception of a problem; ``ProblemError`` itself for a status without a class of its own."""
    seconds = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
    return _BY_STATUS.get(problem.status, ProblemError)(problem, seconds)
