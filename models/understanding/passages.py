"""Cuts a long message into passages, so that one sentence of danger is not drowned by the errand around it.

The encoder gives a message one vector, the mean over its tokens: the more is told, the less one sentence weighs.
"""

from models.understanding.encoding import HEAD, TAIL
from models.understanding.lexicon import Reading
from models.understanding.orders import sentences

LONG = 400
"""Characters from which a message is read in passages, too. On the development split dangers are missed three times
as often from here on."""
PASSAGE = 260
"""Characters that a passage has at most: two or three sentences."""
MOST = 12
"""Passages read of one message: some 3,000 characters, the longest that customers write."""
WINDOW = 300
"""Characters on either side of a cue in the middle of a long text that are read on their own."""
MOST_WINDOWS = 3


def passages(text: str) -> list[str]:
    """Return the passages of a long text, in order; none for a short one.

    Whole sentences where they fit, else cut between words. Of a text of more than ``MOST`` passages, the first and
    the last ones: who buries something says it late or early, and the lexicon reads all of it.
    """
    if len(text) <= LONG:
        return []
    found: list[str] = []
    for part in _parts(text):
        if found and len(found[-1]) + 1 + len(part) <= PASSAGE:
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    if len(found) <= MOST:
        return found
    return [*found[: MOST // 2], *found[-(MOST - MOST // 2) :]]


def windows_of(text: str, reading: Reading) -> list[str]:
    """Parts of a long text around cues that the encoder would not see otherwise."""
    if len(text) <= HEAD + TAIL:
        return []
    hidden = sorted(
        {h.offset for h in reading.hits if h.entry.signal and HEAD <= h.offset < len(text) - TAIL}
    )
    starts: list[int] = []
    for offset in hidden:
        if not starts or offset - starts[-1] > 2 * WINDOW:
            starts.append(offset)
    return [text[max(0, start - WINDOW) : start + WINDOW] for start in starts[:MOST_WINDOWS]]


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for start, end in sentences(text):
        rest = text[start:end].strip()
        while len(rest) > PASSAGE:
            blank = rest.rfind(" ", 1, PASSAGE)
            cut = blank if blank > 0 else PASSAGE
            parts.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            parts.append(rest)
    return parts
