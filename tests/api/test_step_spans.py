"""Spans of a case's steps: in the caller's trace, in order, without a word of anybody's, and only when wanted."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from api.failures import UsageError
from api.settings import Settings
from api.step_spans import StepSpans, open_step_spans
from tests.api.http_service import CANARY, Served, serve

MESSAGE = {"text": f"Hola, soy {CANARY}, mi pedido no llega."}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
STEPS = [f"case.{step}" for step in ("redacted", "understood", "retrieved", "decided", "drafted")]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path)
    yield served
    served.service.close()


@pytest.fixture
def exported(served: Served) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    served.service.step_spans = StepSpans(provider.get_tracer("test"))
    return exporter


def spans(exported: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exported.get_finished_spans()}


def test_each_step_is_a_span_of_the_case_in_the_callers_trace(
    served: Served, exported: InMemorySpanExporter
) -> None:
    answer = served.client().post("/v1/cases", json=MESSAGE, headers=CALLER)
    found = spans(exported)
    assert list(found) == [*STEPS, "case"]
    case = found["case"]
    assert case.context is not None
    assert f"{case.context.trace_id:032x}" == TRACE
    # Its parent is the span that the answer names.
    assert case.parent is not None
    assert f"{case.parent.span_id:016x}" == answer.headers["traceparent"].split("-")[2]
    ends = []
    for number, name in enumerate(STEPS, start=1):
        step = found[name]
        assert step.parent is not None
        assert step.parent.span_id == case.context.span_id
        assert dict(step.attributes or {}) == {"borrador.step": number}
        ends.append(step.end_time)
    assert ends == sorted(ends)
    assert CANARY not in "".join(span.to_json() for span in found.values())


def test_a_trace_that_the_caller_does_not_sample_is_not_recorded(
    served: Served, exported: InMemorySpanExporter
) -> None:
    served.client().post("/v1/cases", json=MESSAGE, headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert not exported.get_finished_spans()


def test_without_a_trace_of_the_callers_a_new_one_begins(
    served: Served, exported: InMemorySpanExporter
) -> None:
    client = served.client()
    client.post("/v1/cases", json=MESSAGE, headers=CALLER)
    exported.clear()
    client.post("/v1/cases", json=MESSAGE)
    case = spans(exported)["case"]
    assert case.parent is None


def test_a_failure_is_told_by_its_type_alone(served: Served, exported: InMemorySpanExporter) -> None:
    served.stand_in.failures = [RuntimeError(f"no engine for {CANARY}")]
    assert served.client().post("/v1/cases", json=MESSAGE).status_code == 500
    case = spans(exported)["case"]
    assert case.status.status_code is StatusCode.ERROR
    assert dict(case.attributes or {}) == {"error.type": "RuntimeError"}
    assert not case.events
    assert CANARY not in case.to_json()


def test_off_by_default() -> None:
    assert Settings().otel_traces is False
    assert open_step_spans(wanted=False) is None


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(UsageError, match=r"borrador\[otel\]"):
        open_step_spans(wanted=True)
