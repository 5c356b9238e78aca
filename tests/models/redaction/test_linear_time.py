"""Three times the text takes about three times the work, whatever the text is made of.

Work is CPU time of this process, the best of up to three runs, so that a busy machine does not tell. Twice the
expected ratio is allowed for; work that grows with the square of the length takes nine times.
"""

import base64
import random
import time

import pytest

from models.redaction.numbering import Numbering
from models.redaction.tokens import tokenize
from models.text import RawText

SHORT, LONG = 8_000, 24_000
"""Characters: some of the windows that the redactor reads at once."""
RUNS = 3
MOST = 2 * LONG / SHORT
SURE = 0.02
"""Seconds of CPU under which a measurement says nothing."""
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


def work(task, argument):
    """Return the CPU seconds of one run."""
    start = time.process_time()
    task(argument)
    return time.process_time() - start


def assert_linear(task, short, long):
    less = more = float("inf")
    for _ in range(RUNS):
        less, more = min(less, work(task, short)), min(more, work(task, long))
        if more < SURE or more / less < MOST:
            return
    raise AssertionError(
        f"{len(long) / len(short):.1f} times the length took {more / less:.1f} times the work"
    )


@pytest.mark.parametrize("shape", SHAPES.values(), ids=[repr(name) for name in SHAPES])
def test_redaction_takes_linear_time(redactor, shape):
    assert_linear(lambda text: redactor.redact(RawText(text)), shape(SHORT), shape(LONG))


@pytest.mark.parametrize("unit", ["_", "_a", "a_", "·", "a-", "1_", "á"])
def test_tokens_take_linear_time(unit):
    """Past the window that the redactor reads at once, a line of any length."""
    assert_linear(tokenize, unit * SHORT, unit * LONG)


def test_numbering_takes_linear_time():
    def number(people):
        numbering = Numbering()
        for name in people:
            numbering.number("PERSONA", name)

    everybody = [f"Ana {'abcdefghij'[n % 10]}{chr(97 + n // 10 % 26) * (n // 260 + 1)}" for n in range(4_000)]
    assert_linear(number, everybody[: len(everybody) // 3], everybody)
