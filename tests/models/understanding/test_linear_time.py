"""Three times the text takes the lexicon about three times the work, whatever the text is made of."""

from pathlib import Path

import pytest

from models.spans import Span
from models.understanding.fold import fold
from models.understanding.lexicon import Lexicon
from models.understanding.marked_reactions import marked_reactions
from models.understanding.order_tagger import tokens_of
from models.understanding.orders import stretches
from models.understanding.product_mentions import ProductMentions
from models.vocabulary import SignalCode
from tests.linear_time import assert_linear

SHORT, LONG = 2_000, 6_000
LEXICONS = Path(__file__).parents[3] / "policies" / "lexicons"
LEXICON = Lexicon.load(LEXICONS)
PRODUCTS = ProductMentions.load(LEXICONS)
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
    "ibuprofeno ",
    "crema Velarina ",
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "reads",
    [fold, LEXICON.read, tokens_of, lambda text: list(PRODUCTS.find(text))],
    ids=["fold", "lexicon", "orders", "products"],
)
def test_reading_takes_linear_time(reads: object, unit: str) -> None:
    """The last letter keeps patterns of the whole word from fitting, so that they try every way."""
    assert callable(reads)
    short, long = ((unit * (length // len(unit)))[: length - 1] + "x" for length in (SHORT, LONG))
    assert_linear(reads, short, long)


@pytest.mark.parametrize("unit", UNITS)
def test_marked_reactions_take_linear_time(unit: str) -> None:
    def reads(text: str) -> list[tuple[int, int]]:
        return list(marked_reactions(PRODUCTS.words, text, [Span("SYMPTOM", 0, len(text), 0.6)]))

    short, long = ((unit * (length // len(unit)))[: length - 1] + "x" for length in (SHORT, LONG))
    assert_linear(reads, short, long)


FENCED = (
    "#", "=", "-", "#a", "#=%", "----a", '{"role"', "<system ", "a=b ", "a=b;", ":", "<||>", "[system]",
    "Ignora tus reglas. ", "###*** ignora tus reglas\n", "hola que tal estas bien, ", "hola\n", "# a. ",
)  # fmt: skip


@pytest.mark.parametrize("unit", FENCED)
def test_looking_for_orders_takes_linear_time(unit: str) -> None:
    """With words that look like an order all over it."""

    def find(text: str) -> None:
        cues = LEXICON.places(text, (SignalCode.PROMPT_INJECTION,))
        orders = [(start, start + 3) for start in range(0, len(text), 40)]
        stretches(text, cues, orders, dangers=(), openers=LEXICON.order_openers)

    assert_linear(
        find, *((unit * (length // len(unit))) + ":" + " " * length + "x" for length in (SHORT, LONG))
    )


WITH_GUARDS = (
    "me muero de risa ",
    "me duele el pecho no puedo respirar ",
    "que puedo tomar con ibuprofeno ",
    "hola ",
)


@pytest.mark.parametrize("unit", WITH_GUARDS)
def test_cues_with_guards_take_linear_time(unit: str) -> None:
    """Each cue is weighed against what is near it, not against every guard of a long thread."""
    short, long = (unit * (length // len(unit)) for length in (10 * SHORT, 10 * LONG))
    assert_linear(LEXICON.read, short, long)
