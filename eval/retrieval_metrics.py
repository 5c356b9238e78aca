"""Scores of a ranking with abstention: success@1, nDCG@10, AUROC, operating point, bootstrap intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.intervals import Interval

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LENGTH_BINS = (0, 5, 8, 11, 14, 18, 23)
"""Words of a question. In the hand-written sets the answered questions are longer, so that length alone
separates them (AUROC 0.68 to 0.85); the matched AUROC compares questions of one bin only."""


@dataclass(frozen=True, slots=True)
class Run:
    """The rankings of many questions; one entry for each in every array."""

    first: Flags
    """The first answer is right."""
    ndcg: Numbers
    """nDCG over the first ten; 0 for questions without an answer."""
    answerable: Flags
    """The base has an answer."""
    score: Numbers
    """Of the first answer: what abstention looks at."""
    words: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def join(cls, runs: Sequence["Run"]) -> "Run":
        """Several runs as one."""
        names = ("first", "ndcg", "answerable", "score", "words")
        return cls(*(np.concatenate([getattr(run, name) for run in runs]) for name in names))

    def pick(self, chosen: npt.NDArray[np.int64] | Flags) -> "Run":
        """Some of the questions, by position."""
        return Run(
            self.first[chosen],
            self.ndcg[chosen],
            self.answerable[chosen],
            self.score[chosen],
            self.words[chosen],
        )


@dataclass(frozen=True, slots=True)
class Operating:
    """What abstaining below a threshold does."""

    coverage: float
    """Share of the answerable questions that are answered at all."""
    right: float
    """Share of the answerable questions whose first answer is right and given."""
    false_answers: float
    """Share of the questions without an answer that are answered."""
    precision: float
    """Share of all given answers that are right."""


def success_at_1(run: Run) -> float:
    """Share of the answerable questions whose first answer is right."""
    return _mean(run.first[run.answerable])


def ndcg_at_10(run: Run) -> float:
    """Mean nDCG over the first ten, answerable questions only; nothing found counts 0."""
    return _mean(run.ndcg[run.answerable])


def ndcg(gains: Sequence[bool], relevant: int) -> float:
    """nDCG over the first ten of one ranking with ``relevant`` right answers in the base; 0 when there is none."""
    gained = sum(gain / np.log2(place + 2) for place, gain in enumerate(gains[:10]))
    ideal = sum(1 / np.log2(place + 2) for place in range(min(relevant, 10)))
    return float(gained / ideal) if relevant else 0.0


def abstain_auroc(run: Run) -> float:
    """Chance that an answerable question scores higher than one without an answer; ties count half."""
    return auroc(run.score, run.answerable)


def matched_auroc(run: Run) -> float:
    """The same within bins of length, weighted by their pairs."""
    bins = length_bins(run.words)
    total = weight = 0.0
    for each in np.unique(bins):
        inside = run.pick(bins == each)
        pairs = float(inside.answerable.sum() * (~inside.answerable).sum())
        if pairs:
            total += pairs * auroc(inside.score, inside.answerable)
            weight += pairs
    return total / weight if weight else float("nan")


def operating_point(run: Run, threshold: float) -> Operating:
    """What is answered, and how well, when scores below the threshold abstain."""
    given = run.score >= threshold
    answerable = run.answerable
    return Operating(
        coverage=_mean(given[answerable]),
        right=_mean((given & run.first)[answerable]),
        false_answers=_mean(given[~answerable]),
        precision=_mean(run.first[given]),
    )


def bootstrap(run: Run, metric: Callable[[Run], float], *, rounds: int = 500, seed: int = 7) -> Interval:
    """A metric with the 2.5th and 97.5th percentile over resampled questions."""
    generator = np.random.default_rng(seed)
    values = [metric(run.pick(generator.integers(0, len(run), len(run)))) for _ in range(rounds)]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(metric(run), float(low), float(high))


def auroc(scores: npt.ArrayLike, positive: Flags) -> float:
    """Area under the ROC curve by ranks; NaN with one class only."""
    values = np.asarray(scores, dtype=np.float64)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2  # mean rank of equal scores
    ranks = middle[inverse]
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return float("nan")
    return float((ranks[positive].sum() - many * (many + 1) / 2) / (many * few))


def _mean(values: Numbers | Flags) -> float:
    """The mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")


def length_bins(words: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bin of each length."""
    return np.asarray(np.digitize(words, LENGTH_BINS), dtype=np.int64)
