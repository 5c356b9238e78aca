"""Pure ASGI middleware: request id, body limit, secure headers, one log line and metrics a request."""

import re
import time
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import CODES, problem_response
from api.tracing import CURRENT, span_of

log = structlog.get_logger(__name__)

REQUESTS = Counter("borrador_http_requests_total", "Requests answered", ["method", "route", "status"])
LATENCY = Histogram(
    "borrador_http_request_duration_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

RATE_HEADERS_IN_SCOPE = "borrador.rate_headers"
"""Where a request's rate limits are kept until its answer begins."""

_REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""A UUID or a trace id (W3C Trace Context): what else a caller puts there may name a person, and it is logged."""

SECURE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer, browsers post forms with "Origin: null"
    "cache-control": "no-store",
}
"""Cases are personal data even when redacted: no cache keeps them."""


class RequestContext:
    """Gives each request an id, binds it to the logs, and counts and times the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        span = span_of(Headers(scope=scope).get("traceparent"))
        CURRENT.set(span)
        if span is not None:
            structlog.contextvars.bind_contextvars(trace_id=span.trace_id, span_id=span.span_id)
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                if span is not None:
                    headers["traceparent"] = span.header()
                for name, value in scope.get(RATE_HEADERS_IN_SCOPE, {}).items():
                    headers.setdefault(name, value)
                for name, value in SECURE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            self._count(scope, status, time.perf_counter() - started)

    @staticmethod
    def _count(scope: Scope, status: int, seconds: float) -> None:
        # The route's template, never the path asked for: a path can hold anything.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in {"GET", "POST", "HEAD", "OPTIONS"} else "other"
        REQUESTS.labels(method, route, str(status)).inc()
        LATENCY.labels(route).observe(seconds)
        log.info(
            "request.answered", method=method, route=route, status=status, duration_ms=round(seconds * 1e3, 1)
        )


class BodyLimit:
    """Refuses bodies over the limit, declared or streamed, before they fill the memory."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        body = bytearray()
        too_large = declared.isdigit() and int(declared) > self.max_bytes
        more = scope["method"] not in {"GET", "HEAD"} and not too_large
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client went away
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.max_bytes:
                too_large = True
                break
        if too_large:
            detail = f"{CODES['body_too_large']} ({self.max_bytes} bytes)"
            answer = problem_response(413, "body_too_large", detail, request=Request(scope))
            await answer(scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)
