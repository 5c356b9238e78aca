"""Passages of a long message: nothing lost, nothing made up, none too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.understanding.passages import LONG, MOST, PASSAGE, passages

SENTENCE = "Llevo tres semanas esperando el paquete y nadie contesta al teléfono de la tienda."


def test_a_short_message_is_read_whole_only() -> None:
    assert passages(SENTENCE) == []
    assert passages("a" * LONG) == []


def test_sentences_stay_whole_and_stand_together_while_they_fit() -> None:
    found = passages(" ".join([SENTENCE] * 6))
    assert found == [" ".join([SENTENCE] * 3)] * 2


def test_of_a_very_long_text_both_ends_are_read() -> None:
    text = " ".join(f"{SENTENCE[:-1]} {number:04}." for number in range(200))
    found = passages(text)
    assert len(found) == MOST
    assert "0000." in found[0]
    assert "0199." in found[-1]


@pytest.mark.parametrize("text", ["x" * 5000, "palabra " * 300, "¿? " * 400, "\n" * 500, "🆘" * 450])
def test_text_without_sentences_is_cut_all_the_same(text: str) -> None:
    assert all(0 < len(passage) <= PASSAGE for passage in passages(text))


@given(
    st.lists(st.sampled_from(["hola", "¿qué?", "fiebre.", "🆘", "a" * 300, "\n"]), min_size=80, max_size=140)
)
def test_passages_hold_the_text_s_own_words_in_order(words: list[str]) -> None:
    text = " ".join(words)
    found = passages(text)
    assert all(len(passage) <= PASSAGE for passage in found)
    if 0 < len(found) < MOST:
        assert "".join("".join(found).split()) == "".join(text.split())
