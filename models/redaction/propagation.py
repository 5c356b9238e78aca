"""A value found once is masked wherever it stands again in the same text."""

import re
from collections.abc import Sequence

from models.redaction.folding import fold_word
from models.redaction.tokens import tokenize
from models.spans import Span

PARTS_FROM = 0.6
"""Names found with at least this score also lend their single words."""
MIN_PART = 4
MAX_VALUES = 200


def propagate(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return further occurrences of names found in the text: whole, or one capitalised word of them."""
    names = [span for span in spans if span.entity_type == "PERSON" and span.score >= PARTS_FROM][:MAX_VALUES]
    if not names:
        return []
    parts = {
        token.key: span.score
        for span in names
        for token in tokenize(text[span.start : span.end])
        if token.is_capital and len(token.key) >= MIN_PART
    }
    if not parts:
        return []
    word = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
    return [
        Span("PERSON", match.start(), match.end(), parts[key])
        for match in word.finditer(text)
        if match.group()[0].isupper() and (key := fold_word(match.group())) in parts
    ]
