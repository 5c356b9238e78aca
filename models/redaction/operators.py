"""Operators on spans: replace by a numbered placeholder, or keep; and the way back for private drafts."""

import re
from collections.abc import Mapping, Sequence

from models.redaction.normaliser import View, fold
from models.redaction.numbering import Numbering
from models.redaction.policy import RedactionPolicy
from models.spans import RedactedSpan, Redaction, Span
from models.text import RawText, RedactedText

PLACEHOLDER = re.compile(r"\[([A-ZÑ]+(?:_[A-ZÑ]+)*)_(\d{1,6})\]")


def placeholders(text: str) -> list[tuple[int, int]]:
    """Return the half-open spans of placeholders that already stand in a text."""
    return [match.span() for match in PLACEHOLDER.finditer(text)]


def apply(text: str, spans: Sequence[Span], policy: RedactionPolicy, numbering: Numbering) -> Redaction:
    """Replace spans (in order, apart) by placeholders; what lies outside them is not changed."""
    for match in PLACEHOLDER.finditer(text):
        numbering.reserve(match[1], int(match[2]))
    pieces: list[str] = []
    done: list[RedactedSpan] = []
    originals: dict[str, RawText] = {}
    position = 0
    for span in spans:
        value = text[span.start : span.end]
        rule = policy.entities[span.entity_type]
        placeholder = value
        if rule.operator == "replace":
            placeholder = f"[{rule.label}_{numbering.number(rule.label, _folded(value))}]"
            originals.setdefault(placeholder, RawText(value))
            done.append(RedactedSpan(span.entity_type, span.start, span.end, span.score, placeholder))
        pieces += [text[position : span.start], placeholder]
        position = span.end
    pieces.append(text[position:])
    return Redaction(RedactedText("".join(pieces)), tuple(done), originals)


def _folded(value: str) -> str:
    view: View = fold(value)
    return view.text or value


def restore(text: str, originals: Mapping[str, RawText]) -> RawText:
    """Put originals back in place of their placeholders; unknown placeholders stay."""

    def original(match: re.Match[str]) -> str:
        known = originals.get(match.group())
        return match.group() if known is None else known.reveal()

    return RawText(PLACEHOLDER.sub(original, text))
