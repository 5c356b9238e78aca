"""Placeholder numbers that stay the same through a thread."""

from models.redaction.folding import fold_word
from models.redaction.tokens import tokenize


class Numbering:
    """Gives the same value of the same type the same number; keep one object a thread.

    A part of a name that was seen in full ("Ana" after "Ana García") gets the full name's number, when only
    one name fits. Values are kept in memory only, folded.
    """

    __slots__ = ("_counts", "_numbers")

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._counts: dict[str, int] = {}

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
        return number

    def reserve(self, label: str, number: int) -> None:
        """Keep a number that already stands in the text for another value from being given again."""
        self._counts[label] = max(self._counts.get(label, 0), number)

    def _of_longer_name(self, label: str, key: str) -> int | None:
        if not key.replace(" ", "").isalpha():
            return None
        words = key.split()
        fits = {
            number
            for (other, value), number in self._numbers.items()
            if other == label
            and (value.split()[: len(words)] == words or words[: len(value.split())] == value.split())
        }
        return fits.pop() if len(fits) == 1 and label == "PERSONA" else None

    def __repr__(self) -> str:
        return f"Numbering(<{len(self._numbers)} values hidden>)"


def normalise_value(value: str) -> str:
    """Return what makes two writings of a value the same: folded words, or letters and digits alone."""
    if any(char.isdigit() for char in value) and "@" not in value:
        return "".join(char for char in fold_word(value) if char.isalnum())
    return " ".join(token.key for token in tokenize(value) if token.kind in {"word", "mixed"}) or fold_word(
        value
    )
