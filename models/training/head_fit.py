"""Fits and calibrates linear heads in a reduced space, judged by rows that they were not fitted on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

Array = npt.NDArray[Any]

SEED = 20_261_122
FOLDS = 5
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse regularisation to choose from (sklearn's C)."""


@dataclass(frozen=True, slots=True)
class Points:
    """Messages in the reduced space, (rows, components), those to fit on and those to judge by (None: folds)."""

    train: Array
    held: Array | None


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of the same rows."""

    train: Array
    held: Array | None

    @property
    def judged(self) -> Array:
        """Labels of the rows whose scores count."""
        return self.train if self.held is None else self.held

    def column(self, at: int) -> "Labels":
        """One class of marks."""
        return Labels(self.train[:, at], None if self.held is None else self.held[:, at])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head in the reduced space: weights (components, classes), and its logits on the rows it is judged by."""

    weights: Array
    bias: Array
    logits: Array


@dataclass(frozen=True, slots=True)
class Head:
    """A calibrated head in the reduced space, and its scores of the rows it is judged by, (rows, classes)."""

    weights: Array
    bias: Array
    calibration: list[tuple[float, float]]
    scores: Array


def fit(points: Points, labels: Labels, classes: int, *, balanced: bool) -> Fitted:
    """Fit one softmax or (two classes, one column) sigmoid head; its strength has the least held-out loss."""
    tried = [(_judged(points, labels, classes, _regression(s, balanced)), s) for s in STRENGTHS]
    logits, strength = min(tried, key=lambda pair: _loss(pair[0], labels.judged))
    model = _regression(strength, balanced).fit(points.train, labels.train)
    return Fitted(model.coef_.T, model.intercept_, logits)


def _judged(points: Points, labels: Labels, classes: int, model: LogisticRegression) -> Array:
    """Logits of rows that the model was not fitted on, (rows, classes)."""
    if points.held is not None:
        fitted = model.fit(points.train, labels.train)
        return np.asarray(fitted.decision_function(points.held)).reshape(-1, classes)
    logits = np.zeros((len(labels.train), classes))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(points.train, labels.train)
    for train, held in folds:
        part = model.fit(points.train[train], labels.train[train])
        logits[held] = part.decision_function(points.train[held]).reshape(len(held), classes)
    return logits


def _regression(strength: float, balanced: bool) -> LogisticRegression:
    return LogisticRegression(
        C=strength, max_iter=120, tol=1e-3, class_weight="balanced" if balanced else None
    )


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


def choice(points: Points, labels: Labels, classes: int) -> Head:
    """Fit a head of which exactly one class holds."""
    fitted = fit(points, labels, classes, balanced=False)
    factor = temperature(fitted.logits, labels.judged)
    return Head(fitted.weights, fitted.bias, [(factor, 0.0)], softmax(fitted.logits * factor))


def marks(points: Points, labels: Labels, classes: int) -> Head:
    """Fit a head of which any number of classes may hold, each class on its own."""
    columns = [labels.column(at) for at in range(classes)]
    parts = [fit(points, column, 1, balanced=True) for column in columns]
    logits = np.column_stack([part.logits[:, 0] for part in parts])
    pairs = [platt(logits[:, at], column.judged) for at, column in enumerate(columns)]
    slopes = np.array(pairs)
    return Head(
        weights=np.column_stack([part.weights[:, 0] for part in parts]),
        bias=np.array([part.bias[0] for part in parts]),
        calibration=pairs,
        scores=1 / (1 + np.exp(-(logits * slopes[:, 0] + slopes[:, 1]))),
    )
