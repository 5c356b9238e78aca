"""Scores of labelled spans over documents: reading, pairing, precision, recall, F1. Shared by the corpora."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.intervals import Interval, Numbers, interval, ratio

Mention = tuple[int, int, str]
"""Start and end (half-open code-point offsets), and type."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text of a gold standard with its mentions."""

    id: str
    text: str
    mentions: frozenset[Mention]


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, wrong (false positives) and missed (false negatives)."""

    right: int
    wrong: int
    missed: int

    @classmethod
    def of(cls, gold: AbstractSet[object], predicted: AbstractSet[object]) -> "Counts":
        """Compare two sets; what is in both is right."""
        return cls(len(gold & predicted), len(predicted - gold), len(gold - predicted))


@dataclass(frozen=True, slots=True)
class Score:
    """Summed counts (micro average), and the figures with 95 % intervals over documents."""

    counts: Counts
    precision: Interval
    recall: Interval
    f1: Interval

    @classmethod
    def of(cls, per_document: Sequence[Counts]) -> "Score":
        """Sum over documents. A figure of nothing is 0, as in the shared tasks' scripts."""
        counts = np.array([(c.right, c.wrong, c.missed) for c in per_document], dtype=np.int64).reshape(-1, 3)
        right, wrong, missed = (int(total) for total in counts.sum(axis=0))
        figures = (interval(counts, figure) for figure in (_precision, _recall, _f1))
        return cls(Counts(right, wrong, missed), *figures)


def _precision(sums: Numbers) -> Numbers:
    return ratio(sums[..., 0], sums[..., 0] + sums[..., 1], empty=0.0)


def _recall(sums: Numbers) -> Numbers:
    return ratio(sums[..., 0], sums[..., 0] + sums[..., 2], empty=0.0)


def _f1(sums: Numbers) -> Numbers:
    return ratio(2 * sums[..., 0], 2 * sums[..., 0] + sums[..., 1] + sums[..., 2], empty=0.0)


def pair(
    gold: Sequence[Document], predicted: Mapping[str, Iterable[Mention]]
) -> list[tuple[Document, frozenset[Mention]]]:
    """Put predictions beside their documents, in the order of the gold standard.

    The scripts of the shared tasks leave out a document without predictions, so that a system gains by saying
    nothing of hard ones. Here every document needs an entry, be it empty. Raises ValueError when one lacks it,
    when a prediction has no document, when an id stands twice, and for offsets outside the text.
    """
    ids = [document.id for document in gold]
    if len(set(ids)) != len(ids):
        raise ValueError("the gold standard has two documents of one id")
    if missing := sorted(set(ids) ^ set(predicted)):
        raise ValueError(f"{len(missing)} ids are in gold or predictions only, first {missing[0]!r}")
    pairs = [(document, frozenset(predicted[document.id])) for document in gold]
    for document, mentions in pairs:
        for start, end, _ in (*document.mentions, *mentions):
            if not 0 <= start < end <= len(document.text):
                raise ValueError(f"{document.id}: no span of the text from {start} to {end}")
    return pairs


def read_documents(path: Path) -> list[Document]:
    """Read a gold standard: JSON lines with ``id``, ``text`` and ``spans`` as [start, end, type]."""
    return [Document(row["id"], row["text"], _mentions(row)) for row in _rows(path)]


def read_predictions(path: Path) -> dict[str, frozenset[Mention]]:
    """Read predictions: JSON lines with ``id`` and ``spans`` as [start, end, type]. Raises ValueError."""
    predictions: dict[str, frozenset[Mention]] = {}
    for row in _rows(path):
        if row["id"] in predictions:
            raise ValueError(f"{path.name}: two lines of predictions for {row['id']!r}")
        predictions[row["id"]] = _mentions(row)
    return predictions


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _mentions(row: Mapping[str, Any]) -> frozenset[Mention]:
    return frozenset((int(start), int(end), str(kind)) for start, end, kind in row["spans"])


def table(scores: Mapping[str, Score]) -> str:
    """Return scores as a Markdown table, counts first."""
    lines = ["| | right | wrong | missed | precision | recall | F1 |", "|---|---|---|---|---|---|---|"]
    for name, score in scores.items():
        counts = f"{score.counts.right} | {score.counts.wrong} | {score.counts.missed}"
        figures = " | ".join(_figure(value) for value in (score.precision, score.recall, score.f1))
        lines.append(f"| {name} | {counts} | {figures} |")
    return "\n".join(lines)


def _figure(value: Interval) -> str:
    return f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"


def report(
    description: str | None, score: Callable[[Sequence[Document], Mapping[str, Iterable[Mention]]], str]
) -> str:
    """Read the two files named on the command line, and return what ``score`` says of them."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("gold", type=Path, help='JSON lines {"id", "text", "spans": [[start, end, type]]}')
    parser.add_argument("predictions", type=Path, help='JSON lines {"id", "spans": [[start, end, type]]}')
    options = parser.parse_args()
    return score(read_documents(options.gold), read_predictions(options.predictions)) + "\n"
