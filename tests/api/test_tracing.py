"""W3C Trace Context and request ids: what comes in goes into the logs and the answer."""

from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from api.logging import ALLOWED_KEYS
from api.tracing import span_of
from tests.api.http_service import serve

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("flags", ["00", "01", "ff"])
def test_a_trace_goes_on_in_a_span_of_our_own(flags: str) -> None:
    span = span_of(f"00-{TRACE}-{PARENT}-{flags}")
    assert span is not None
    assert span.trace_id == TRACE
    assert span.span_id != PARENT
    assert span.header() == f"00-{TRACE}-{span.span_id}-{'00' if flags == '00' else '01'}"


def test_a_version_to_come_may_say_more() -> None:
    assert span_of(f"01-{TRACE}-{PARENT}-01-more") is not None


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"01-{TRACE}-{PARENT}-01more",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f" {GIVEN}",
        "Zacarías Quintanapalla",
    ],
)
def test_what_breaks_the_rules_starts_no_trace(given: str | None) -> None:
    assert span_of(given) is None


def test_trace_and_request_id_are_in_the_answer_and_the_log(tmp_path: Path) -> None:
    served = serve(tmp_path)
    client = served.client()
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    try:
        request_id = "0af7651916cd43dd8448eb211c80319c"
        answer = client.get("/v1/cases/x", headers={"traceparent": GIVEN, "X-Request-Id": request_id})
        plain = client.get("/v1/cases", headers={"traceparent": "none"})
    finally:
        structlog.configure(processors=before)
    assert answer.headers["traceparent"].startswith(f"00-{TRACE}-")
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == request_id
    first, second = (entry for entry in capture.entries if entry["event"] == "request.answered")
    assert (first["trace_id"], first["request_id"]) == (TRACE, request_id)
    assert first["span_id"] in answer.headers["traceparent"]
    assert "traceparent" not in plain.headers
    assert "trace_id" not in second
    assert {"trace_id", "span_id", "request_id"} <= ALLOWED_KEYS
    served.service.close()
