"""Other writings of a labelled text, character for character: the spans stay where they are."""

import random

from models.redaction.normaliser import plain
from models.redaction.placeholders import HIDDEN
from models.training.tagging_data import TaggedSpan, TaggedText

_UNACCENTED = str.maketrans("áéíóúÁÉÍÓÚàèòÀÈÒâêôãõ", "aeiouAEIOUaeoAEOaeoao")


def rewritten(text: TaggedText, chance: random.Random) -> TaggedText:
    """Return the text in lower case, without accents, both, in capitals, or with some spans hidden."""
    pick = chance.random()
    if pick < 0.35:
        return _with_text(text, _same_length(text.text, text.text.lower()))
    if pick < 0.5:
        return _with_text(text, text.text.translate(_UNACCENTED))
    if pick < 0.75:
        return _with_text(text, plain(text.text))
    if pick < 0.8:
        return _with_text(text, _same_length(text.text, text.text.upper()))
    return hidden(text, chance)


def hidden(text: TaggedText, chance: random.Random) -> TaggedText:
    """Return the text with about half of its spans replaced by one mark each, which is in no span."""
    pieces: list[str] = []
    spans: list[TaggedSpan] = []
    position = length = 0
    for span in text.spans:
        pieces.append(text.text[position : span.start])
        length += span.start - position
        value = text.text[span.start : span.end]
        if chance.random() < 0.5:
            value = HIDDEN
        else:
            spans.append(TaggedSpan(span.entity, length, length + len(value)))
        pieces.append(value)
        length += len(value)
        position = span.end
    pieces.append(text.text[position:])
    return TaggedText(text.id, "".join(pieces), tuple(spans), text.annotated, text.language)


def _same_length(text: str, changed: str) -> str:
    return changed if len(changed) == len(text) else text


def _with_text(text: TaggedText, changed: str) -> TaggedText:
    return TaggedText(text.id, changed, text.spans, text.annotated, text.language)
