"""Plain text of a document is read in linear time, whatever its lines are made of."""

import pytest

from knowledge_base.plain_text import markdown_to_text
from tests.linear_time import assert_linear


@pytest.mark.parametrize("unit", ["\n", "| ", "|--", "--|", " ", "- "])
def test_plain_text_takes_linear_time(unit: str) -> None:
    assert_linear(markdown_to_text, unit * 300 + "x", unit * 900 + "x")
