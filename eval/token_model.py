"""Measure the token model on the clinical and tweet corpora, as their shared tasks did.

    python -m eval.token_model --meddocan dev.jsonl --socialdisner dev.jsonl

Each file is a split of its corpus (``id``, ``text``, ``spans``). The model answers in the corpus's own types;
MEDDOCAN's are read from the span scheme (``models/redaction/span_scheme.py``). Measure on a published test split
once, at the end: nothing may be chosen by it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eval import meddocan, socialdisner
from eval.span_scores import Document, Mention, read_documents, table
from models.redaction.normaliser import fold
from models.redaction.span_scheme import CORPUS_READINGS
from models.redaction.token_model import DEFAULT_DIRECTORY, TokenModel

BATCH = 50


def predict(model: TokenModel, corpus: str, documents: Sequence[Document]) -> dict[str, frozenset[Mention]]:
    """Return the model's mentions by document, with offsets into the text as it is."""
    reading = CORPUS_READINGS[corpus]
    answers: dict[str, frozenset[Mention]] = {}
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        views = [fold(document.text) for document in batch]
        found = model.find([view.text for view in views], reading)
        for document, view, spans in zip(batch, views, found, strict=True):
            answers[document.id] = frozenset(
                (*view.span(span.start, span.end), span.entity) for span in spans
            )
    return answers


def report_meddocan(model: TokenModel, documents: Sequence[Document]) -> str:
    """Return the three tracks and every type, with counts and intervals."""
    scores = meddocan.score_documents(documents, predict(model, "meddocan", documents))
    tracks = {
        "track 1, entity": scores.entity,
        "track 2, strict": scores.strict,
        "track 2, merged": scores.merged,
    }
    return f"MEDDOCAN, {scores.documents} documents\n\n{table({**tracks, **scores.by_type})}\n"


def report_socialdisner(model: TokenModel, documents: Sequence[Document]) -> str:
    """Return strict scores of disease mentions."""
    scores = socialdisner.score_documents(documents, predict(model, "socialdisner", documents))
    return f"SocialDisNER, {len(documents)} tweets\n\n{table({socialdisner.DISEASE: scores})}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of the corpora that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=DEFAULT_DIRECTORY)
    parser.add_argument("--meddocan", type=Path)
    parser.add_argument("--socialdisner", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    model = TokenModel.load(options.model, threads=options.threads)
    if options.meddocan:
        sys.stdout.write(report_meddocan(model, read_documents(options.meddocan)) + "\n")
    if options.socialdisner:
        sys.stdout.write(report_socialdisner(model, read_documents(options.socialdisner)) + "\n")


if __name__ == "__main__":
    main()
