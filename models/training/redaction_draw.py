"""What one generated text draws its values with."""

from dataclasses import dataclass
from random import Random
from string import ascii_uppercase

RIGHT_CHECK = 0.7
"""Share of numbers with the right check digit; people mistype, and invent, the rest."""


@dataclass(slots=True)
class Draw:
    """The chance, the place and the language of one text, and the person it named last."""

    rng: Random
    variety: str
    country: str
    language: str
    person: str = ""


def digits(draw: Draw, count: int) -> str:
    """Return that many digits; zeros may lead."""
    return f"{draw.rng.randrange(10**count):0{count}d}"


def letters(draw: Draw, count: int, alphabet: str = ascii_uppercase) -> str:
    """Return that many letters."""
    return "".join(draw.rng.choices(alphabet, k=count))


def pattern(draw: Draw, *forms: str) -> str:
    """Fill one of the forms: ``#`` is a digit, ``@`` a capital letter, the rest stands."""
    form = draw.rng.choice(forms)
    rng = draw.rng
    return "".join(
        rng.choice("0123456789") if char == "#" else rng.choice(ascii_uppercase) if char == "@" else char
        for char in form
    )


def right(draw: Draw) -> bool:
    """Whether this number gets its right check digit."""
    return draw.rng.random() < RIGHT_CHECK


def wrong_one(draw: Draw, good: str, alphabet: str) -> str:
    """Return the good check character, or one of the others."""
    if right(draw):
        return good
    return draw.rng.choice([char for char in alphabet if char != good])


def grouped(text: str, sizes: tuple[int, ...], joint: str) -> str:
    """Cut a text in groups of these sizes; the rest is the last group."""
    parts, start = [], 0
    for size in sizes:
        parts.append(text[start : start + size])
        start += size
    parts.append(text[start:])
    return joint.join(part for part in parts if part)
