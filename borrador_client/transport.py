"""Requests to the service, and its answers read: what the generated operations stand on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from borrador_client.errors import ProblemError, UnexpectedAnswerError, error_of
from borrador_client.events import Event, events_of
from borrador_client.model import Model
from borrador_client.models import ProblemBody

PROBLEM = "application/problem+json"
Scalar = str | int | bool | Enum | None
Answered = TypeVar("Answered", bound=Model)
Body = Model | Sequence[Model] | None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of success, or one of a status that has a body of its own."""

    status: int
    body: bytes

    def read(self, model: type[Answered]) -> Answered:
        """The body as its model.

        Raises:
            UnexpectedAnswerError: it is none.
        """
        try:
            return model.model_validate_json(self.body)
        except ValidationError:
            raise UnexpectedAnswerError(self.status) from None

    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


class Transport:
    """One service and one key. Thread-safe as ``httpx.Client`` is; close it, or use it as a context."""

    def __init__(self, base_url: str, key: str, *, http: httpx.Client | None = None) -> None:
        """Open the client.

        Args:
            http: instead of one of our own: with proxies, certificates or time-outs of the caller's.
        """
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._http = http or httpx.Client(timeout=30.0)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Scalar],
        headers: Mapping[str, Scalar],
        body: Body = None,
        also: frozenset[int] = frozenset(),
    ) -> Reply:
        """Send a request; ``also``: statuses of failure that answer with a body of their own.

        Raises:
            ProblemError: the service refused.
            UnexpectedAnswerError: the answer is none of this API's.
            httpx.TransportError: no answer came.
        """
        request = self._request(method, path, query, headers, body)
        answer = self._http.send(request)
        kind = _kind(answer)
        if answer.is_success or (answer.status_code in also and kind == "application/json"):
            return Reply(answer.status_code, answer.content)
        raise _refusal(answer)

    def _events(
        self, path: str, *, query: Mapping[str, Scalar], headers: Mapping[str, Scalar]
    ) -> Iterator[Event]:
        """Events as they come, until the service ends the stream. Raises as ``_send`` does, at the first one."""
        with self._streamed(self._request("GET", path, query, headers, None)) as answer:
            yield from events_of(answer.iter_lines())

    @contextmanager
    def _streamed(self, request: httpx.Request) -> Iterator[httpx.Response]:
        answer = self._http.send(request, stream=True)
        try:
            if not answer.is_success or _kind(answer) != "text/event-stream":
                answer.read()
                raise _refusal(answer)
            yield answer
        finally:
            answer.close()

    def _request(
        self, method: str, path: str, query: Mapping[str, Scalar], headers: Mapping[str, Scalar], body: Body
    ) -> httpx.Request:
        content = None if body is None else _json(body)
        given = {name: text_of(value) for name, value in headers.items() if value is not None}
        kind = {} if content is None else {"Content-Type": "application/json"}
        return self._http.build_request(
            method,
            self._base_url + path,
            params={name: text_of(value) for name, value in query.items() if value is not None},
            headers={**given, **kind, "Authorization": f"Bearer {self._key}"},
            content=content,
        )


def text_of(value: Scalar) -> str:
    """A parameter as it stands in an address or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.value if isinstance(value, Enum) else value)


def segment(value: Scalar) -> str:
    """A parameter as one segment of a path: nothing in it can lead elsewhere."""
    text = text_of(value)
    if text in ("", ".", ".."):
        raise ValueError("an id is not empty, and not made of dots alone")
    return quote(text, safe="")


def _json(body: Model | Sequence[Model]) -> bytes:
    if isinstance(body, Model):
        # Only what was set: what the service takes by default is for the service to say.
        return body.model_dump_json(exclude_unset=True, by_alias=True).encode("utf-8")
    return b"[" + b",".join(_json(one) for one in body) + b"]"


def _kind(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).split(";")[0].strip().lower()


def _refusal(answer: httpx.Response) -> ProblemError | UnexpectedAnswerError:
    if _kind(answer) != PROBLEM:
        return UnexpectedAnswerError(answer.status_code)
    try:
        problem = ProblemBody.model_validate_json(answer.content)
    except ValidationError:
        return UnexpectedAnswerError(answer.status_code)
    return error_of(problem, answer.headers.get("retry-after"))
