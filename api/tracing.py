"""W3C Trace Context: the caller's trace goes on in our logs and in the answer."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
)
_VERSION_0_LENGTH = 55


@dataclass(frozen=True, slots=True)
class Span:
    """Our part of a trace."""

    trace_id: str
    span_id: str
    sampled: bool

    def header(self) -> str:
        """``traceparent`` with this service's span as the parent of what follows."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


CURRENT: ContextVar[Span | None] = ContextVar("borrador.span", default=None)
"""Our part of the trace of the request in work, if it came with one."""


def span_of(traceparent: str | None) -> Span | None:
    """A new span in the caller's trace; None without a header, or for one that breaks the rules (section 3.2)."""
    found = _TRACEPARENT.match(traceparent or "")
    if traceparent is None or found is None:
        return None
    version, rest = found["version"], traceparent[_VERSION_0_LENGTH:]
    # Versions to come may add fields after a hyphen; version 00 has none, and ff is forbidden.
    if version == "ff" or (rest and (version == "00" or not rest.startswith("-"))):
        return None
    if not int(found["trace"], 16) or not int(found["parent"], 16):
        return None
    return Span(found["trace"], secrets.token_hex(8), bool(int(found["flags"], 16) & 1))
