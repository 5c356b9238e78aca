import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TextError
from models.redaction.normaliser import check_text, fold, plain

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("6️⃣1️⃣2️⃣", "612"),
        ("６１２", "612"),
        ("①②③", "123"),
        ("𝐀𝐧𝐚", "Ana"),
        ("a\u200bn\u00ada", "ana"),
        ("Маrtа", "Marta"),
        ("Iba\u0301n\u0303ez", "Ibáñez"),
        ("٦١٢", "612"),
        ("3.º B", "3.º B"),
        ("Привет, друзья", "Привет, друзья"),
    ],
)
def test_fold_reads_disguises(text, read):
    assert fold(text).text == read


def test_spans_cover_marks_of_their_characters():
    view = fold("a 6️⃣1️⃣ b")
    start, end = view.span(2, 4)
    assert "a 6️⃣1️⃣ b"[start:end] == "6️⃣1️⃣"


@given(TEXT)
def test_offsets_rise_and_stay_inside(text):
    view = fold(text)
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(start < end for start, end in zip(view.starts, view.ends, strict=True))
    assert all(left <= right for left, right in zip(view.ends, list(view.starts)[1:], strict=False))
    assert not view.ends or view.ends[-1] <= len(text)


@given(TEXT)
def test_plain_keeps_length(text):
    assert len(plain(text)) == len(text)


def test_replace_maps_pieces_to_their_place():
    view = fold("ana arroba b").replace([(3, 11, "@")])
    assert view.text == "ana@b"
    assert view.span(3, 4) == (3, 11)
    assert view.span(0, 5) == (0, 12)


@pytest.mark.parametrize(("text", "words"), [("a\ud800b", "surrogate"), ("x" * 11, "limit")])
def test_text_that_cannot_be_read_is_refused(text, words):
    with pytest.raises(TextError, match=words):
        check_text(text, 10)
