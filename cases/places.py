"""Where something read in a customer's text stands in its redacted text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases.redacted import WITHHELD
from models.spans import Redaction
from models.text import RawText
from models.understanding.order_edges import Stretch
from models.understanding.orders import without

Place = tuple[int, int]
"""Code points, half open."""


@dataclass(frozen=True, slots=True)
class Masking:
    """The redaction of a text, and the stretches of the text that were left out of what was read."""

    raw: RawText
    redaction: Redaction
    cut: tuple[Stretch, ...] = ()
    """Orders to the software, in order and apart (``models.understanding.orders.without``)."""

    def place(self, start: int, end: int) -> Place | None:
        """Offsets into the redacted text; None where the whole text is held back or a cut took the words apart.

        A place that touches something masked takes in the whole placeholder: no part of a value can be told.

        Args:
            start: offset into what was read.
        """
        if self.redaction is WITHHELD or not 0 <= start < end:
            return None
        place = uncut(self.raw.reveal(), self.cut, (start, end)) if self.cut else (start, end)
        if place is None or place[1] > len(self.raw):
            return None
        return redacted_place(self.redaction, *place)


@dataclass(frozen=True, slots=True)
class Remasking:
    """Tells where in the text that is shown stands what was read in the redacted text without its orders."""

    shown: Masking
    read: Redaction

    def place(self, start: int, end: int) -> Place | None:
        """Offsets into the text shown; None as for ``Masking.place``."""
        if self.read is WITHHELD:
            return None
        return self.shown.place(*original_place(self.read, start, end))


def uncut(text: str, cut: Sequence[Stretch], place: Place) -> Place | None:
    """Where a place of the text without its cuts stands in the text; None where a cut took it apart.

    Cutting closes up blanks and changes nothing else, so letters and signs are counted.
    """
    read = without(text, cut)
    before, inside = (
        sum(not char.isspace() for char in part) for part in (read[: place[0]], read[slice(*place)])
    )
    edges = [0, *(edge for stretch in cut for edge in stretch), len(text)]
    kept = [
        at
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        for at in range(start, end)
        if not text[at].isspace()
    ][before : before + inside]
    if not kept or any(kept[0] < start < kept[-1] for start, _ in cut):
        return None
    return kept[0], kept[-1] + 1


def original_place(redaction: Redaction, start: int, end: int) -> Place:
    """The place in the original of one in the redacted text: what touches a placeholder takes in its value."""
    spans = [
        (*redacted_place(redaction, span.start, span.end), span.start, span.end) for span in redaction.spans
    ]
    return _original(spans, start, at_end=False), _original(spans, end, at_end=True)


def _original(spans: Sequence[tuple[int, int, int, int]], offset: int, *, at_end: bool) -> int:
    """Spans are (start, end) in the redacted text and (start, end) in the original."""
    shift = 0
    for first, last, start, end in spans:
        if offset <= first:
            break
        if offset < last:
            return end if at_end else start
        shift = end - last
    return offset + shift


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
