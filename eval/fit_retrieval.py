"""Fits the retriever's weights: ``python -m eval.fit_retrieval --data DIR --encoder DIR --out FILE``."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from eval.linear_fit import fit_choice, fit_logistic
from eval.retrieval import VARIANTS, rank, report, table, variant
from eval.retrieval_data import Measured, companies_in, concatenate, load_company, measure
from eval.retrieval_metrics import Run
from eval.splits import COMPANY_SPLITS
from knowledge_base.config import ABSTAIN_FEATURES, FUSION_FEATURES, FittedOn, RetrievalConfig
from knowledge_base.features import describe, fuse
from knowledge_base.vector_cache import VectorCache
from models.encoder import OnnxEncoder

HELD_OUT = frozenset(COMPANY_SPLITS)
"""Companies of development and test: never fitted on."""
DEV = tuple(sorted(name for name, split in COMPANY_SPLITS.items() if split == "dev"))

WRONG_FIRST = 0.25
"""Weight of an answerable question whose first answer is wrong, when learning what to refuse: it is no good
example of either side, but must not look right."""

SCORED_BY = ("full", "short", "coverage", "margin_five", "best_question")
"""What the score may look at. Fitted on one development company and measured on the other, these five told
answerable questions from others better than all that the retriever describes (AUROC 0.854 and 0.911 against 0.818
and 0.906), and right answers from wrong ones as well. None may lower the score, so that a closer answer never counts
against itself (collinear features would otherwise take opposite signs and behave oddly on another base)."""

_HEADER = """\
# Weights and thresholds of the retriever. Fitted; after a change of encoder, fit again:
#   python -m eval.fit_retrieval --data eval/data/retrieval --encoder models/artifacts/encoder \\
#       --score-on-dev --out policies/retrieval.yaml
# `dense.kind: ivf` is for bases of more than `from_passages` passages: docs/knowledge-base.md, "Past memory".
# A person may change `abstain.threshold`: the score is the probability that the answer found is right, so 0.5
# drafts what is more likely right than wrong. Higher: fewer wrong drafts, more questions left to a person.
"""


def fit(
    groups: Mapping[str, Sequence[Measured]],
    config: RetrievalConfig,
    encoder: str,
    judged: Sequence[Measured] | None = None,
) -> RetrievalConfig:
    """Fit order and score; each company's fused numbers for the score come from the others' weights.

    Args:
        judged: questions that the score is fitted on instead: those of a company that the encoder was not tuned on.
            On those it was tuned on, a right answer lies nearer than it ever will elsewhere.
    """
    items = [item for group in groups.values() for item in group]
    fitted = _with_fusion(config, fit_fusion(items))
    pairs = _left_out(groups, config) if judged is None else ((item, fitted) for item in judged)
    scored = [(item, *_describe(item, weights)) for item, weights in pairs]
    asked, described, right = zip(*scored, strict=True)
    intercept, weights = fit_score(described, asked, np.array(right))
    abstain = config.abstain.model_copy(update={"intercept": intercept, "weights": weights})
    source = FittedOn(encoder=encoder, companies=tuple(groups), queries=len(items))
    return fitted.model_copy(update={"abstain": abstain, "fitted": source})


def _left_out(
    groups: Mapping[str, Sequence[Measured]], config: RetrievalConfig
) -> Iterator[tuple[Measured, RetrievalConfig]]:
    """Yield every question with the fusion that the other companies give."""
    for name, group in groups.items():
        others = concatenate(other for key, other in groups.items() if key != name) or list(group)
        held = _with_fusion(config, fit_fusion(others))
        yield from ((item, held) for item in group)


def _describe(item: Measured, config: RetrievalConfig) -> tuple[dict[str, float], bool]:
    """Return what the score sees of a question's first candidate, and whether that one is right."""
    fused = fuse(item.candidates, config)
    first = int(np.argmax(fused))
    features = describe(item.candidates, fused)
    return {key: float(features[key][first]) for key in ABSTAIN_FEATURES}, bool(item.relevant[first])


def fit_fusion(items: Sequence[Measured]) -> dict[str, float]:
    """Weights under which the right candidate is the likeliest choice among a question's candidates."""
    tables = []
    for item in items:
        if item.relevant.any():
            table = np.stack([item.candidates.features[name] for name in FUSION_FEATURES], axis=1)
            tables.append((table.astype(np.float64), item.relevant))
    weights = fit_choice(tables)
    return {name: round(float(value), 4) for name, value in zip(FUSION_FEATURES, weights, strict=True)}


def fit_score(
    described: Sequence[Mapping[str, float]], items: Sequence[Measured], right: np.ndarray
) -> tuple[float, dict[str, float]]:
    """Intercept and weights of the probability that the first candidate answers the question."""
    table = np.array([[row[name] for name in SCORED_BY] for row in described])
    answerable = np.array([bool(item.question.relevant) for item in items])
    weights = np.where(answerable & ~right, WRONG_FIRST, 1.0)
    signs = np.ones(len(SCORED_BY))
    intercept, slopes = fit_logistic(table, right, weights, signs=signs)
    # The direction was learnt on reweighted questions: bring it back to the true share of right answers.
    shift, scale = fit_logistic((intercept + table @ slopes)[:, None], right, np.ones(len(right)))
    final = dict.fromkeys(ABSTAIN_FEATURES, 0.0)
    final |= {name: round(float(value), 4) for name, value in zip(SCORED_BY, slopes * scale[0], strict=True)}
    return round(float(shift + scale[0] * intercept), 4), final


def _with_fusion(config: RetrievalConfig, weights: dict[str, float]) -> RetrievalConfig:
    return config.model_copy(update={"fusion": config.fusion.model_copy(update={"weights": weights})})


def _left_out_table(groups: Mapping[str, Sequence[Measured]], config: RetrievalConfig) -> str:
    """Every training company ranked with weights fitted on the others, in one table."""
    runs: dict[str, list[Run]] = {name: [] for name in VARIANTS}
    for name, group in groups.items():
        fitted = fit({key: other for key, other in groups.items() if key != name}, config, "")
        for each in VARIANTS:
            runs[each].append(rank(group, variant(fitted, each), raw=each != "learned"))
    return table({name: Run.join(found) for name, found in runs.items()}, config.abstain)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the training companies, write the file, report on development."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="read for the settings that are not fitted")
    parser.add_argument("--cache", type=Path, help="folder that keeps passage vectors between runs")
    parser.add_argument("--dev", nargs="+", default=DEV)
    parser.add_argument(
        "--score-on-dev",
        action="store_true",
        help="fit the score of abstaining on the development companies: for an encoder tuned on the others",
    )
    parser.add_argument(
        "--left-out",
        action="store_true",
        help="report on every training company by the weights of the others, too: an hour for forty companies",
    )
    chosen = parser.parse_args(arguments)
    encoder = OnnxEncoder.load(chosen.encoder)
    config = RetrievalConfig.load(chosen.out)
    cache = VectorCache(encoder, chosen.cache)
    groups = {
        name: measure(load_company(chosen.data / name), encoder, config, cache)
        for name in companies_in(chosen.data)
        if name not in HELD_OUT
    }
    held = {
        name: measure(load_company(chosen.data / name), encoder, config, cache)
        for name in chosen.dev
        if name in companies_in(chosen.data)
    }
    judged = concatenate(held.values()) if chosen.score_on_dev else None
    fitted = fit(groups, config, encoder.fingerprint, judged)
    chosen.out.write_text(
        _HEADER + yaml.safe_dump(fitted.model_dump(mode="json"), sort_keys=False, allow_unicode=True),
        encoding="utf-8",
    )
    if chosen.left_out:
        sys.stdout.write(f"\ntraining companies, each left out in turn\n{_left_out_table(groups, config)}\n")
    for name, questions in held.items():
        sys.stdout.write(f"\n{name} (development)\n{report(questions, fitted)}\n")


if __name__ == "__main__":
    main()
