"""What `kb check` finds."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Errors must be mended before the base is used; warnings want a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; ``code`` is stable, ``message`` is for people."""

    severity: Severity
    code: str
    answers: tuple[str, ...]
    message: str
    files: tuple[str, ...] = ()
    """Of the answers, relative to the root."""
    remedy: str = ""
    """What to do."""
