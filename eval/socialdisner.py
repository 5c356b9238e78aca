"""SocialDisNER, disease mentions in Spanish tweets, scored as the shared task of SMM4H 2022 did.

``python -m eval.socialdisner GOLD.jsonl PREDICTIONS.jsonl``. A mention is right when it begins and ends where one
of the gold standard does; precision, recall and F1 are summed over tweets, and F1 ranks ("Evaluation library" of
https://temu.bsc.es/socialdisner; Gasco Sánchez et al., *The SocialDisNER shared task*, 2022.smm4h-1.48).
"""

import sys
from collections.abc import Iterable, Mapping, Sequence

from eval.span_scores import Counts, Document, Mention, Score, pair, report, table

DISEASE = "ENFERMEDAD"
"""The only type of the task."""


def score_documents(gold: Sequence[Document], predicted: Mapping[str, Iterable[Mention]]) -> Score:
    """Score disease mentions by document id. Raises ValueError as ``pair`` does, and for any other type."""
    pairs = pair(gold, predicted)
    for document, found in pairs:
        if other := {kind for _, _, kind in document.mentions | found} - {DISEASE}:
            raise ValueError(f"{document.id}: {min(other)!r} is no type of this task, only {DISEASE!r} is")
    return Score.of([Counts.of(document.mentions, found) for document, found in pairs])


def _report(gold: Sequence[Document], predicted: Mapping[str, Iterable[Mention]]) -> str:
    return f"SocialDisNER, {len(gold)} tweets\n\n{table({DISEASE: score_documents(gold, predicted)})}"


if __name__ == "__main__":
    sys.stdout.write(report(__doc__, _report))
