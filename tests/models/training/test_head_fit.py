"""Heads are judged by rows that they were not fitted on, and their scores are shares."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from models.training.head_fit import Labels, Points, choice, fit, marks, softmax

CHANCE = np.random.default_rng(5)


def cloud(rows: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(rows) % 2
    points = CHANCE.normal(size=(rows, 3))
    points[:, 0] += shift * (2 * labels - 1)
    return points, labels


def test_held_rows_are_what_is_judged() -> None:
    train, labels = cloud(200, 2.0)
    held, truth = cloud(60, 2.0)
    fitted = fit(Points(train, held), Labels(labels, truth), 1, balanced=True)
    assert fitted.logits.shape == (60, 1)
    assert ((fitted.logits[:, 0] > 0) == truth).mean() > 0.9


def test_without_held_rows_every_training_row_is_judged_out_of_fold() -> None:
    points, labels = cloud(200, 0.0)
    # A column that only memory could use: out of fold it must not help.
    points = np.hstack([points, np.eye(200)])
    fitted = fit(Points(points, None), Labels(labels, None), 1, balanced=True)
    assert fitted.logits.shape == (200, 1)
    assert 0.3 < ((fitted.logits[:, 0] > 0) == labels).mean() < 0.7


def test_a_fit_that_remembers_is_restrained_by_the_held_rows() -> None:
    """Training rows as a tuned encoder gives them, too good to be true: the held ones say how far to trust them."""
    train, labels = cloud(300, 6.0)
    held, truth = cloud(300, 0.4)
    judged = marks(Points(train, held), Labels(labels[:, None], truth[:, None]), 1)
    assert judged.scores.mean() == pytest.approx(truth.mean(), abs=0.02)
    highest = np.argsort(judged.scores[:, 0])[-100:]
    assert judged.scores[highest].mean() == pytest.approx(truth[highest].mean(), abs=0.1)


def test_choices_sum_to_one() -> None:
    points, labels = cloud(200, 1.0)
    head = choice(Points(points, None), Labels(labels + (points[:, 1] > 1.5), None), 3)
    assert head.weights.shape == (3, 3)
    np.testing.assert_allclose(head.scores.sum(axis=1), 1.0)
    np.testing.assert_allclose(softmax(np.zeros((1, 4))), 0.25)
