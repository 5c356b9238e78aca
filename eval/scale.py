"""Measures the dense half on a large base: ``python -m eval.scale --passages 1000000 --seed 7 [--kind ivf]``."""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.retrieval_data import companies_in, load_company
from eval.scale_data import BLOCK, Neighbours, near
from knowledge_base.config import DenseConfig
from knowledge_base.evidence import Vectors
from knowledge_base.index import passage_texts
from knowledge_base.ivf_build import open_ivf
from knowledge_base.near import Dense, ExactNear, RowMask, Rows
from knowledge_base.progress import bar
from knowledge_base.vector_cache import VectorCache
from models.encoder import OnnxEncoder

QUERIES = 200
ADDED = 10_000
TRUE = 10
"""Neighbours that should be found."""
SERVED = 200
"""Passages that the service asks for (``candidates.passages`` of ``policies/retrieval.yaml``)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a fresh process needs that opens the files and searches; memory in MB (10^6 bytes)."""

    seconds: float
    anonymous_mb: float
    """Memory of its own, past what it had before."""
    mapped_mb: float
    """Pages of the files that are in memory; the system takes them back when it needs room."""


@dataclass(frozen=True, slots=True)
class Question:
    """A filter, and the true neighbours of each query under it, (queries, TRUE)."""

    mask: RowMask | None
    truth: Rows


def true_neighbours(source: Neighbours, queries: Vectors, masks: Sequence[RowMask | None]) -> list[Question]:
    """Compare every vector with every query; vectors are made block by block."""
    best = [np.full((len(queries), TRUE), -2.0, dtype=np.float32) for _ in masks]
    rows = [np.zeros((len(queries), TRUE), dtype=np.int64) for _ in masks]
    for start in range(0, len(source), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(source)))
        cosines = queries @ source.vectors(block).T
        for number, mask in enumerate(masks):
            seen = cosines if mask is None else np.where(mask[block], cosines, np.float32(-2))
            scores = np.concatenate([best[number], seen], axis=1)
            names = np.concatenate([rows[number], np.broadcast_to(block, seen.shape)], axis=1)
            order = np.argpartition(-scores, TRUE, axis=1)[:, :TRUE]
            best[number] = np.take_along_axis(scores, order, axis=1)
            rows[number] = np.take_along_axis(names, order, axis=1)
    return [Question(mask, truth) for mask, truth in zip(masks, rows, strict=True)]


def recall(dense: Dense, queries: Vectors, asked: Question) -> float:
    """Share of the true neighbours that are found."""
    found = [dense.search(query, asked.mask, TRUE) for query in queries]
    hits = [len(np.intersect1d(mine, true)) for mine, true in zip(found, asked.truth, strict=True)]
    return float(np.mean(hits) / TRUE)


def latency(dense: Dense, queries: Vectors, mask: RowMask | None, count: int) -> str:
    """p50 and p99 in milliseconds, one question at a time, after one that does not count."""
    dense.search(queries[0], mask, count)
    taken = []
    for query in queries:
        start = time.perf_counter()
        dense.search(query, mask, count)
        taken.append(1000 * (time.perf_counter() - start))
    return f"{np.percentile(taken, 50):.1f} / {np.percentile(taken, 99):.1f} ms"


def open_dense(folder: Path, source: Neighbours, config: DenseConfig) -> Dense:
    """The dense half over the source, as the service would have it."""
    if config.kind == "exact":
        return ExactNear(source.vectors(np.arange(len(source))))
    with bar() as step:
        return open_ivf(folder, source, config, step)


def opened(folder: Path, source: Neighbours, config: DenseConfig, queries: Vectors) -> Opened:
    """Open and search; to be run in a process of its own."""
    before = _resident("RssAnon")
    start = time.perf_counter()
    dense = open_dense(folder, source, config)
    seconds = time.perf_counter() - start
    mapped = _resident("RssFile")
    for query in queries:
        dense.search(query, None, SERVED)
    return Opened(seconds, _resident("RssAnon") - before, max(mapped, _resident("RssFile")))


def measure(
    real: Vectors, passages: int, seed: int, config: DenseConfig, folder: Path
) -> list[tuple[str, str]]:
    """Build, search, open again in another process, and add; the rows of the table."""
    source = Neighbours(real, passages, seed)
    random = np.random.default_rng(seed)
    queries = near(source.vectors(np.sort(random.choice(passages, QUERIES, replace=False))), random)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    dense = open_dense(folder, source, config)
    build = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    half, few = (random.random(passages) < share for share in (0.5, 0.01))
    asked = true_neighbours(source, queries, [None, half, few])
    rows = [
        (f"recall@{TRUE} against exact search", f"{recall(dense, queries, asked[0]):.3f}"),
        ("… among a random half (a filter)", f"{recall(dense, queries, asked[1]):.3f}"),
        ("… among a random 1 %", f"{recall(dense, queries, asked[2]):.3f}"),
        (f"search, {TRUE} passages: p50 / p99", latency(dense, queries, None, TRUE)),
        (f"search, {SERVED} passages: p50 / p99", latency(dense, queries, None, SERVED)),
        (f"search, {SERVED} passages of the half: p50 / p99", latency(dense, queries, half, SERVED)),
        (f"search, {SERVED} passages of the 1 %: p50 / p99", latency(dense, queries, few, SERVED)),
        ("build, past the encoder", f"{build:.0f} s"),
        ("… most memory over what the process had", f"{peak / 1000:.0f} MB"),
        ("files", f"{sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.0f} MB"),
    ]
    del dense
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        again = pool.submit(opened, folder, source, config, queries).result()
    start = time.perf_counter()
    open_dense(folder, Neighbours(real, passages + ADDED, seed), config)
    added = time.perf_counter() - start
    return [
        *rows,
        ("start with the files there, all checked", f"{again.seconds:.1f} s"),
        ("memory of a process that searches", f"{again.anonymous_mb:.0f} MB"),
        ("… and mapped pages of the files", f"{again.mapped_mb:.0f} MB"),
        (f"start that adds {ADDED} passages, past the encoder", f"{added:.1f} s"),
    ]


def real_vectors(data: Path, encoder: Path, cache: Path | None) -> Vectors:
    """Vectors of all passages of all labelled companies."""
    companies = (load_company(data / name) for name in companies_in(data))
    texts = [
        text for company in companies for answer in company.base.answers for text in passage_texts(answer)
    ]
    return VectorCache(OnnxEncoder.load(encoder), cache).encode(texts)


def _resident(kind: str) -> float:
    """Memory of this process in MB, from ``/proc/self/status`` (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kind", choices=("exact", "ivf"), default="ivf")
    parser.add_argument("--lists", type=int)
    parser.add_argument("--probes", type=int, default=DenseConfig().probes)
    parser.add_argument("--data", type=Path, default=Path("eval/data/retrieval"))
    parser.add_argument("--encoder", type=Path, default=Path("models/artifacts/encoder"))
    parser.add_argument("--cache", type=Path, help="keeps the vectors of the real passages")
    parser.add_argument(
        "--scratch", type=Path, help="where the files of the run lie; the system's by default"
    )
    chosen = parser.parse_args(arguments)
    config = DenseConfig(kind=chosen.kind, from_passages=1, lists=chosen.lists, probes=chosen.probes)
    real = real_vectors(chosen.data, chosen.encoder, chosen.cache)
    with tempfile.TemporaryDirectory(dir=chosen.scratch) as folder:
        rows = measure(real, chosen.passages, chosen.seed, config, Path(folder))
    lines = [f"| {chosen.kind}, {chosen.passages:,} passages, {config.probes} probes | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
