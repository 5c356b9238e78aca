"""Where an order to the software begins and ends: the brackets, tags and signs around it go with it."""

import re

Stretch = tuple[int, int]
"""Code-point offsets into the original text, half open."""

_BEFORE = 66
"""Characters before a stretch that its opening brackets may take: what ``_OPENING`` allows at most."""
_OPENING = re.compile(r"(?:\[[^\[\]\n]{1,30}\]|<[^<>\n]{1,60}>|[*#{\[`=|<-]{1,8})\s{0,3}\Z")
_CLOSING = re.compile(
    r"(?:\s{0,3}(?:\[/[^\[\]\n]{1,30}\]|</[^<>\n]{1,30}>|[*#}\]`=|>]{1,8}))+|\s?(?:\"\w{1,12}\"|\w{1,12}\})"
)
_STOPS = re.compile(r"[.!?…»”\"')]{1,4}")


def with_brackets(text: str, part: Stretch) -> Stretch:
    """A stretch with the brackets, tags and signs that stand around it, and the stop that ends it."""
    stop = _STOPS.match(text, part[1])
    part = (part[0], stop.end() if stop else part[1])
    before, after = _OPENING.search(text, max(0, part[0] - _BEFORE), part[0]), _CLOSING.match(text, part[1])
    return before.start() if before else part[0], after.end() if after else part[1]
