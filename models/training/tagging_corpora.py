"""Read the corpora of the token model into tagged texts. Corpora are named by arguments, not carried."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.redaction.normaliser import fold
from models.redaction.span_scheme import CORPUS_TYPES, HEALTH, PERSONAL
from models.training.tagging_data import TaggedSpan, TaggedText

HEALTH_STRING = "health"
PERSONAL_STRING = "personal"
FINE_TYPES: dict[str, dict[str, tuple[str, ...]]] = {
    **CORPUS_TYPES,
    "strings": {PERSONAL_STRING: PERSONAL, HEALTH_STRING: HEALTH},
}
"""Types of the scheme by corpus and corpus type. ``strings``: messages whose spans have no type."""


def annotated_types(corpus: str) -> frozenset[str]:
    """Return the types of the scheme of which every mention in the corpus is marked."""
    return frozenset(kind for kinds in FINE_TYPES[corpus].values() for kind in kinds)


def read_spans(path: Path, corpus: str) -> Iterator[TaggedText]:
    """Yield the documents of a JSONL corpus with ``id``, ``text`` and ``spans`` ([start, end, type])."""
    for row in _rows(path):
        spans = [TaggedSpan(kind, start, end) for start, end, kind in row["spans"]]
        yield _tagged(row, spans, corpus)


def read_messages(paths: Iterable[Path], sides: Mapping[str, str], side: str) -> Iterator[TaggedText]:
    """Yield the labelled messages of one side of the split, typed where the row has typed entities.

    Args:
        paths: JSONL files of rows.
        sides: split by row id.
        side: ``train``, ``dev`` or ``test``.
    """
    for path in paths:
        for row in _rows(path):
            if sides.get(row["id"]) != side:
                continue
            if "entities" in row:
                spans = [TaggedSpan(e["type"], e["start"], e["end"]) for e in row["entities"]]
                yield _tagged(row, spans, "messages")
            else:
                yield _tagged(row, _string_spans(row), "strings")


def read_sides(path: Path) -> dict[str, str]:
    """Return the split of each row id from a split file."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def from_generated(text: TaggedText) -> TaggedText:
    """Return a generated text, folded as the redactor folds."""
    return _folded(
        TaggedText(text.id, text.text, text.spans, annotated_types("messages"), text.language), "messages"
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _tagged(row: Mapping[str, Any], spans: Sequence[TaggedSpan], corpus: str) -> TaggedText:
    text = TaggedText(
        str(row["id"]),
        str(row["text"]),
        tuple(spans),
        annotated_types(corpus),
        str(row.get("language", "es")),
    )
    return _folded(text, corpus)


def _folded(text: TaggedText, corpus: str) -> TaggedText:
    """Bring spans to the folded text that the model reads, in order and apart, the longest first."""
    view = fold(text.text)
    taken = [False] * len(view.text)
    spans = []
    for span in sorted(text.spans, key=lambda span: (span.start - span.end, span.start)):
        places = [i for i in range(len(view.text)) if span.start <= view.starts[i] < span.end]
        if places and not any(taken[places[0] : places[-1] + 1]):
            taken[places[0] : places[-1] + 1] = [True] * (places[-1] + 1 - places[0])
            spans.append(TaggedSpan(f"{corpus}:{span.entity}", places[0], places[-1] + 1))
    spans.sort(key=lambda span: span.start)
    return TaggedText(text.id, view.text, tuple(spans), text.annotated, text.language)


def _string_spans(row: Mapping[str, Any]) -> list[TaggedSpan]:
    text = str(row["text"])
    spans = []
    for kind in (PERSONAL_STRING, HEALTH_STRING):
        for value in row.get(kind, ()):
            spans += [TaggedSpan(kind, start, end) for start, end in occurrences(text, value)]
    return spans


def occurrences(text: str, value: str) -> list[tuple[int, int]]:
    """Return where a labelled string stands as whole words, or anywhere when it does so nowhere."""
    whole = [found.span() for found in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text)]
    return whole or [found.span() for found in re.finditer(re.escape(value), text)]


def fine_types(entity: str) -> tuple[str, ...]:
    """Return the types of the scheme that a span's ``corpus:type`` may be."""
    corpus, _, kind = entity.partition(":")
    return FINE_TYPES[corpus][kind]
