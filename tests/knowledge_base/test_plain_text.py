"""Plain text of a document is read in linear time, whatever its lines are made of."""

import pytest

from knowledge_base.plain_text import markdown_to_text
from tests.linear_time import assert_linear


@pytest.mark.parametrize(
    "unit",
    [
        "\n", "| ", "|--", "--|", " ", "- ", "<!-- ", "<!-->", "<!-- a > ", "\n|", "```\n\n", "![", "[", "[a](",
        "[a](b(", "**a ", "__a **b ", "_a ", "<a ", "`", "> ", "# ", "1. ", "\\*",
    ],
)  # fmt: skip
def test_plain_text_takes_linear_time(unit: str) -> None:
    assert_linear(markdown_to_text, unit * 4_000 + "x", unit * 12_000 + "x")


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("Antes <!-- una\nnota --> después", "Antes después"),
        ("Antes <!-- abierto", "Antes <!-- abierto"),
        ("Uno<!---->dos<!-- x -->tres <!-- y", "Unodostres <!-- y"),
        ("| a | b |\n\n| c | d |", "- a, b\n\n- c, d"),
        ("```\n\ncódigo\n```", "código"),
        ("[![logo](l.png)](https://a.example)", "[](https://a.example)"),
        ("un [enlace](https://a.example/x) y [otro]", "un enlace (https://a.example/x) y [otro]"),
        ('la [norma](https://a.example/ley_(2025) "texto")', "la norma (https://a.example/ley_(2025))"),
        ("**negrita larga** y __otra__", "negrita larga y otra"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, plain: str) -> None:
    assert markdown_to_text(markdown) == plain
