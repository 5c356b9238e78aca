"""Finds where in a sentence an order to the software begins and ends, when no full stop parts it from the rest."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Stretch = tuple[int, int]
"""Code-point offsets into the original text, half open."""
Score = Callable[[Sequence[Stretch]], Sequence[float]]
"""Log-odds of each stretch of being an order."""

FEWEST_WORDS, FEWEST_LETTERS = 3, 12
"""Of what is left of a sentence beside an order: less is the order's own end or beginning."""
FLOOR, CEILING = -5.0, 3.0
"""Bounds of a score: how surely something is no order says little about where one begins."""
MESSAGE = -2.0
"""Score under which the other side of a break is a part of the message."""
SURE, SURELY_MESSAGE = -0.5, -4.0
"""A sentence that is an order as a whole is parted only from what is surely none."""
APART = 3.0
"""By how much the two sides of a break must differ."""
MOST_BREAKS = 60
"""Breaks of one sentence that are weighed, evenly chosen of more: each is scored with all that follows it."""
SIGN = 1.5
"""What a sign or a capital at a break counts for."""

_WORD = re.compile(r"\S+")
_BEFORE = 66
"""Characters before a stretch that its opening brackets may take: what ``_OPENING`` allows at most."""
_OPENING = re.compile(r"(?:\[[^\[\]\n]{1,30}\]|<[^<>\n]{1,60}>|[*#{\[`=|<-]{1,8})\s{0,3}\Z")
_CLOSING = re.compile(
    r"(?:\s{0,3}(?:\[/[^\[\]\n]{1,30}\]|</[^<>\n]{1,30}>|[*#}\]`=|>]{1,8}))+|\s?(?:\"\w{1,12}\"|\w{1,12}\})"
)
_ENDS = frozenset(",;:.!?…)]}>»”\"'|-–—*#`")
_BEGINS = frozenset("([{<«“¡¿\"'|-–—*#`/@")


def narrowed(text: str, part: Stretch, score: Score, likely: Sequence[Stretch] = ()) -> Stretch:
    """The stretch of a sentence that is an order.

    A sentence is parted at signs, at capitals, and where words stop to look like an order, and nowhere else.

    Args:
        part: the sentence.
        likely: where single words look like an order.
    """
    sure = score([part])[0] >= SURE
    edges = set() if sure else {place for run in likely for place in run}
    words = [found.span() for found in _WORD.finditer(text, *part)]
    breaks = [
        start
        for (_, before), (start, _) in pairwise(words)
        if _signed(text, start) or edges & set(range(before - 1, start + 1))
    ]
    breaks = breaks[:: len(breaks) // (MOST_BREAKS + 1) + 1]
    starts = [at for at in breaks if _rests(text[part[0] : at])]
    most = SURELY_MESSAGE if sure else MESSAGE
    begin = _best(text, starts, score, most, order=lambda at: (at, part[1]), rest=lambda at: (part[0], at))
    begin = part[0] if begin is None else begin
    ends = [at for at in breaks if _rests(text[at : part[1]]) and at > begin]
    end = _best(text, ends, score, most, order=lambda at: (begin, at), rest=lambda at: (at, part[1]))
    end = part[1] if end is None else end
    return begin, begin + len(text[begin:end].rstrip())


def with_brackets(text: str, part: Stretch) -> Stretch:
    """A stretch with the brackets, tags and signs that stand around it."""
    before, after = _OPENING.search(text, max(0, part[0] - _BEFORE), part[0]), _CLOSING.match(text, part[1])
    return before.start() if before else part[0], after.end() if after else part[1]


def _rests(text: str) -> bool:
    """Whether this may be a part of the message rather than of the order."""
    return len(text.split()) >= FEWEST_WORDS and sum(map(str.isalpha, text)) >= FEWEST_LETTERS


def _best(
    text: str,
    breaks: Sequence[int],
    score: Score,
    most: float,
    *,
    order: Callable[[int], Stretch],
    rest: Callable[[int], Stretch],
) -> int | None:
    """The break with the surest order on one side and the surest message on the other; None: better whole."""
    if not breaks:
        return None
    asked = [*(order(at) for at in breaks), *(rest(at) for at in breaks)]
    bounded = [min(max(value, FLOOR), CEILING) for value in score(asked)]
    size = len(breaks)
    orders, rests = bounded[:size], bounded[size:]
    gains = [
        one - other + (SIGN if _signed(text, at) else 0.0)
        for at, one, other in zip(breaks, orders, rests, strict=True)
    ]
    top = max(range(size), key=lambda at: gains[at])
    return breaks[top] if orders[top] - rests[top] >= APART and rests[top] < most else None


def _signed(text: str, at: int) -> bool:
    """Whether a sign or a capital stands at the break before a word."""
    end = at
    while end and text[end - 1].isspace():
        end -= 1
    before, here = text[max(0, end - 1) : end], text[at]
    return before in _ENDS or here in _BEGINS or "\n" in text[end:at] or here.isupper()
