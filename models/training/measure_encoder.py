"""Measure an encoder artifact on the development data: retrieval, linear probes, speed, memory."""

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np

from models.encoder import OnnxEncoder, Vectors
from models.training.encoder_report import probe_report, retrieval_report
from models.training.finetune_data import Company, Question, read_companies, read_labelled


def read_xquad(file: Path) -> Company:
    """Read XQuAD in Spanish as retrieval of the right paragraph among all. For evaluation only (CC BY-SA)."""
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    return Company(
        name="xquad_es",
        split="dev",
        answers={str(row): (paragraph["context"],) for row, paragraph in enumerate(paragraphs)},
        questions=tuple(
            Question(asked["question"], frozenset({str(row)}))
            for row, paragraph in enumerate(paragraphs)
            for asked in paragraph["qas"]
        ),
    )


def main() -> None:
    """Print all figures as JSON."""
    arguments = _arguments()
    started = time.perf_counter()
    encoder = OnnxEncoder.load(arguments.artifact, threads=arguments.threads)
    figures: dict[str, float | str] = {
        "fingerprint": encoder.fingerprint,
        "load_seconds": round(time.perf_counter() - started, 2),
    }

    def encode(texts: list[str], kind: str) -> Vectors:
        return encoder.encode(texts, kind="query" if kind == "query" else "passage")

    for batch, tokens in ((1, 24), (1, 64), (16, 32)):
        figures[f"milliseconds_{batch}x{tokens}"] = _milliseconds(encoder, batch, tokens)
    figures["rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found: dict[str, float] = {}
    for company in read_companies(arguments.retrieval):
        if company.split == "dev":
            found |= retrieval_report(company, encode)
    if arguments.xquad:
        found |= retrieval_report(read_xquad(arguments.xquad), encode)
    train, dev = (read_labelled(arguments.messages, split) for split in ("train", "dev"))
    found |= probe_report(train, dev, encode)
    print(json.dumps(figures | {name: round(value, 3) for name, value in found.items()}, indent=1))  # noqa: T201


def _milliseconds(encoder: OnnxEncoder, batch: int, tokens: int) -> float:
    """Median of 30 passes."""
    ids = np.full((batch, tokens), 7, dtype=np.int64)
    times = []
    for _ in range(30):
        started = time.perf_counter()
        encoder.forward(ids, np.ones_like(ids))
        times.append((time.perf_counter() - started) * 1000)
    return round(float(np.median(times)), 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifact", type=Path, required=True)
    parser.add_argument("--messages", type=Path, required=True)
    parser.add_argument("--retrieval", type=Path, required=True)
    parser.add_argument("--xquad", type=Path, help="xquad.es.json")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
