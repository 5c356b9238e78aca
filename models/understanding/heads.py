"""The linear heads at run time: one matrix for all, plain numpy, calibrated scores."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ArtifactError
from models.understanding.features import HASHED, META, Features

FORMAT = 1
WEIGHTS_FILE = "heads.npz"
MANIFEST_FILE = "manifest.json"

CHOICES = ("main_intent", "handling", "emotion")
"""Heads of which exactly one class holds (softmax)."""
MARKS = ("intents", "signals")
"""Heads of which any number of classes may hold (sigmoid)."""

Matrix = npt.NDArray[np.float32]
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Calibrated scores by head, then by class. Choices sum to 1; marks do not."""

    main_intent: Scores
    handling: Scores
    emotion: Scores
    intents: Scores
    signals: Scores


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights of all heads side by side. Rows: hashed n-grams, then the dense features."""

    weights: Matrix
    """(HASHED + dense, classes)."""
    bias: Matrix
    idf: Matrix
    """Weight of each bucket of n-grams, (HASHED,)."""
    mean: Matrix
    """Mean of the encoder's vectors on the training messages, (d,)."""
    classes: Mapping[str, Sequence[str]]
    """Class codes of each head, in the order of the columns."""
    calibration: Mapping[str, Sequence[tuple[float, float]]]
    """Of each head, (slope, intercept) a class for marks, one pair for choices."""
    text_scale: float
    vector_scale: float
    fingerprint: str
    """Twelve hex digits of the weights, the branch's too."""
    branch: str | None = None
    """SHA-256 of the branch of the encoder that the vectors come from; None: from the encoder itself."""

    @classmethod
    def load(cls, folder: Path, *, encoder_fingerprint: str, dimensions: int) -> "Heads":
        """Load an artifact. Raises ArtifactError when it is damaged or was trained on another encoder."""
        manifest = _manifest(folder)
        if manifest["encoder"] != encoder_fingerprint:
            raise ArtifactError(
                f"{folder.name}: trained on encoder {manifest['encoder']}, not on {encoder_fingerprint}; "
                "train the heads again (python -m models.training.heads)"
            )
        path = folder / WEIGHTS_FILE
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ArtifactError(f"{folder.name}/{WEIGHTS_FILE}: {type(error).__name__}") from None
        if digest != manifest["sha256"]:
            raise ArtifactError(f"{folder.name}/{WEIGHTS_FILE}: sha256 is not the one in {MANIFEST_FILE}")
        with np.load(path, allow_pickle=False) as arrays:
            parts = {name: arrays[name].astype(np.float32) for name in ("weights", "bias", "idf", "mean")}
        if parts["weights"].shape[0] != HASHED + 2 * dimensions + META:
            raise ArtifactError(f"{folder.name}/{WEIGHTS_FILE}: weights do not fit the features")
        branch = manifest.get("branch")
        calibration = {k: [(float(a), float(b)) for a, b in v] for k, v in manifest["calibration"].items()}
        return cls(
            **parts,
            classes=manifest["classes"],
            calibration=calibration,
            text_scale=float(manifest["text_scale"]),
            vector_scale=float(manifest["vector_scale"]),
            fingerprint=hashlib.sha256(f"{digest}{branch}".encode()).hexdigest()[:12]
            if branch
            else digest[:12],
            branch=branch,
        )

    def predict(self, features: Features) -> Predictions:
        """Score every class of every head for one message."""
        logits = self._logits(features)
        start, scores = 0, {}
        for head, classes in self.classes.items():
            values = logits[start : start + len(classes)]
            scores[head] = dict(zip(classes, self._calibrated(head, values), strict=True))
            start += len(classes)
        return Predictions(**scores)

    def _logits(self, features: Features) -> Matrix:
        text = features.counts * self.idf[features.buckets]
        norm = float(np.linalg.norm(text))
        logits = self.bias.copy()
        if norm > 0:
            logits += (self.text_scale / norm) * (text @ self.weights[features.buckets])
        dense = features.dense.copy()
        size = len(self.mean)
        for part in (slice(0, size), slice(size, 2 * size)):
            dense[part] = (dense[part] - self.mean) * self.vector_scale
        result: Matrix = logits + dense @ self.weights[HASHED:]
        return result

    def _calibrated(self, head: str, logits: Matrix) -> list[float]:
        pairs = self.calibration[head]
        if head in MARKS:
            marks = [1 / (1 + np.exp(-(a * z + b))) for (a, b), z in zip(pairs, logits, strict=True)]
            return [float(value) for value in marks]
        scaled = logits * pairs[0][0]
        shares = np.exp(scaled - scaled.max())
        return [float(value) for value in shares / shares.sum()]


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder.name}/{MANIFEST_FILE}: {type(error).__name__}") from None
    needed = {"format", "encoder", "sha256", "classes", "calibration", "text_scale", "vector_scale"}
    missing = sorted(needed - set(manifest)) if isinstance(manifest, dict) else ["all"]
    if missing:
        raise ArtifactError(f"{folder.name}/{MANIFEST_FILE}: {', '.join(missing)} missing")
    if manifest["format"] != FORMAT:
        raise ArtifactError(f"{folder.name}/{MANIFEST_FILE}: format is not {FORMAT}")
    loaded: dict[str, Any] = manifest
    return loaded
