"""Placeholder numbers that stay the same through a thread."""

from models.redaction.folding import fold_word
from models.redaction.tokens import tokenize

NAME_LABEL = "PERSONA"
LONGEST_NAME = 12
"""Words of a name that are compared."""
SEVERAL = 0
"""Stands for more than one number: numbers count from 1."""


class Numbering:
    """Gives the same value of the same type the same number; keep one object a thread.

    A part of a name that was seen in full ("Ana" after "Ana García") gets the full name's number, when only
    one name fits. Values are kept in memory only, folded.
    """

    __slots__ = ("_begun", "_counts", "_numbers")

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._counts: dict[str, int] = {}
        self._begun: dict[tuple[str, ...], int] = {}

    def number(self, label: str, value: str) -> int:
        """Return the number of a value under a label, giving it the next one when it is new."""
        key = normalise_value(value)
        known = self._numbers.get((label, key))
        if known is not None:
            return known
        number = self._of_longer_name(label, key)
        if number is None:
            number = self._counts.get(label, 0) + 1
            self._counts[label] = number
        self._numbers[(label, key)] = number
        if label == NAME_LABEL:
            self._note_beginnings(key.split()[:LONGEST_NAME], number)
        return number

    def reserve(self, label: str, number: int) -> None:
        """Keep a number that already stands in the text for another value from being given again."""
        self._counts[label] = max(self._counts.get(label, 0), number)

    def _of_longer_name(self, label: str, key: str) -> int | None:
        """Return the number of the one known name that begins with this one or that this one begins with."""
        if label != NAME_LABEL or not key.replace(" ", "").isalpha():
            return None
        words = key.split()
        fits = {self._begun.get(tuple(words))}
        fits |= {
            self._numbers.get((label, " ".join(words[:size]))) for size in range(1, len(words[:LONGEST_NAME]))
        }
        fits -= {None}
        return next(iter(fits)) if len(fits) == 1 and SEVERAL not in fits else None

    def _note_beginnings(self, words: list[str], number: int) -> None:
        """Keep the number under each beginning of a name, so that a look-up does not read all names."""
        for size in range(1, len(words) + 1):
            beginning = tuple(words[:size])
            known = self._begun.setdefault(beginning, number)
            if known != number:
                self._begun[beginning] = SEVERAL

    def __repr__(self) -> str:
        return f"Numbering(<{len(self._numbers)} values hidden>)"


def normalise_value(value: str) -> str:
    """Return what makes two writings of a value the same: folded words, or letters and digits alone."""
    if any(char.isdigit() for char in value) and "@" not in value:
        return "".join(char for char in fold_word(value) if char.isalnum())
    return " ".join(token.key for token in tokenize(value) if token.kind in {"word", "mixed"}) or fold_word(
        value
    )
