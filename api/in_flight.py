"""Back-pressure: over a number of requests in work at once, the rest are told at once to come again."""

from prometheus_client import Counter, Gauge
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import CODES, problem_response

IN_FLIGHT = Gauge("borrador_http_requests_in_flight", "Requests in work")
SHED = Counter("borrador_http_requests_shed_total", "Requests answered 503 because too many were in work")
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})
"""What watches the service must hear of it most of all when it has too much to do."""
RETRY_AFTER = "1"


class InFlightLimit:
    """Counts requests in work. A stream of events leaves the count when it begins: it waits more than it works."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit
        self._count = 0  # changed on the event loop alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await self.app(scope, receive, send)
            return
        if self._count >= self.limit:
            SHED.inc()
            answer = problem_response(
                503,
                "overloaded",
                CODES["overloaded"],
                request=Request(scope),
                headers={"Retry-After": RETRY_AFTER},
            )
            await answer(scope, receive, send)
            return
        held = True
        self._change(1)

        async def send_and_watch(message: Message) -> None:
            nonlocal held
            if held and message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith("text/event-stream"):
                    held = False
                    self._change(-1)
            await send(message)

        try:
            await self.app(scope, receive, send_and_watch)
        finally:
            if held:
                self._change(-1)

    def _change(self, by: int) -> None:
        self._count += by
        IN_FLIGHT.set(self._count)
