"""Three times the text takes the lexicon about three times the work, whatever the text is made of."""

from pathlib import Path

import pytest

from models.understanding.fold import fold
from models.understanding.lexicon import Lexicon
from models.understanding.order_tagger import tokens_of
from tests.linear_time import assert_linear

SHORT, LONG = 2_000, 6_000
LEXICON = Lexicon.load(Path(__file__).parents[3] / "policies" / "lexicons")
UNITS = (
    "a",
    "á",
    "ja",
    "jaj",
    "ha",
    "rs",
    "k",
    "aа",
    "а",
    "a1",
    "1",
    "a'",
    "no me ",
    "me duele ",
    "...",
    "¿",
    "_",
    "\u200b",
    "🤣",
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("reads", [fold, LEXICON.read, tokens_of], ids=["fold", "lexicon", "orders"])
def test_reading_takes_linear_time(reads: object, unit: str) -> None:
    """The last letter keeps patterns of the whole word from fitting, so that they try every way."""
    assert callable(reads)
    short, long = ((unit * (length // len(unit)))[: length - 1] + "x" for length in (SHORT, LONG))
    assert_linear(reads, short, long)
