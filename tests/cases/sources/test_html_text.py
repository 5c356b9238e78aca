"""Reading HTML as a person would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.sources.html_text import html_text
from tests.linear_time import assert_linear


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hola</p><p>adiós</p>", "Hola\n\nadiós"),
        ("uno<br>dos<br/>tres", "uno\ndos\ntres"),
        ("<div>uno</div><div>dos</div>", "uno\n\ndos"),
        ("Me duele <b>mu</b>cho", "Me duele mucho"),
        ("5 &lt; 6 &amp; &aacute;&nbsp;b &#233;", "5 < 6 & á b é"),
        ("<style>p{color:red}</style><script>alert(1)</script>Hola", "Hola"),
        ("<head><title>T</title></head><body>Hola</body>", "Hola"),
        ("<ul><li>una</li><li>dos</li></ul>", "una\n\ndos"),
        ("línea\n  partida   en dos", "línea partida en dos"),
        ("<p>Hola<blockquote type='cite'>viejo <p>más</p></blockquote>nuevo", "Hola\nnuevo"),
        ("<p>Hola</p><div class='gmail_quote gmail_quote_container'>El lunes…<div>viejo</div></div>", "Hola"),
        ("<blockquote>El prospecto dice que no</blockquote>¿Es así?", "El prospecto dice que no\n¿Es así?"),
        ("<img alt='foto'>Mira", "Mira"),
        ("<p>sin cerrar <b>nada", "sin cerrar nada"),
        ("</div></p>Hola<//>", "Hola"),
        ("<svg><b>uno</i><p>dos</svg>tres</b>", "tres"),
        ("<svg><svg>uno</svg>dos</svg>tres", "tres"),
        ("Hola</svg> uno <3 dos <b", "Hola uno <3 dos <b"),
        ("", ""),
    ],
)
def test_what_is_read(html: str, text: str):
    assert html_text(html) == text


def test_quotes_are_read_on_request():
    html = "<div class='gmail_quote'>mensaje reenviado</div>"
    assert html_text(html) == ""
    assert html_text(html, without_quotes=False) == "mensaje reenviado"


def test_only_an_agents_signature_is_left_out():
    html = "<p>Hola</p><div data-signature='true'>Agente<br>Tienda</div><p>Adiós</p>"
    assert html_text(html, without_signature=True) == "Hola\n\nAdiós"
    assert "Agente" in html_text(html)  # a customer could hide words so


@given(st.text(alphabet="<>/!-[]abp \"'=&;#x0\n", max_size=200))
def test_broken_markup_never_breaks_the_reader(html: str):
    assert isinstance(html_text(html), str)


@given(st.text(alphabet=st.characters(exclude_characters="<>&", exclude_categories=("C", "Z"))))
def test_text_without_markup_is_itself(text: str):
    assert html_text(text) == text


@pytest.mark.parametrize(
    "unit", ["<svg><b></i>", "<svg><b>", "<b></i>", "<a ", '<a b="', "<!--", "</", "<?", "&"]
)
def test_reading_takes_linear_time(unit: str) -> None:
    assert_linear(html_text, "<svg>" + unit * 2_000, "<svg>" + unit * 6_000)
    assert_linear(html_text, unit * 2_000, unit * 6_000)


def test_ends_of_what_was_never_begun_take_linear_time() -> None:
    short, long = ("<svg>" + "<b>" * size + "</i>" * size for size in (3_000, 9_000))
    assert_linear(html_text, short, long)
