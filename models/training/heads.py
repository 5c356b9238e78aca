"""Trains the heads of understanding from labelled messages: one command, minutes on two cores.

``python -m models.training.heads --data eval/data/messages --encoder models/artifacts/encoder
--out models/artifacts/heads [--thresholds policies/thresholds.yaml]``

Regularisation, calibration and thresholds come from out-of-fold scores on the training split; the dev split
is only reported, the test split is never read.
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from models.encoder import load_encoder
from models.training.head_report import dev_report, model_card
from models.training.head_thresholds import suggest, write_thresholds
from models.training.messages import LabelledMessage, read_messages
from models.understanding.encoding import QueryEncoder, encodable, in_context
from models.understanding.features import HASHED, Features, extract
from models.understanding.fold import fold
from models.understanding.heads import CHOICES, FORMAT, MANIFEST_FILE, WEIGHTS_FILE, Heads
from models.vocabulary import Emotion, Handling, Intent, SignalCode

log = logging.getLogger(__name__)

Array = npt.NDArray[Any]

SEED = 20_261_122
FOLDS = 5
TEXT_SCALE, VECTOR_SCALE = 2.0, 4.0
"""Length of the n-gram part and of the vector parts before regularisation (cross-validated on train)."""
STRENGTHS = (0.3, 1.0, 3.0)
"""Inverse regularisation to choose from (sklearn's C)."""
COMPONENTS = 320
"""Principal directions of the training rows that the heads are fitted in (smoothing, and much less time)."""
BATCH = 64


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head in the reduced space: weights (components, classes), and its out-of-fold logits (rows, classes)."""

    weights: Array
    bias: Array
    logits: Array
    strength: float


def build_features(rows: Sequence[LabelledMessage], encoder: QueryEncoder) -> list[Features]:
    """Features of labelled messages, encoding in batches."""
    turns = [[turn.text for turn in row.thread] for row in rows]
    texts = [encodable(row.text) for row in rows]
    contexts = [in_context(row.text, turn) for row, turn in zip(rows, turns, strict=True)]
    own, within = (
        np.concatenate([encoder.encode(part[k : k + BATCH], kind="query") for k in range(0, len(part), BATCH)])
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

    def choice(
        values: Sequence[str], classes: type[Intent] | type[Handling] | type[Emotion]
    ) -> tuple[list[str], Array]:
        names = [str(code) for code in classes]
        return names, np.array([names.index(value) for value in values])

    def marks(
        values: Sequence[Sequence[str]], classes: type[Intent] | type[SignalCode]
    ) -> tuple[list[str], Array]:
        names = [str(code) for code in classes]
        return names, np.array([[name in row for name in names] for row in values], dtype=np.int64)

    return {
        "main_intent": choice([row.intents[0] for row in rows], Intent),
        "handling": choice([row.disposition for row in rows], Handling),
        "emotion": choice([row.emotion for row in rows], Emotion),
        "intents": marks([row.intents for row in rows], Intent),
        "signals": marks([row.flags for row in rows], SignalCode),
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


def reduce(rows: sparse.csr_matrix) -> tuple[Array, Array]:
    """Principal directions of the rows: coordinates (rows, k) and the map back (features, k)."""
    gram = np.asarray((rows @ rows.T).todense())
    values, vectors = np.linalg.eigh(gram)
    keep = np.argsort(values)[::-1][:COMPONENTS]
    keep = keep[values[keep] > 1e-6]
    scale = np.sqrt(values[keep])
    return vectors[:, keep] * scale, np.asarray(rows.T @ (vectors[:, keep] / scale))


def fit(points: Array, labels: Array, classes: int, *, balanced: bool) -> Fitted:
    """Fit one softmax or (two classes, one column) sigmoid head; its strength has the least held-out loss."""
    best: Fitted | None = None
    least = np.inf
    for strength in STRENGTHS:
        logits = np.zeros((len(labels), classes))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(points, labels)
        for train, held in folds:
            part = _regression(strength, balanced).fit(points[train], labels[train])
            logits[held] = part.decision_function(points[held]).reshape(len(held), classes)
        loss = _loss(logits, labels)
        if loss < least:
            least = loss
            best = Fitted(np.empty(0), np.empty(0), logits, strength)
    if best is None:
        raise ValueError("no strength gave a finite loss")
    model = _regression(best.strength, balanced).fit(points, labels)
    return Fitted(model.coef_.T, model.intercept_, best.logits, best.strength)


def _regression(strength: float, balanced: bool) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=120, tol=1e-3, class_weight="balanced" if balanced else None)


def _loss(logits: Array, labels: Array) -> float:
    if logits.shape[1] == 1:
        slope, intercept = platt(logits[:, 0], labels)
        return float(log_loss(labels, 1 / (1 + np.exp(-(slope * logits[:, 0] + intercept)))))
    return float(log_loss(labels, softmax(logits)))


def softmax(logits: Array) -> Array:
    """Shares that sum to 1 along the last axis."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def platt(logits: Array, labels: Array) -> tuple[float, float]:
    """Slope and intercept that make a sigmoid of the logits a calibrated share (Platt 1999)."""
    model = LogisticRegression(C=10.0).fit(logits.reshape(-1, 1), labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def temperature(logits: Array, labels: Array) -> float:
    """Factor on the logits with the least held-out log loss, from a grid."""
    return float(min(np.geomspace(0.3, 4, 40), key=lambda t: log_loss(labels, softmax(logits * t))))


def train(
    rows: Sequence[LabelledMessage], encoder: QueryEncoder, note: Callable[[str], None]
) -> tuple[dict[str, Array], dict[str, Any], dict[str, Array]]:
    """Train every head. Returns arrays, parts of the manifest, and out-of-fold scores by head."""
    features = build_features(rows, encoder)
    note(f"{len(rows)} messages encoded")
    idf = inverse_frequency(features)
    mean = np.mean([row.dense[: encoder.dimensions] for row in features], axis=0)
    points, back = reduce(matrix(features, idf, mean))
    columns: list[Array] = []
    biases: list[Array] = []
    classes: dict[str, list[str]] = {}
    calibration: dict[str, list[tuple[float, float]]] = {}
    held: dict[str, Array] = {}
    for head, (names, labels) in targets(rows).items():
        classes[head] = names
        if head in CHOICES:
            fitted = fit(points, labels, len(names), balanced=False)
            factor = temperature(fitted.logits, labels)
            calibration[head] = [(factor, 0.0)]
            held[head] = softmax(fitted.logits * factor)
            columns.append(fitted.weights)
            biases.append(fitted.bias)
        else:
            parts = [fit(points, labels[:, k], 1, balanced=True) for k in range(len(names))]
            calibration[head] = [platt(p.logits[:, 0], labels[:, k]) for k, p in enumerate(parts)]
            slopes = np.array(calibration[head])
            logits = np.column_stack([p.logits[:, 0] for p in parts])
            held[head] = 1 / (1 + np.exp(-(logits * slopes[:, 0] + slopes[:, 1])))
            columns.append(np.column_stack([p.weights[:, 0] for p in parts]))
            biases.append(np.array([p.bias[0] for p in parts]))
        note(f"{head}: fitted")
    arrays = {
        "weights": (back @ np.column_stack(columns)).astype(np.float16),
        "bias": np.concatenate(biases).astype(np.float32),
        "idf": idf.astype(np.float16),
        "mean": mean.astype(np.float32),
    }
    return arrays, {"classes": classes, "calibration": calibration}, held


def save(out: Path, arrays: dict[str, Array], parts: dict[str, Any], encoder: str) -> None:
    """Write the artifact: weights, and a manifest with their sha256 and the encoder they belong to."""
    out.mkdir(parents=True, exist_ok=True)
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
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--thresholds", type=Path, help="write the thresholds of the signals there")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    encoder = load_encoder(options.encoder)
    rows = read_messages(options.data, "train")
    arrays, parts, held = train(rows, encoder, log.info)
    save(options.out, arrays, parts, encoder.fingerprint)
    heads = Heads.load(
        options.out, encoder_fingerprint=encoder.fingerprint, dimensions=encoder.dimensions
    )
    thresholds = suggest(targets(rows), held)
    if options.thresholds is not None:
        write_thresholds(options.thresholds, thresholds)
    dev = read_messages(options.data, "dev")
    report = dev_report(dev, [heads.predict(f) for f in build_features(dev, encoder)], thresholds)
    model_card(options.out / "README.md", report, rows=len(rows), encoder=encoder.fingerprint)
    log.info("%s", report)


if __name__ == "__main__":
    main()
