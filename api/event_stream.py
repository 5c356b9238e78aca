"""Server-Sent Events: pulled from the store as fast as the client reads, kept alive, kept few."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from prometheus_client import Gauge
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http_policy import StreamPolicy
from api.problems import CODES, problem_response
from api.progress_board import Bell
from cases.canonical import Json, canonical_json
from cases.errors import CaseError

log = structlog.get_logger(__name__)

OPEN = Gauge("borrador_event_streams_open", "Streams of Server-Sent Events that are open")
MEDIA_TYPE = "text/event-stream"
RETRY_MILLISECONDS = 3000
HEARTBEAT = b": still here\n\n"

Pull = Callable[[], Awaitable[Sequence[bytes]]]
"""The next frames, or none: what is not asked for is not read from the store."""
Allowed = Callable[[], Awaitable[bool]]
"""Whether the key may still read; asked at every heartbeat."""


def frame(event_id: str, event: str, data: Json) -> bytes:
    """One event on the wire (HTML standard, 9.2.6); canonical JSON is one line."""
    return f"id: {event_id}\nevent: {event}\ndata: {canonical_json(data)}\n\n".encode()


class Streams:
    """How many streams are open, whose they are, and the end of them all."""

    def __init__(self, policy: StreamPolicy, bell: Bell) -> None:
        self.policy = policy
        self.bell = bell
        self.closing = False
        self._open: dict[str, int] = {}  # changed on the event loop alone

    @contextmanager
    def place(self, key_id: str) -> Iterator[None]:
        """A place for one stream of a key."""
        self._open[key_id] = self._open.get(key_id, 0) + 1
        OPEN.inc()
        try:
            yield
        finally:
            OPEN.dec()
            self._open[key_id] -= 1
            if not self._open[key_id]:
                del self._open[key_id]

    def full(self, key_id: str) -> bool:
        """Whether no further stream of a key may be opened."""
        mine = self._open.get(key_id, 0)
        if self.closing or mine >= self.policy.max_open_per_key:
            return True
        return sum(self._open.values()) >= self.policy.max_open

    def open(self) -> None:
        """Begin to take streams, also after a close."""
        self.closing = False

    def close(self) -> None:
        """End all streams: their clients come again, with the last id they saw."""
        self.closing = True
        self.bell.ring()


class EventStream(Response):
    """A response that tells events until the client goes, the time is over, or the service stops."""

    media_type = MEDIA_TYPE

    def __init__(self, streams: Streams, pull: Pull, allowed: Allowed, *, key_id: str, follow: bool) -> None:
        # X-Accel-Buffering: a proxy that collects the answer would hold back every event.
        super().__init__(
            headers={"cache-control": "no-store", "x-accel-buffering": "no"}, media_type=MEDIA_TYPE
        )
        del self.headers["content-length"]
        self._streams = streams
        self._pull = pull
        self._allowed = allowed
        self._key_id = key_id
        self._follow = follow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events; stop when the client hangs up, or takes nothing for too long."""
        if self._streams.full(self._key_id):
            answer = problem_response(
                503, "overloaded", CODES["overloaded"], request=Request(scope), headers={"Retry-After": "5"}
            )
            await answer(scope, receive, send)
            return
        headers = self.raw_headers
        with self._streams.place(self._key_id):
            await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
            gone = asyncio.ensure_future(_gone(receive))
            told = asyncio.ensure_future(self._tell(send))
            try:
                await asyncio.wait({gone, told}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                gone.cancel()
                told.cancel()
                await asyncio.gather(gone, told, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        try:
            async for chunk in self._chunks():
                async with asyncio.timeout(self._streams.policy.send_seconds):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("event_stream.cut_off", key_id=self._key_id)

    async def _chunks(self) -> AsyncIterator[bytes]:
        policy = self._streams.policy
        end = time.monotonic() + policy.max_seconds
        beat = time.monotonic() + policy.heartbeat_seconds
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        with self._streams.bell.listen() as news:
            while not self._streams.closing and time.monotonic() < end:
                news.clear()
                beats = time.monotonic() >= beat
                if beats:
                    if not await self._allowed():
                        return
                    beat = time.monotonic() + policy.heartbeat_seconds
                frames = await self._pulled()
                for one in frames or ():
                    yield one
                if frames:
                    continue
                if frames is None or not self._follow:
                    return
                if beats:
                    yield HEARTBEAT
                await _rung(news, min(policy.poll_seconds, max(0.0, end - time.monotonic())))

    async def _pulled(self) -> Sequence[bytes] | None:
        """The next frames; None where the store is away: the client comes again and misses nothing."""
        try:
            return await self._pull()
        except CaseError as error:
            log.error("event_stream.store", code=error.code)
            return None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _rung(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        pass
