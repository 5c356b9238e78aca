"""Trains the heads of understanding from labelled messages: one command, minutes on two cores.

``python -m models.training.heads --data eval/data/messages --encoder models/artifacts/encoder
--out models/artifacts/heads [--thresholds policies/thresholds.yaml]``

Regularisation, calibration and thresholds come from scores of messages that the heads were not fitted on: out of
fold on the training split, or, with ``--held dev``, on the development split. The latter is for an encoder that
was itself fine-tuned on the training split: there its vectors are too good to judge by. The test split is never read.
"""

import argparse
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from models.encoder import load_encoder
from models.training.head_fit import Array, Head, Labels, Points, choice, marks
from models.training.head_report import dev_report, model_card
from models.training.head_thresholds import suggest, write_thresholds
from models.training.messages import LabelledMessage, read_messages
from models.understanding.encoding import MessageReader, encodable, in_context
from models.understanding.features import HASHED, Features, extract
from models.understanding.fold import fold
from models.understanding.heads import CHOICES, FORMAT, MANIFEST_FILE, WEIGHTS_FILE, Heads
from models.understanding.reader import BRANCH_FILE, load_reader
from models.vocabulary import Emotion, Handling, Intent, SignalCode

log = logging.getLogger(__name__)

TEXT_SCALE, VECTOR_SCALE = 2.0, 4.0
"""Length of the n-gram part and of the vector parts before regularisation (cross-validated on train)."""
COMPONENTS = 320
"""Principal directions of the training rows that the heads are fitted in (smoothing, and much less time)."""
BATCH = 64


def build_features(rows: Sequence[LabelledMessage], reader: MessageReader) -> list[Features]:
    """Features of labelled messages, encoding in batches."""
    turns = [[turn.text for turn in row.thread] for row in rows]
    texts = [encodable(row.text) for row in rows]
    contexts = [in_context(row.text, turn) for row, turn in zip(rows, turns, strict=True)]
    own, within = (
        np.concatenate([reader.read(part[k : k + BATCH])[0] for k in range(0, len(part), BATCH)])
        for part in (texts, contexts)
    )
    return [
        extract(
            fold(row.text),
            fold(" . ".join(turn)) if turn else None,
            (a, b),
            row.text,
            channel=row.channel,
            visibility=row.visibility,
        )
        for row, turn, a, b in zip(rows, turns, own, within, strict=True)
    ]


def targets(rows: Sequence[LabelledMessage]) -> dict[str, tuple[list[str], Array]]:
    """Classes and labels of every head: an index a row for choices, a 0/1 matrix for marks."""

    def chosen(
        values: Sequence[str], classes: type[Intent] | type[Handling] | type[Emotion]
    ) -> tuple[list[str], Array]:
        names = [str(code) for code in classes]
        return names, np.array([names.index(value) for value in values])

    def marked(
        values: Sequence[Sequence[str]], classes: type[Intent] | type[SignalCode]
    ) -> tuple[list[str], Array]:
        names = [str(code) for code in classes]
        return names, np.array([[name in row for name in names] for row in values], dtype=np.int64)

    return {
        "main_intent": chosen([row.intents[0] for row in rows], Intent),
        "handling": chosen([row.disposition for row in rows], Handling),
        "emotion": chosen([row.emotion for row in rows], Emotion),
        "intents": marked([row.intents for row in rows], Intent),
        "signals": marked([row.flags for row in rows], SignalCode),
    }


def matrix(features: Sequence[Features], idf: Array, mean: Array) -> sparse.csr_matrix:
    """Rows as the heads see them, (rows, HASHED + dense)."""
    texts, dense = [], []
    for row in features:
        values = row.counts * idf[row.buckets]
        norm = float(np.linalg.norm(values)) or 1.0
        texts.append((row.buckets, values * TEXT_SCALE / norm))
        part = row.dense.astype(np.float64)
        size = len(mean)
        part[: 2 * size] = (part[: 2 * size] - np.tile(mean, 2)) * VECTOR_SCALE
        dense.append(part)
    indptr = np.cumsum([0, *(len(buckets) for buckets, _ in texts)])
    data = np.concatenate([values for _, values in texts])
    indices = np.concatenate([buckets for buckets, _ in texts])
    text = sparse.csr_matrix((data, indices, indptr), shape=(len(texts), HASHED))
    return sparse.csr_matrix(sparse.hstack([text, sparse.csr_matrix(np.array(dense))]))


def inverse_frequency(features: Sequence[Features]) -> Array:
    """Weight of each bucket: rare ones more; those of a single message not at all."""
    seen = np.bincount(np.concatenate([row.buckets for row in features]), minlength=HASHED)
    weights = np.log((1 + len(features)) / (1 + seen)) + 1
    weights[seen < 2] = 0
    return weights


def reduce(rows: sparse.csr_matrix) -> Array:
    """Principal directions of the rows, (features, k): ``rows @ them`` are the coordinates."""
    gram = np.asarray((rows @ rows.T).todense())
    values, vectors = np.linalg.eigh(gram)
    keep = np.argsort(values)[::-1][:COMPONENTS]
    keep = keep[values[keep] > 1e-6]
    return np.asarray(rows.T @ (vectors[:, keep] / np.sqrt(values[keep])))


def train(
    rows: Sequence[LabelledMessage],
    held: Sequence[LabelledMessage],
    reader: MessageReader,
    note: Callable[[str], None],
) -> tuple[dict[str, Array], dict[str, Any], dict[str, Array]]:
    """Train every head. Returns arrays, parts of the manifest, and scores by head of the rows it is judged by.

    Args:
        held: messages to judge by; none: the heads are judged out of fold on ``rows``.
    """
    features = build_features(rows, reader)
    note(f"{len(rows)} messages encoded")
    idf = inverse_frequency(features)
    mean = np.mean([row.dense[: reader.dimensions] for row in features], axis=0)
    seen = matrix(features, idf, mean)
    back = reduce(seen)
    apart = np.asarray(matrix(build_features(held, reader), idf, mean) @ back) if held else None
    points = Points(np.asarray(seen @ back), apart)
    known, unknown = targets(rows), targets(held) if held else {}
    heads: dict[str, Head] = {}
    for name, (classes, own) in known.items():
        labels = Labels(own, unknown[name][1] if held else None)
        heads[name] = (choice if name in CHOICES else marks)(points, labels, len(classes))
        note(f"{name}: fitted")
    arrays = {
        "weights": (back @ np.column_stack([head.weights for head in heads.values()])).astype(np.float16),
        "bias": np.concatenate([head.bias for head in heads.values()]).astype(np.float32),
        "idf": idf.astype(np.float16),
        "mean": mean.astype(np.float32),
    }
    parts = {
        "classes": {name: classes for name, (classes, _) in known.items()},
        "calibration": {name: head.calibration for name, head in heads.items()},
    }
    return arrays, parts, {name: head.scores for name, head in heads.items()}


def save(
    out: Path, arrays: dict[str, Array], parts: dict[str, Any], encoder: str, branch: Path | None
) -> None:
    """Write the artifact: weights, the branch, and a manifest with their sha256 and the encoder they belong to."""
    out.mkdir(parents=True, exist_ok=True)
    (out / BRANCH_FILE).unlink(missing_ok=True)
    if branch is not None:
        shutil.copyfile(branch, out / BRANCH_FILE)
        parts = parts | {"branch": hashlib.sha256(branch.read_bytes()).hexdigest()}
    np.savez_compressed(out / WEIGHTS_FILE, **arrays)  # type: ignore[arg-type]
    digest = hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest()
    manifest = {
        "format": FORMAT,
        "encoder": encoder,
        "sha256": digest,
        "text_scale": TEXT_SCALE,
        "vector_scale": VECTOR_SCALE,
        **parts,
    }
    (out / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Train, save, suggest thresholds and write the model card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument(
        "--branch", type=Path, help="upper layers tuned for understanding (models.training.finetune)"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--held", choices=("folds", "dev"), default="folds", help="what the heads are judged by"
    )
    parser.add_argument("--thresholds", type=Path, help="write the thresholds of the signals there")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    encoder = load_encoder(options.encoder)
    reader = load_reader(encoder, options.branch)
    rows = read_messages(options.data, "train")
    dev = read_messages(options.data, "dev")
    apart = dev if options.held == "dev" else []
    arrays, parts, scores = train(rows, apart, reader, log.info)
    save(options.out, arrays, parts, encoder.fingerprint, options.branch)
    heads = Heads.load(options.out, encoder_fingerprint=encoder.fingerprint, dimensions=encoder.dimensions)
    thresholds = suggest(targets(apart or rows), scores)
    if options.thresholds is not None:
        write_thresholds(options.thresholds, thresholds)
    report = dev_report(dev, [heads.predict(f) for f in build_features(dev, reader)], thresholds)
    model_card(
        options.out / "README.md",
        report,
        rows=len(rows),
        encoder=encoder.fingerprint,
        branch=options.branch is not None,
        on_dev=bool(apart),
    )
    log.info("%s", report)


if __name__ == "__main__":
    main()
