"""Structured logs with an allow-list of keys: whatever is not listed is dropped, so no text gets in by accident."""

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import Counter
from structlog.typing import EventDict, WrappedLogger

UNWRITTEN = Counter("borrador_log_writes_failed_total", "Writes to the log that failed: its lines are lost")
ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "method", "route", "status", "duration_ms",
        "error_type", "step", "case_id", "disposition", "priority", "queue", "account", "key_id", "code",
        "count", "path", "version", "url", "host", "port", "trace_id", "span_id",
    }
)  # fmt: skip


def drop_unlisted_keys(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Keep the listed keys only (M76: the log keeps the interaction, never the words)."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def configure(*, as_json: bool) -> None:
    """Send structlog to standard error, so that standard output stays for results.

    Library loggers stay at WARNING with their tracebacks cut: a traceback may quote a value.
    """
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_unlisted_keys,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, _StandardError())),
        cache_logger_on_first_use=False,  # a lookup a line; a later configuration then counts for all
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("uvicorn.access").disabled = True
    # Presidio logs matched text at its lower levels; it must never be heard here.
    for name in ("presidio-analyzer", "presidio_analyzer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.WARNING)  # whatever level a library gives its own logger when it is imported
        handler.setFormatter(_NoTraceback("%(levelname)s %(name)s: %(message)s"))


class _StandardError:
    """Standard error as it is when something is written: it may have been redirected since, or closed.

    What cannot be written (a full disk, a pipe that nobody reads any more) is counted and left out: a request must
    not fail, nor a thread end, because of a line about it.
    """

    def write(self, text: str) -> int:
        try:
            return sys.stderr.write(text)
        except (OSError, ValueError):  # ValueError: it was closed
            UNWRITTEN.inc()
            return len(text)

    def flush(self) -> None:
        # A line's failure shows at its write or here, as the buffer has it.
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            UNWRITTEN.inc()


class _NoTraceback(logging.Formatter):
    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        kind = ei[0] if isinstance(ei, tuple) else None
        return f"({getattr(kind, '__name__', 'error')})"
