"""Distance against the textbook table, and its properties."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.edit_distance import edit_distance, levenshtein

TEXT = st.text(alphabet="abñ é😀", max_size=30)


def by_table(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(second, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


@pytest.mark.parametrize(
    ("before", "after", "distance"),
    [
        ("", "", 0.0),
        ("Hola", "Hola", 0.0),
        ("Hola", "", 1.0),
        ("", "Hola", 1.0),
        ("Hola", "Hola!", 0.2),
        ("gato", "gatos", 0.2),
        ("kitten", "sitting", 0.4286),
        ("Sí", "No", 1.0),
        ("Gracias, [PERSONA_1].", "Gracias, [PERSONA_2].", 0.0476),
    ],
)
def test_share_of_what_changed(before: str, after: str, distance: float):
    assert edit_distance(before, after) == distance


@given(TEXT, TEXT)
def test_it_is_the_textbook_s(first: str, second: str):
    assert levenshtein(first, second) == by_table(first, second)


@given(st.text(max_size=80), st.text(max_size=80))
def test_it_does_not_depend_on_the_order(first: str, second: str):
    assert levenshtein(first, second) == levenshtein(second, first) == by_table(first, second)


def test_the_longest_texts_do_not_hold_up_a_request():
    first, second = "abcdefghij" * 2000, "jihgfedcba" * 2000
    start = time.process_time()
    assert 0 < levenshtein(first, second) <= 20_000
    assert time.process_time() - start < 5
