"""What is never masked: the account's own names, products, handles, phones and addresses."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from models.redaction.normaliser import fold, plain
from models.spans import HEALTH_ENTITIES, Span

_PREFIX = re.compile(r"^(?:00)?34(?=\d{9}$)")
MIN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Allowed:
    """Values in plain form (lower case, no accents), and the digits of those that are numbers."""

    values: frozenset[str]
    digits: frozenset[str]

    @classmethod
    def of(cls, values: Collection[str]) -> "Allowed":
        """Make the set from values as the account writes them."""
        keys = {_key(value) for value in values} - {""}
        return cls(
            frozenset(keys), frozenset(_digits(value) for value in keys if len(_digits(value)) >= MIN_DIGITS)
        )

    def plus(self, values: Collection[str]) -> "Allowed":
        """Return this set with more values."""
        if not values:
            return self
        more = Allowed.of(values)
        return Allowed(self.values | more.values, self.digits | more.digits)

    def covers(self, text: str, span: Span) -> bool:
        """Whether a span shows nothing but allowed values. What a person takes is health data all the same,
        so a medication that is longer than the product's name stays a finding."""
        if not self.values:
            return False
        value = text[span.start : span.end]
        key = _key(value)
        if key in self.values:
            return True
        if span.entity_type in HEALTH_ENTITIES:
            return False
        digits = _digits(key)
        if len(digits) >= MIN_DIGITS and digits in self.digits and not re.search(r"[a-z]{2}", key):
            return True
        return span.entity_type in {"PERSON", "USERNAME", "URL"} and _inside_allowed(text, span, self.values)


def _key(value: str) -> str:
    return plain(fold(value).text).strip(" @#.,:;").replace("'s", "")


def _digits(value: str) -> str:
    return _PREFIX.sub("", re.sub(r"\D", "", value))


def _inside_allowed(text: str, span: Span, values: Collection[str]) -> bool:
    """Whether the span lies within an occurrence of an allowed value, as "Beltrán" in "Clínica Beltrán"."""
    key = _key(text[span.start : span.end])
    for value in values:
        if key in value and len(value) > len(key):
            left, right = max(0, span.start - len(value)), min(len(text), span.end + len(value))
            if value in plain(text[left:right]):
                return True
    return False
