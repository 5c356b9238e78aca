"""Names of the account's products: words of one name, in its order, name no person."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from models.redaction.normaliser import fold, plain

_WORD = re.compile(r"[^\W_]+")
_BEFORE = re.compile(r"([^\W_]+)[ \-+·®™]{1,3}$")
_AFTER = re.compile(r"[ \-+·®™]{1,3}([^\W_]+)")
_NO_NAME = re.compile(r"@|://|^[\d+() .-]+$")
REACH = 40
"""Characters looked at on either side for the neighbouring word."""


@dataclass(frozen=True, slots=True)
class ProductNames:
    """Names as folded words, by each word they hold."""

    by_word: dict[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def of(cls, values: Collection[str]) -> "ProductNames":
        """Make the index from names as the account writes them; addresses and numbers are left out."""
        index: dict[str, set[tuple[str, ...]]] = {}
        for value in values:
            words = words_of(value) if not _NO_NAME.search(value) else ()
            for word in words:
                index.setdefault(word, set()).add(words)
        return cls({word: tuple(sorted(names)) for word, names in index.items()})

    def hold(self, words: tuple[str, ...]) -> bool:
        """Whether one name has all these words in this order, other words between them or not."""
        names = self.by_word.get(words[0], ()) if words else ()
        return any(_runs_through(words, name) for name in names)

    def go_on(self, text: str, start: int, end: int, words: tuple[str, ...]) -> bool:
        """Whether the word right before or after the span is of the same name: "Sol" in "Albaderm Sol"."""
        before = _BEFORE.search(plain(text[max(0, start - REACH) : start]))
        after = _AFTER.match(plain(text[end : end + REACH]))
        return bool((before and self.hold((before[1], *words))) or (after and self.hold((*words, after[1]))))


def words_of(value: str) -> tuple[str, ...]:
    """Return the folded words of a value."""
    return tuple(_WORD.findall(plain(fold(value).text)))


def _runs_through(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    rest: Iterator[str] = iter(name)
    return all(word in rest for word in words)
