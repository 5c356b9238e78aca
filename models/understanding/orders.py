"""Finds the stretches of a message that give orders to the software, so that the rest can be read without them.

A stretch runs from where an order begins to the end of its sentence; what is in brackets of code or of a
chat format goes whole. A stretch that also tells of a danger stays: missing one is worse than being steered.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence

Stretch = tuple[int, int]
"""Code-point offsets into the original text, half open."""

MOST_SENTENCES = 40
"""Sentences of one message that heads may score: a longer one has them judged by the lexicon alone."""
LEAD_IN = 5
"""Words before an order that belong to it when a colon or bracket parts them from it ("Nota para el bot:")."""
FEWEST_LETTERS = 12
"""Letters that must be left for a message to say anything besides the orders (a greeting says nothing)."""

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"'»”’)\]}>*`]*|\n|$)")
_BLOCKS = re.compile(
    r"<!--.*?(?:-->|$)"
    r"|```.*?(?:```|$)"
    r"|(?P<fence>[#=%~*]{3,}|-{4,})[^\n]+(?P=fence)"
    r"|\[(?P<tag>system|sistema|inst|instrucciones|admin|assistant|hidden|oculto)\].*?(?:\[/(?P=tag)\]|$)"
    r"|<(?P<mark>system|sistema|instructions?|instrucciones|prompt|admin)\b[^>]*>.*?(?:</(?P=mark)>|$)"
    r"|<\|.*?(?:\|>(?=[^|]*$)|$)"
    r"|\{[^{}]*\"(?:role|system|prompt|instruction|tool|function|action)\"[^{}]*\}+"
    r"|\b\w+=\w+(?:\s*[;,&]\s*\w+=\w+)+"
    r"|[\U000e0020-\U000e007e]+",
    re.IGNORECASE | re.DOTALL,
)
_ENDS_LEAD_IN = re.compile(r"[:>\])*#=|]\s*[\"'«“¡¿]?\s*$")
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
    orders: Sequence[Stretch],
    *,
    dangers: Sequence[int],
    openers: Collection[str],
    steers: Callable[[Sequence[str]], Sequence[bool]],
) -> tuple[Stretch, ...]:
    """The stretches to leave out, in order and apart.

    Args:
        orders: where the lexicon found an order to the software.
        dangers: where it found a danger or harm.
        openers: words that introduce an order and belong to it ("por favor"), in lower case.
        steers: says of each sentence that the lexicon left whether a head takes it for an order.
    """
    cut = [block.span() for block in _BLOCKS.finditer(text) if _is_order(block, orders)]
    left: list[Stretch] = []
    for start, end in _between(cut, len(text)):
        for part in sentences(text, start, end):
            first = min((order[0] for order in orders if part[0] <= order[0] < part[1]), default=None)
            if first is None:
                left.append(part)
            else:
                cut.append((_with_lead_in(text, part[0], first, openers), part[1]))
    asked = [part for part in left if says_something(text[part[0] : part[1]])][:MOST_SENTENCES]
    answers = steers([text[start:end] for start, end in asked]) if asked else ()
    cut += [part for part, steered in zip(asked, answers, strict=True) if steered]
    return tuple(_apart(part for part in cut if not any(part[0] <= place < part[1] for place in dangers)))


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


def _is_order(block: re.Match[str], orders: Sequence[Stretch]) -> bool:
    """Brackets are no attack by themselves: something in them must be one, or nobody could see them."""
    hidden = ord(block.group()[0]) >= 0xE0020
    return hidden or any(block.start() <= order[0] < block.end() for order in orders)


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


def _apart(parts: Iterable[Stretch]) -> list[Stretch]:
    """Overlapping stretches joined."""
    joined: list[Stretch] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
