"""MEDDOCAN, de-identification of Spanish clinical cases, scored as the shared task of 2019 did.

``python -m eval.meddocan GOLD.jsonl PREDICTIONS.jsonl`` prints all tracks and every type. The definitions are
those of the official script (MEDDOCAN-Evaluation-Script, ``classes.py``, commit 843152c, MIT licence; Marimon
et al., *Automatic De-identification of Medical Texts in Spanish: the MEDDOCAN Track*, IberLEF 2019):

- track 1, entity: offsets and type agree exactly;
- track 2, strict: offsets agree exactly, whatever the type;
- track 2, merged: neighbours with nothing alphanumeric between them are joined on both sides first. Right are
  the spans that agree before *or* after joining; wrong and missed are spans as they were *before* joining that
  agree with none and lie in no right one. Right ones are thus not the gold spans less the missed ones.

All are micro averages. The script's leak score needs a sentence split by another tool and is left out.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from eval.span_scores import Counts, Document, Mention, Score, pair, report, table

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MeddocanScores:
    """The three measures of the task, and track 1 by type of the gold standard or the predictions."""

    documents: int
    entity: Score
    strict: Score
    merged: Score
    by_type: Mapping[str, Score]


def score_documents(gold: Sequence[Document], predicted: Mapping[str, Iterable[Mention]]) -> MeddocanScores:
    """Score predictions by document id. Raises ValueError as ``pair`` does."""
    pairs = pair(gold, predicted)
    types = sorted({kind for document, found in pairs for _, _, kind in document.mentions | found})
    return MeddocanScores(
        documents=len(pairs),
        entity=Score.of([Counts.of(document.mentions, found) for document, found in pairs]),
        strict=Score.of(
            [Counts.of(_offsets(document.mentions), _offsets(found)) for document, found in pairs]
        ),
        merged=Score.of([_merged_counts(document, found) for document, found in pairs]),
        by_type={
            kind: Score.of(
                [Counts.of(_of(kind, document.mentions), _of(kind, found)) for document, found in pairs]
            )
            for kind in types
        },
    )


def merge(text: str, spans: Iterable[Offsets]) -> set[Offsets]:
    """Join spans, in order, with nothing alphanumeric between them.

    As the official script does it: the joined span ends where the later one does, so that one inside another
    cuts it short. Nothing of the kind is in the corpus.
    """
    merged: list[Offsets] = []
    for start, end in sorted(spans):
        if merged and not any(char.isalnum() for char in text[merged[-1][1] : start]):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return set(merged)


def _merged_counts(document: Document, found: AbstractSet[Mention]) -> Counts:
    gold, predicted = _offsets(document.mentions), _offsets(found)
    right = (gold & predicted) | (merge(document.text, gold) & merge(document.text, predicted))

    def outside(spans: set[Offsets]) -> int:
        return sum(not any(left <= start and end <= stop for left, stop in right) for start, end in spans)

    return Counts(len(right), outside(predicted - gold), outside(gold - predicted))


def _offsets(mentions: AbstractSet[Mention]) -> set[Offsets]:
    return {(start, end) for start, end, _ in mentions}


def _of(kind: str, mentions: AbstractSet[Mention]) -> set[Mention]:
    return {mention for mention in mentions if mention[2] == kind}


def _report(gold: Sequence[Document], predicted: Mapping[str, Iterable[Mention]]) -> str:
    scores = score_documents(gold, predicted)
    tracks = {
        "track 1, entity": scores.entity,
        "track 2, strict": scores.strict,
        "track 2, merged": scores.merged,
    }
    return f"MEDDOCAN, {scores.documents} documents\n\n{table({**tracks, **scores.by_type})}"


if __name__ == "__main__":
    sys.stdout.write(report(__doc__, _report))
