"""The measurement of large bases: its vectors are the same each time, and its truth is true."""

from pathlib import Path

import numpy as np
import pytest

from eval.scale import Question, latency, measure, opened, recall, true_neighbours
from eval.scale_data import BLOCK, Neighbours, near
from knowledge_base.config import DenseConfig
from knowledge_base.near import ExactNear

REAL = near(np.eye(24, dtype=np.float32)[np.arange(300) % 24], np.random.default_rng(0))
SOURCE = Neighbours(REAL, 2 * BLOCK + 100, 7)
EVERYTHING = np.arange(len(SOURCE))


def test_any_block_can_be_made_again_and_a_larger_base_begins_with_the_smaller() -> None:
    table = SOURCE.vectors(EVERYTHING)
    np.testing.assert_array_equal(table[:300], REAL)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), 1, atol=1e-5)
    rows = np.array([BLOCK + 3, 5, 2 * BLOCK + 1, BLOCK - 1])
    np.testing.assert_array_equal(SOURCE.vectors(rows), table[rows])
    larger = Neighbours(REAL, 3 * BLOCK, 7)
    np.testing.assert_array_equal(larger.vectors(rows), table[rows])
    assert (larger.keys(0, 50) == SOURCE.keys(0, 50)).all()
    assert (Neighbours(REAL, 3 * BLOCK, 8).vectors(rows[:1]) != table[rows[:1]]).any()


def test_the_invented_passages_lie_about_the_real_ones() -> None:
    cosines = (SOURCE.vectors(EVERYTHING[300:]) @ REAL.T).max(axis=1)
    assert 0.8 < np.median(cosines) < 0.95


@pytest.mark.parametrize("share", [None, 0.5])
def test_the_true_neighbours_are_those_of_one_full_product(share: float | None) -> None:
    queries = REAL[:8]
    mask = None if share is None else np.random.default_rng(1).random(len(SOURCE)) < share
    (asked,) = true_neighbours(SOURCE, queries, [mask])
    cosines = queries @ SOURCE.vectors(EVERYTHING).T
    if mask is not None:
        cosines[:, ~mask] = -2
    expected = np.argsort(-cosines, axis=1)[:, :10]
    assert (np.sort(asked.truth) == np.sort(expected)).all()
    dense = ExactNear(SOURCE.vectors(EVERYTHING))
    assert recall(dense, queries, asked) == 1
    assert recall(dense, queries, Question(mask, (expected + 1) % len(SOURCE))) < 0.5
    assert latency(dense, queries, mask, 10).endswith(" ms")


def test_a_run_over_inverted_lists_finds_most(tmp_path: Path) -> None:
    config = DenseConfig(kind="ivf", from_passages=1, lists=40, probes=20)
    rows = dict(measure(REAL, len(SOURCE), 7, config, tmp_path))
    assert float(rows["recall@10 against exact search"]) > 0.9
    assert all(value for value in rows.values())
    again = opened(tmp_path, SOURCE, config, REAL[:3])
    assert again.seconds > 0
    assert again.mapped_mb > 0
