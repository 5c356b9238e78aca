"""Where something read in a customer's text stands in its redacted text."""

from collections.abc import Callable
from dataclasses import dataclass

from cases.redacted import WITHHELD
from models.spans import Redaction
from models.text import RawText

Place = tuple[int, int]
"""Code points, half open."""


@dataclass(frozen=True, slots=True)
class Masking:
    """The redaction of a text, and the text that was read where orders to the software were left out of it."""

    raw: RawText
    redaction: Redaction
    read: RawText

    def place(self, start: int, end: int) -> Place | None:
        """Offsets into the redacted text; None where the whole text is held back or the words are not in it.

        A place that touches something masked takes in the whole placeholder: no part of a value can be told.
        """
        if self.redaction is WITHHELD or not 0 <= start < end <= len(self.read):
            return None
        if self.read != self.raw:
            words = self.read.reveal()[start:end]
            found = self.raw.reveal().find(words)
            if found < 0:
                return None
            start, end = found, found + len(words)
        return redacted_place(self.redaction, start, end)


def redacted_place(redaction: Redaction, start: int, end: int) -> Place:
    """The place in the redacted text of one in the original."""
    return _moved(redaction, start, lambda at, width: at), _moved(
        redaction, end, lambda at, width: at + width
    )


def _moved(redaction: Redaction, offset: int, inside: Callable[[int, int], int]) -> int:
    shift = 0
    for span in redaction.spans:
        if offset <= span.start:
            break
        if offset < span.end:
            return inside(span.start + shift, len(span.placeholder))
        shift += len(span.placeholder) - (span.end - span.start)
    return offset + shift
