"""Cuts the orders to the software out of a message, so that the rest can be read without them.

What is in brackets of code or of a chat format goes whole. A stretch that also tells of a danger stays: missing one
is worse than being steered.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from models.understanding.order_edges import Stretch, with_brackets

FEWEST_BETWEEN = 3
"""Letters between two orders that are a message of their own rather than their joint."""
LEAD_IN = 5
"""Words before an order that belong to it when a colon or bracket parts them from it ("Nota para el bot:")."""
FEWEST_LETTERS = 12
"""Letters that must be left for a message to say anything besides the orders (a greeting says nothing)."""

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"'»”’)\]}>*`]*|\n|$)")
_BLOCKS = re.compile(
    r"<!--.*?(?:-->|$)"
    r"|```.*?(?:```|$)"
    r"|(?P<fence>[#=%~*]{3,12}|-{4,12})[^\n]+(?P=fence)"
    r"|\[(?P<tag>system|sistema|inst|instrucciones|admin|assistant|hidden|oculto)\].*?(?:\[/(?P=tag)\]|$)"
    r"|<(?P<mark>system|sistema|instructions?|instrucciones|prompt|admin)\b[^>]{0,200}>.*?(?:</(?P=mark)>|$)"
    r"|<\|.*?(?:\|>(?=[^|]*$)|$)"
    r"|\{(?=[^{}]*+\})[^{}]*\"(?:role|system|prompt|instruction|tool|function|action)\"[^{}]*\}+"
    r"|\b\w+=\w+(?:\s*[;,&]\s*\w+=\w+)+"
    r"|[\U000e0020-\U000e007e]+",
    re.IGNORECASE | re.DOTALL,
)
"""Fences, tags and braces are looked for within bounds, so that a line of nothing else takes no longer to read."""
_ENDS_LEAD_IN = re.compile(r"[:>\])*#=|]\s*+(?:[\"'«“¡¿]\s*+)?$")
_WORD = re.compile(r"[^\W\d_]+")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Stretch]:
    """The sentences of a part of a text, blanks between them left out."""
    found = []
    for match in _SENTENCE.finditer(text, start, len(text) if end is None else end):
        first, last = match.span()
        while first < last and text[first].isspace():
            first += 1
        if first < last:
            found.append((first, last))
    return found


def stretches(
    text: str,
    cues: Sequence[Stretch],
    orders: Sequence[Stretch],
    *,
    dangers: Sequence[int],
    openers: Collection[str],
) -> tuple[Stretch, ...]:
    """The stretches to leave out, in order and apart.

    Args:
        cues: where the lexicon found an order to the software.
        orders: stretches that words and context tell to be orders.
        dangers: where the lexicon found a danger or harm.
        openers: words that introduce an order and belong to it ("por favor"), in lower case.
    """
    begins, kept = sorted(start for start, _ in cues), sorted(dangers)
    told = sorted(start for start, _ in (*cues, *orders))
    cut = [block.span() for block in _BLOCKS.finditer(text) if _is_order(block, told)]
    parts = [part for start, end in _between(cut, len(text)) for part in sentences(text, start, end)]
    # What reaches over such a bracket is told by the bracket: what stands beside it is the customer's.
    orders = [part for part in orders if not _overlaps(part, cut)]
    sure = {part: cue for part in parts if (cue := _first_in(begins, part)) is not None}
    # A cue tells where the order begins; what follows in the sentence goes with it, as attacks go on by commas.
    known = [(_with_lead_in(text, start, cue, openers), end) for (start, end), cue in sure.items()]
    cut += [with_brackets(text, part) for part in (*known, *_beside(text, orders, parts, sure))]
    return tuple(_apart(text, [part for part in cut if _first_in(kept, part) is None]))


def _beside(
    text: str, orders: Sequence[Stretch], parts: Sequence[Stretch], sure: Collection[Stretch]
) -> Iterator[Stretch]:
    """The orders away from sentences with a cue; of one that reaches into such a sentence, the other sentences that it
    fills."""
    firsts = [start for start, _ in parts]
    for start, end in orders:
        inside = parts[max(0, bisect_right(firsts, start) - 1) : bisect_left(firsts, end)]
        if not any(part in sure for part in inside):
            yield start, end
            continue
        for part in inside:
            rest = text[part[0] : max(part[0], start)] + text[min(end, part[1]) : part[1]]
            if part not in sure and not any(map(str.isalnum, rest)):
                yield part


def without(text: str, cut: Iterable[Stretch]) -> str:
    """The text without the stretches, blanks closed up."""
    kept, last = [], 0
    for start, end in cut:
        kept.append(text[last:start])
        last = end
    kept.append(text[last:])
    lines = " ".join(kept).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def says_something(text: str) -> bool:
    """Whether enough is left of a text to be a message of its own."""
    return sum(map(str.isalpha, text)) >= FEWEST_LETTERS


def _first_in(places: Sequence[int], part: Stretch) -> int | None:
    """The first of some places, in order, that lies in a stretch."""
    at = bisect_left(places, part[0])
    return places[at] if at < len(places) and places[at] < part[1] else None


def _overlaps(part: Stretch, others: Sequence[Stretch]) -> bool:
    """Whether a stretch shares a character with one of others, which are in order and apart."""
    at = bisect_right(others, part[0], key=lambda other: other[1])
    return at < len(others) and others[at][0] < part[1]


def _is_order(block: re.Match[str], begins: Sequence[int]) -> bool:
    """Brackets are no attack by themselves: something in them must be one, or nobody could see them."""
    hidden = ord(block.group()[0]) >= 0xE0020
    return hidden or _first_in(begins, block.span()) is not None


def _between(cut: Sequence[Stretch], length: int) -> list[Stretch]:
    """What lies around stretches."""
    edges = [0, *(place for part in cut for place in part), length]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _with_lead_in(text: str, start: int, first: int, openers: Collection[str]) -> int:
    """Where the order begins, its introduction included ("Nota:", "por favor,")."""
    before = text[start:first]
    words = [word.casefold() for word in _WORD.findall(before)]
    announced = len(words) <= LEAD_IN and _ENDS_LEAD_IN.search(before) is not None
    return start if announced or all(word in openers for word in words) else first


def _apart(text: str, parts: Iterable[Stretch]) -> list[Stretch]:
    """Stretches joined that overlap, or have next to nothing between them."""
    joined: list[Stretch] = []
    for start, end in sorted(parts):
        if joined and sum(map(str.isalpha, text[joined[-1][1] : start])) < FEWEST_BETWEEN:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
