"""Measures retrieval on labelled companies: ``python -m eval.retrieval --data DIR --encoder DIR --companies …``."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.retrieval_data import Measured, companies_in, load_company, measure
from eval.retrieval_metrics import (
    Run,
    abstain_auroc,
    bootstrap,
    matched_auroc,
    ndcg,
    ndcg_at_10,
    operating_point,
    success_at_1,
)
from knowledge_base.config import AbstainConfig, RetrievalConfig
from knowledge_base.features import calibrate, describe, fuse
from knowledge_base.vector_cache import VectorCache
from models.encoder import OnnxEncoder

VARIANTS = {
    "bm25": {"word": 1.0},
    "bm25 4-grams": {"gram": 1.0},
    "vectors": {"full": 1.0, "question": 1.0, "short": 1.0},
    "reciprocal ranks": None,
    "learned": None,
}
METRICS = {
    "success@1": success_at_1,
    "nDCG@10": ndcg_at_10,
    "abstain AUROC": abstain_auroc,
    "same, by length": matched_auroc,
}


def rank(measured: Sequence[Measured], config: RetrievalConfig, *, raw: bool) -> Run:
    """Order every question's candidates. ``raw``: abstain by the fused number, not by the calibrated score."""
    first, gained, score = [], [], []
    for item in measured:
        fused = fuse(item.candidates, config)
        order = np.argsort(-fused, kind="stable")
        scores = fused if raw else calibrate(describe(item.candidates, fused), config)
        first.append(bool(item.relevant[order[0]]))
        gained.append(ndcg(item.relevant[order].tolist(), len(item.question.relevant)))
        score.append(float(scores[order[0]]))
    return Run(
        np.array(first),
        np.array(gained),
        np.array([bool(item.question.relevant) for item in measured]),
        np.array(score),
        np.array([len(item.question.text.split()) for item in measured]),
    )


def variant(config: RetrievalConfig, name: str) -> RetrievalConfig:
    """The configuration of an ablation."""
    weights = VARIANTS[name]
    kind = "reciprocal_rank" if name == "reciprocal ranks" else "learned"
    update: dict[str, object] = {"kind": kind}
    if weights is not None:
        update["weights"] = weights
    return config.model_copy(update={"fusion": config.fusion.model_copy(update=update)})


def report(measured: Sequence[Measured], config: RetrievalConfig) -> str:
    """A table of every variant with its figures and intervals."""
    runs = {name: rank(measured, variant(config, name), raw=name != "learned") for name in VARIANTS}
    return table(runs, config.abstain)


def table(runs: Mapping[str, Run], abstain: AbstainConfig) -> str:
    """Figures of every variant, and what the last one does by threshold."""
    *_, final = runs.values()
    without = int((~final.answerable).sum())
    lines = [f"{len(final)} questions, {without} of them without an answer"]
    lines.append(f"{'':18}" + "".join(f"{name:>24}" for name in METRICS))
    for name, run in runs.items():
        figures = [str(bootstrap(run, metric)) for metric in METRICS.values()]
        lines.append(f"{name:18}" + "".join(f"{figure:>24}" for figure in figures))
    return "\n".join([*lines, _points(final, abstain)])


def _points(run: Run, abstain: AbstainConfig) -> str:
    lines = ["threshold   answered (answerable)   right   answered (no answer)   right of answered"]
    for threshold in sorted({0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, round(abstain.threshold, 3)}):
        point = operating_point(run, threshold)
        mark = "*" if threshold == round(abstain.threshold, 3) else " "
        lines.append(
            f"{threshold:8.3f}{mark} {point.coverage:22.3f} {point.right:8.3f} "
            f"{point.false_answers:20.3f} {point.precision:19.3f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report of each company, and of all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with kb_*/answers.jsonl, queries.jsonl"
    )
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the ONNX encoder")
    parser.add_argument("--companies", nargs="*", help="default: all of the folder")
    parser.add_argument("--config", type=Path, default=Path("policies/retrieval.yaml"))
    parser.add_argument("--cache", type=Path, help="folder that keeps passage vectors between runs")
    chosen = parser.parse_args(arguments)
    encoder = OnnxEncoder.load(chosen.encoder)
    config = RetrievalConfig.load(chosen.config)
    if config.fitted.encoder != encoder.fingerprint:
        sys.stdout.write(
            f"fitted with encoder {config.fitted.encoder}, run with {encoder.fingerprint}: refit\n"
        )
    cache = VectorCache(encoder, chosen.cache)
    everything: list[Measured] = []
    for name in chosen.companies or companies_in(chosen.data):
        started = time.perf_counter()
        measured = measure(load_company(chosen.data / name), encoder, config, cache)
        everything += measured
        sys.stdout.write(f"\n{name} ({time.perf_counter() - started:.0f} s)\n{report(measured, config)}\n")
    if len(chosen.companies or companies_in(chosen.data)) > 1:
        sys.stdout.write(f"\nall together\n{report(everything, config)}\n")


if __name__ == "__main__":
    main()
