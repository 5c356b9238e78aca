"""Masks, groups and data sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.harness.datasets import Request
from eval.harness.samples import MASK, length_of, masked
from eval.splits import Split


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        ([], "soy Ana Ruiz ya"),
        ([(4, 7)], "soy ▇▇▇ Ruiz ya"),
        ([(4, 7), (8, 12)], "soy ▇▇▇ ▇▇▇ ya"),
        ([(4, 7), (7, 12)], "soy ▇▇▇ ya"),
        ([(4, 12), (5, 6)], "soy ▇▇▇ ya"),
        ([(8, 12), (4, 9)], "soy ▇▇▇ ya"),
        ([(0, 3)], "▇▇▇ Ana Ruiz ya"),
        ([(0, 15)], "▇▇▇"),
    ],
)
def test_masks(places: list[tuple[int, int]], shown: str) -> None:
    assert masked("soy Ana Ruiz ya", places) == shown


@given(
    st.text(alphabet="abc ", max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 6)), max_size=5),
)
def test_nothing_but_what_is_masked_goes(text: str, found: list[tuple[int, int]]) -> None:
    places = [(start, min(start + size, len(text))) for start, size in found if start < len(text)]
    kept = [char for at, char in enumerate(text) if not any(start <= at < end for start, end in places)]
    assert masked(text, places).replace(MASK, "") == "".join(kept)


@pytest.mark.parametrize(
    ("words", "name"),
    [(1, "1-10"), (10, "1-10"), (11, "11-30"), (30, "11-30"), (31, "31-60"), (60, "31-60"), (61, "61+")],
)
def test_lengths(words: int, name: str) -> None:
    assert length_of("palabra " * words) == name


def test_a_cut_is_always_the_same_and_grows() -> None:
    names = [f"row-{number}" for number in range(100)]
    five, ten = Request(limit=5).cut(names, str), Request(limit=10).cut(names, str)
    assert five == Request(limit=5).cut(names, str)
    assert set(five) < set(ten)
    assert ten == [name for name in names if name in ten]
    assert Request().cut(names, str) == names


def test_dev_and_test_are_apart_and_tell_the_pipeline_no_language() -> None:
    dev, test = Request(Split.DEV).samples(), Request(Split.TEST).samples()
    assert {sample.id for sample in dev}.isdisjoint(sample.id for sample in test)
    assert all(sample.message.language is None for sample in dev)
    assert all(sample.target.flags is not None and sample.target.disposition for sample in dev)
