import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.redaction.approved import approved_places, stands_within
from models.redaction.redactor import Redactor
from models.text import RawText

SENTENCE = "Llama al 612 34 56 78."


@pytest.mark.parametrize(
    ("text", "sentences", "left"),
    [
        ("Llama al 612 34 56 78.", [SENTENCE], "Llama al 612 34 56 78."),
        ("Llama al 612 34 56 78. O al 655 21 09 87.", [SENTENCE], "Llama al 612 34 56 78. O al [TELEFONO_1]."),
        ("Llama al 612 34 56 78 hoy.", [SENTENCE], "Llama al [TELEFONO_1] hoy."),
        ("Llama al 612 34 56 78.", ["", " "], "Llama al [TELEFONO_1]."),
        ("Llama al 612 34 56 78.", [], "Llama al [TELEFONO_1]."),
    ],
)  # fmt: skip
def test_an_approved_sentence_stays_where_it_stands_word_for_word(
    redactor: Redactor, text: str, sentences: list[str], left: str
) -> None:
    assert redactor.redact(RawText(text), approved=sentences).text.value == left


@given(st.text(alphabet="ab c", max_size=30), st.lists(st.text(alphabet="ab c", max_size=4), max_size=4))
def test_every_place_holds_its_sentence(text: str, sentences: list[str]) -> None:
    places = approved_places(text, sentences)
    assert all(text[start:end] in sentences and text[start:end].strip() for start, end in places)
    assert {one for one in sentences if one.strip() and one in text} == {text[a:b] for a, b in places}
    assert all(stands_within(start, end, places) for start, end in places)
