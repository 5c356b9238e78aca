"""Orders to train on and orders to measure by are different ones."""

from itertools import combinations
from pathlib import Path

import pytest
import yaml

from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder

LISTS = Path(__file__).parents[2] / "eval" / "data" / "injection"
TOO_NEAR = 0.9
"""Cosine; the nearest pair of different orders of these lists has 0.84."""


def texts(pattern: str) -> list[str]:
    return [
        str(text)
        for file in sorted(LISTS.glob(pattern))
        for kind in yaml.safe_load(file.read_text(encoding="utf-8")).values()
        for text in kind
    ]


@pytest.mark.parametrize("what", ["orders", "lookalikes"])
def test_no_text_of_one_split_is_near_to_one_of_another(what: str) -> None:
    encoder = OnnxEncoder.load(DEFAULT_DIRECTORY)
    splits = [texts(f"{what}_{split}*.yaml") for split in ("train", "dev", "test")]
    assert all(len(found) > 50 for found in splits)
    vectors = [encoder.encode(found, kind="query") for found in splits]
    for (one, first), (other, second) in combinations(zip(splits, vectors, strict=True), 2):
        near = first @ second.T >= TOO_NEAR
        assert [(one[row], other[column]) for row, column in zip(*near.nonzero(), strict=True)] == []
