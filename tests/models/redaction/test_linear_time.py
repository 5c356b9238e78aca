"""Three times the text takes redaction about three times the work, whatever the text is made of."""

import base64
import random

import pytest

from models.redaction.normaliser import fold
from models.redaction.numbering import Numbering
from models.redaction.spoken import spoken_view
from models.redaction.tokens import tokenize
from models.text import RawText
from tests.linear_time import assert_linear

SHORT, LONG = 8_000, 24_000
"""Characters: some of the windows that the redactor reads at once."""
UNITS = (
    "1", "1 ", "12 34 ", "1-", "1.", "612345678 ", "@", "a@a.", "a.", "a ", "_", "a_", "(", "(1", " ", "\n", "1\n",
    "\u200b", "a\u200b", "e\u0301", "😀1", "👨\u200d👩\u200d👧", "calle ", "c/ 1 ", "calle Mayor 3, ", "28001 Madrid ",
    "[PERSONA_1]", "[PERSONA_", "[", "seis dos ", "arroba ", "a arroba b punto ", "O0 ", "https://x?id=", "embarazo ",
    "tengo asma ", "clave a ", "noventa ", "pedido 12345 ", "Aa ", "Aa 1 ", "#Ana", "مرحبا ",
)  # fmt: skip


def repeated(unit):
    return lambda length: (unit * (length // len(unit) + 1))[:length]


def names(length):
    """Names of as many different people as fit."""
    draw = random.Random(7)
    people = ("Soy Ana X" + "".join(draw.choices("abcdefgh", k=6)) + ". " for _ in range(length // 17))
    return "".join(people)


def people_behind_placeholders(length):
    return "".join(f"[PERSONA_{number}] soy Ana Xurrea. " for number in range(length // 29))


def encoded(length):
    return base64.b64encode(random.Random(7).randbytes(length)).decode()[:length]


def identifiers(length):
    return "".join(f"{number:08d}Z " for number in range(length // 10))


SHAPES = {
    **{unit: repeated(unit) for unit in UNITS},
    "names": names,
    "placeholders": people_behind_placeholders,
    "base64": encoded,
    "identifiers": identifiers,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=[repr(name) for name in SHAPES])
def test_redaction_takes_linear_time(redactor, shape):
    assert_linear(lambda text: redactor.redact(RawText(text)), shape(SHORT), shape(LONG))


@pytest.mark.parametrize("unit", ["_", "_a", "a_", "·", "a-", "1_", "á"])
def test_tokens_take_linear_time(unit):
    """Past the window that the redactor reads at once, a line of any length."""
    assert_linear(tokenize, unit * SHORT, unit * LONG)


@pytest.mark.parametrize("unit", ["eightyone", "dosocho", "seisete", "treintaycuatro"])
@pytest.mark.parametrize("end", ["", "x"])
def test_number_words_run_together_take_linear_time(unit, end):
    """Words that part in several ways, of which the last letter lets none fit."""
    assert_linear(
        lambda text: spoken_view(fold(text)), *(unit * (n // len(unit)) + end for n in (SHORT, LONG))
    )


def test_numbering_takes_linear_time():
    def number(people):
        numbering = Numbering()
        for name in people:
            numbering.number("PERSONA", name)

    everybody = [f"Ana {'abcdefghij'[n % 10]}{chr(97 + n // 10 % 26) * (n // 260 + 1)}" for n in range(4_000)]
    assert_linear(number, everybody[: len(everybody) // 3], everybody)
