"""What the customer already gave, read from the placeholders that the redactor left: it is not asked for again."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]*?)_\d+\]")


class Given(StrEnum):
    """Kinds of data that a message may hold. Only the kind is known: the value stays in the vault."""

    REFERENCE = "reference"
    """Number of an order, invoice, case or policy."""
    CARD = "card"
    ACCOUNT = "account"
    IDENTITY = "identity"
    """Identity document, health card or clinical record."""
    CONTACT = "contact"
    """Telephone or e-mail address."""
    ADDRESS = "address"


def given(text: str, names: Mapping[Given, Sequence[str]]) -> frozenset[Given]:
    """The kinds whose placeholders (``[IBAN_1]``) stand in a redacted text; ``names`` are placeholders by kind."""
    found = set(_PLACEHOLDER.findall(text))
    return frozenset(kind for kind, placeholders in names.items() if not found.isdisjoint(placeholders))
