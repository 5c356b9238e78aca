"""OpenTelemetry spans of the steps of a case: names and times, never a word of anybody's. Off by default.

With ``BORRADOR_OTEL_TRACES=true`` and the extra ``otel``; where they go, and how many, is said by OpenTelemetry's own
variables (``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_TRACES_SAMPLER``, ``OTEL_SERVICE_NAME``).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.failures import UsageError
from api.tracing import CURRENT
from cases.canonical import Json
from cases.progress import Step, Tell

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

SERVICE = "borrador"


class StepSpans:
    """Makes a span of each case, and in it one of each step, as a child of the caller's trace if there is one."""

    def __init__(self, tracer: "Tracer") -> None:
        self._tracer = tracer

    @contextmanager
    def case(self, tell: Tell) -> Iterator[Tell]:
        """Trace the making of a case; what it gives hears of each step, and passes it on."""
        from opentelemetry.trace import Status, StatusCode

        # What an exception says may quote the customer: only its type is kept.
        with self._tracer.start_as_current_span(
            "case", context=_parent(), record_exception=False, set_status_on_exception=False
        ) as span:
            since = time.time_ns()

            def told(step: Step, detail: Mapping[str, Json]) -> None:
                nonlocal since
                now = time.time_ns()
                done = self._tracer.start_span(f"case.{step.value}", start_time=since)
                done.set_attribute("borrador.step", step.number)
                done.end(end_time=now)
                since = now
                tell(step, detail)

            try:
                yield told
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise


def _parent() -> Any:  # noqa: ANN401 - OpenTelemetry's context, which is not there without the extra
    """The caller's trace as a remote parent; None: whatever is current."""
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    ours = CURRENT.get()
    if ours is None:
        return None
    flags = TraceFlags(TraceFlags.SAMPLED if ours.sampled else TraceFlags.DEFAULT)
    context = SpanContext(int(ours.trace_id, 16), int(ours.span_id, 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(context))


def open_step_spans(*, wanted: bool) -> StepSpans | None:
    """The spans that go to the collector of the environment; None where they are not wanted.

    Raises:
        UsageError: they are wanted, and the extra is not installed.
    """
    if not wanted:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        raise UsageError("BORRADOR_OTEL_TRACES needs the extra: pip install 'borrador[otel]'") from None
    # A provider of our own, not the process's: no library of ours adds spans with texts to it.
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return StepSpans(provider.get_tracer(SERVICE))
