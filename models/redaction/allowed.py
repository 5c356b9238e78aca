"""What is never masked: the account's own names, products, handles, phones and addresses."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from models.redaction.normaliser import fold, plain
from models.redaction.product_names import ProductNames, words_of
from models.spans import HEALTH_ENTITIES, Span

_PREFIX = re.compile(r"^(?:00)?34(?=\d{9}$)")
_DETERMINER = re.compile(r"(?<![^\W_])(?:el|del|al|un|este|ese|aquel|vuestro|su|otro|nuestro|mi|o|do|the) $")
MIN_DIGITS = 6
USED = frozenset("uso usa use usamos usan usaba usando usado usais".split())  # noqa: SIM905
"""Who uses a product takes no medicine; "tomo" and "me inyecto" tell that one does."""
_OF_NAMES = frozenset({"PERSON", "USERNAME", "MEDICATION", "URL", "POSTAL_ADDRESS"})
INTRODUCED = frozenset({"after_introduction", "after_naming"})
"""Rules of PersonRecognizer after which a name is a person's even when a product is called so: "soy Sol"."""
RELATED = frozenset({"after_relation", "surname_after_relation", "addressed", "signature", "spoken_of"})
"""Rules after which a single word is a person's: "mi hija Sol", "hola, Alba"."""
GIVEN = frozenset(
    {"given_name", "given_name_lower", "given_after_word", "capital_inside_sentence", "name_told_by_place"}
)
"""Rules by which a single word is a given name: it is a product's only after an article ("el Sol")."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Values in plain form (lower case, no accents), and the digits of those that are numbers."""

    values: frozenset[str]
    digits: frozenset[str]
    products: ProductNames

    @classmethod
    def of(cls, values: Collection[str]) -> "Allowed":
        """Make the set from values as the account writes them."""
        keys = {_key(value) for value in values} - {""}
        digits = frozenset(_digits(value) for value in keys if len(_digits(value)) >= MIN_DIGITS)
        return cls(frozenset(keys), digits, ProductNames.of(values))

    def covers(self, text: str, span: Span, rule: str = "") -> bool:
        """Whether a span shows nothing but allowed values. What a person takes is health data all the same,
        so a medication that is longer than the product's name stays a finding. ``rule`` is the name of what
        found it."""
        if not self.values:
            return False
        value = text[span.start : span.end]
        if span.entity_type in _OF_NAMES and self._names_product(text, span, rule):
            return True
        key = _key(value)
        if key in self.values:
            return rule not in INTRODUCED or len(key.split()) > 1
        if span.entity_type in HEALTH_ENTITIES:
            return False
        digits = _digits(key)
        if len(digits) >= MIN_DIGITS and digits in self.digits and not re.search(r"[a-z]{2}", key):
            return True
        named = span.entity_type in {"PERSON", "USERNAME", "URL"} and rule not in INTRODUCED
        return named and _inside_allowed(text, span, self.values)

    def _names_product(self, text: str, span: Span, rule: str) -> bool:
        """Whether the span holds words of one product's name, and nothing says that they are a person's."""
        words = words_of(text[span.start : span.end])
        if span.entity_type == "MEDICATION" and words[:1] and words[0] in USED:
            words = words[1:]
        if rule in INTRODUCED or not self.products.hold(words):
            return False
        if len(words) > 1 or self.products.go_on(text, span.start, span.end, words):
            return True
        if rule in RELATED:
            return False
        return rule not in GIVEN or bool(
            _DETERMINER.search(plain(text[max(0, span.start - 10) : span.start]))
        )

    def inside_product(self, text: str, span: Span) -> bool:
        """Whether a word is part of a longer stretch of one product's name."""
        words = words_of(text[span.start : span.end])
        return self.products.hold(words) and self.products.go_on(text, span.start, span.end, words)


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
