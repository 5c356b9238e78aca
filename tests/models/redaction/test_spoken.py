import pytest

from models.redaction.normaliser import fold
from models.redaction.spoken import spoken_view


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("seis cinco cuatro, cero nueve, veintiuno, cuarenta", "6 5 4 0 9 21 40"),
        ("novecientos setenta y ocho trescientos cuarenta y ocho", "978 348"),
        ("equis cinco dos uno siete seis ocho cuatro ele", "x 5 2 1 7 6 8 4 l"),
        ("seiscincocuatrodosuno", "65421"),
        ("dosveintiunochocientos", "221800"),
        ("eightyone eightyone", "801 801"),
        ("nueve.559.064 raya cero", "9.559.064 - 0"),
        ("sis-cents dotze, zero zero, quaranta-quatre", "612 0 0 44"),
        ("ana guion bajo gil arroba correo punto com", "ana_gil@correo.com"),
        ("ana(punto)gil(arroba)correo(punto)es", "ana.gil@correo.es"),
        ("m4ri [arr0b4] buz0n [pvnt0] example", "m4ri@buz0n.example"),
        ("6O7 OO4 193", "607 004 193"),
        ("use ana dot gil at mail dot example", "use ana.gil@mail.example"),
    ],
)
def test_spelled_out_identifiers_are_written(text, read):
    view = spoken_view(fold(text))
    assert view is not None
    assert view.text == read


@pytest.mark.parametrize(
    "text", ["son las diez y cinco y tengo dos hijos", "de tres a cinco años", "hola", "un punto y aparte"]
)
def test_ordinary_words_stay(text):
    assert spoken_view(fold(text)) is None


def test_offsets_of_a_written_number_are_those_of_its_words():
    text = "tel seis uno dos tres cuatro cinco"
    view = spoken_view(fold(text))
    assert view is not None
    start, end = view.span(4, len(view.text))
    assert text[start:end] == "seis uno dos tres cuatro cinco"
