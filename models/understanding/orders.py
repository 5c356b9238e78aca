"""Finds the stretches of a message that give orders to the software, so that the rest can be read without them.

A stretch runs from where an order begins to the end of its sentence; what is in brackets of code or of a
chat format goes whole. A stretch that also tells of a danger stays: missing one is worse than being steered.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence

from models.understanding.order_edges import FEWEST_WORDS, Score, Stretch, narrowed, with_brackets

MOST_PIECES = 60
"""Pieces of one message that may be scored: what comes after them is judged by the lexicon alone."""
BESIDE = 2.0
"""What a sentence next to an order may lack: attacks of several sentences lean on each other."""
NO_ORDER = -99.0
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
_CLAUSE = re.compile(r"[^,;:()\[\]«»\"“”|—–]+")


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
    score: Score,
    likely: Sequence[Stretch] = (),
    limit: float = 0.0,
) -> tuple[Stretch, ...]:
    """The stretches to leave out, in order and apart.

    Args:
        orders: where the lexicon found an order to the software.
        dangers: where it found a danger or harm.
        openers: words that introduce an order and belong to it ("por favor"), in lower case.
        score: says of stretches how surely each is an order.
        likely: where single words look like one, in order and apart.
        limit: score from which a sentence is one; one beside it needs less.
    """
    begins, kept = sorted(start for start, _ in orders), sorted(dangers)
    cut = [block.span() for block in _BLOCKS.finditer(text) if _is_order(block, begins)]
    parts = [part for start, end in _between(cut, len(text)) for part in sentences(text, start, end)]
    values = _surest(text, parts, likely, score)
    cues = [_first_in(begins, part) for part in parts]
    found = [cue is not None or value >= limit for cue, value in zip(cues, values, strict=True)]
    beside = [
        yes or (value >= limit - BESIDE and True in found[max(0, at - 1) : at + 2])
        for at, (yes, value) in enumerate(zip(found, values, strict=True))
    ]
    for part, cue, yes in zip(parts, cues, beside, strict=True):
        if yes:
            cut.append(with_brackets(text, _edges(text, part, cue, openers, score, likely)))
    return tuple(_apart(text, [part for part in cut if _first_in(kept, part) is None]))


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


def _touching(runs: Sequence[Stretch], part: Stretch) -> Sequence[Stretch]:
    """Those of some stretches, in order and apart, that overlap another or touch it."""
    first = bisect_left(runs, part[0], key=lambda run: run[1])
    return runs[first : bisect_right(runs, part[1], key=lambda run: run[0])]


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


def _surest(text: str, parts: Sequence[Stretch], likely: Sequence[Stretch], score: Score) -> list[float]:
    """Of each sentence the highest score that it, one of its clauses, or what looks like an order in it has."""
    asked: list[tuple[int, Stretch]] = []
    for at, part in enumerate(parts):
        runs = _touching(likely, part)
        inside = [(max(a, part[0]), min(b, part[1])) for a, b in runs if a < part[1] and part[0] < b]
        clauses = [found.span() for found in _CLAUSE.finditer(text, *part)]
        pieces = dict.fromkeys([part, *inside, *(clauses if len(clauses) > 1 else ())])
        asked += [
            (at, piece)
            for piece in pieces
            if len(_WORD.findall(text[piece[0] : piece[1]])) >= FEWEST_WORDS or piece == part
        ]
    asked = [(at, (a, b)) for at, (a, b) in asked if says_something(text[a:b])][:MOST_PIECES]
    best = [NO_ORDER] * len(parts)
    for (at, _), value in zip(asked, score([piece for _, piece in asked]) if asked else (), strict=True):
        best[at] = max(best[at], value)
    return best


def _edges(
    text: str,
    part: Stretch,
    cue: int | None,
    openers: Collection[str],
    score: Score,
    likely: Sequence[Stretch],
) -> Stretch:
    """Where in a sentence the order stands."""
    if cue is None:
        return narrowed(text, part, score, _touching(likely, part))
    # A cue tells where the order begins; what follows in the sentence goes with it, as attacks go on by commas.
    return _with_lead_in(text, part[0], cue, openers), part[1]


def _apart(text: str, parts: Iterable[Stretch]) -> list[Stretch]:
    """Stretches joined that overlap, or have next to nothing between them."""
    joined: list[Stretch] = []
    for start, end in sorted(parts):
        if joined and sum(map(str.isalpha, text[joined[-1][1] : start])) < FEWEST_BETWEEN:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
