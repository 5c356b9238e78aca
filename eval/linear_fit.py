"""Two small convex fits by Newton's method: the choice among candidates, and a probability."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

RIDGE = 1e-3
"""Penalty on standardised weights, for each question: keeps collinear features from growing apart."""

STEPS = 100
HALVINGS = 30
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Local:
    """The loss at some weights, with its slope and curvature there."""

    loss: float
    gradient: Numbers
    hessian: Numbers


Loss = Callable[[Numbers], Local]


def fit_choice(tables: Sequence[tuple[Numbers, Flags]]) -> Numbers:
    """Weights, none negative, under which a softmax over candidates gives the right ones the most.

    Args:
        tables: for each question its features, (candidates, features), and which candidates are right.
    """
    centred = [(table - table.mean(axis=0), right / right.sum()) for table, right in tables]
    scale = np.maximum(np.concatenate([table for table, _ in centred]).std(axis=0), 1e-9)
    scaled = [(table / scale, target) for table, target in centred]
    ridge = RIDGE * len(scaled)

    def at(weights: Numbers) -> Local:
        loss = ridge * float(weights @ weights) / 2
        gradient = ridge * weights
        hessian = ridge * np.eye(len(weights))
        for table, target in scaled:
            logits = table @ weights
            highest = logits.max()
            chances = np.exp(logits - highest)
            total = chances.sum()
            chances /= total
            mean = chances @ table
            loss += float(highest + np.log(total) - target @ logits)
            gradient = gradient + mean - target @ table
            hessian += (table * chances[:, None]).T @ table - np.outer(mean, mean)
        return Local(loss, gradient, hessian)

    return np.asarray(_constrained(at, np.ones(len(scale))) / scale, dtype=np.float64)


def fit_logistic(
    table: Numbers, target: Flags, weights: Numbers, *, signs: Numbers | None = None
) -> tuple[float, Numbers]:
    """Intercept and slopes of a weighted logistic model.

    Args:
        table: (rows, features).
        target: (rows,).
        weights: of each row.
        signs: for each feature 1 or -1, the only sign its slope may take; None: any.
    """
    mean, scale = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    rows = np.column_stack([(table - mean) / scale, np.ones(len(table))])
    ridge = np.append(np.full(table.shape[1], RIDGE * weights.sum()), 1e-9)
    side = np.where(target, 1.0, -1.0)

    def at(slopes: Numbers) -> Local:
        logits = rows @ slopes
        chances = 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
        loss = float(weights @ np.logaddexp(0, -side * logits) + ridge @ slopes**2 / 2)
        gradient = rows.T @ (weights * (chances - target)) + ridge * slopes
        curve = weights * chances * (1 - chances)
        return Local(loss, gradient, (rows * curve[:, None]).T @ rows + np.diag(ridge))

    wanted = np.append(signs if signs is not None else np.zeros(table.shape[1]), 0.0)
    fitted = _constrained(at, wanted)
    slopes = fitted[:-1] / scale
    return float(fitted[-1] - slopes @ mean), slopes


def _constrained(at: Loss, signs: Numbers) -> Numbers:
    """Minimise; a weight that ends with a sign it may not have is left out, and the rest fitted again."""
    used = np.ones(len(signs), dtype=bool)
    while True:
        weights = _newton(at, used)
        signed = weights * signs
        if signed.min() >= 0:
            return weights
        used[int(np.argmin(signed))] = False


def _newton(at: Loss, used: Flags) -> Numbers:
    """Newton's method over the used weights, each step halved until it lowers the loss."""
    weights = np.zeros(len(used))
    here = at(weights)
    for _ in range(STEPS):
        step = np.zeros(len(used))
        step[used] = np.linalg.solve(here.hessian[np.ix_(used, used)], here.gradient[used])
        for _ in range(HALVINGS):
            there = at(weights - step)
            if there.loss <= here.loss:
                break
            step /= 2
        else:
            return weights
        weights, here = weights - step, there
        if np.abs(step).max() < TOLERANCE:
            break
    return weights
