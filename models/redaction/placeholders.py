"""What stands in a redacted text: its three forms, how one is written and how it is known again.

``[PERSONA_1]`` replaces and leads back to its original; ``[TARJETA_••••1111]`` is a mask; ``[CORREO_k7qx…]``
is a pseudonym under a secret key. Only labels of the policy, in the form that the policy gives them, are
taken for ours: a customer who writes ``[ANA_1]``, or puts a phone where a pseudonym would stand, hides nothing.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.redaction.policy import EntityRule, Mask, Operator, RedactionPolicy

NUMBERED = re.compile(r"\[([A-ZÑ]+(?:_[A-ZÑ]+)*)_(\d{1,6})\]")
_ANY = re.compile(r"\[([A-ZÑ]+(?:_[A-ZÑ]+)*)_(?:(\d{1,6})|([^\W_]{0,4}•{4}[^\W_]{0,4})|([a-z2-7]{15}))\]")
HIDDEN = "¤"
"""Stands for what was already found while the rest of a text is read."""
BULLETS = "••••"
"""Always four: how many characters were masked is not told."""
SHOWN_SHARE = 3
"""At most one in three letters and digits of a value is shown; a shorter value is masked whole."""
DIGEST = 12
"""Characters of base32, 60 bits: a million values collide with a chance of 4e-7."""
CHECK = 3


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One that stands in a text: half-open offsets, its label, and its number when it has one."""

    start: int
    end: int
    label: str
    number: int | None


class Writer:
    """Writes placeholders by the policy's operators, and finds those that already stand in a text."""

    def __init__(self, policy: RedactionPolicy, key: bytes | None) -> None:
        self._key = key
        self._rules: dict[str, list[EntityRule]] = {}
        for rule in policy.entities.values():
            self._rules.setdefault(rule.label, []).append(rule)

    def standing(self, text: str) -> Iterator[Placeholder]:
        """Yield the placeholders of ours in a text, in order."""
        if "[" not in text:
            return
        for match in _ANY.finditer(text):
            label, number, masked, pseudonym = match.groups()
            if label in self._rules and (
                number or (masked and self._is_mask(label, masked)) or self._is_ours(label, pseudonym)
            ):
                yield Placeholder(*match.span(), label, int(number) if number else None)

    def mask(self, rule: EntityRule, value: str) -> str:
        """Return the mask of a folded value, with as many characters shown as policy allows."""
        return f"[{rule.label}_{masked(value, rule.mask or Mask())}]"

    def pseudonym(self, rule: EntityRule, value: str) -> str:
        """Return the keyed pseudonym of a normalised value: the same for the same value under the same key."""
        digest = self._digest("value", rule.label, value)[:DIGEST]
        return f"[{rule.label}_{digest}{self._digest('check', rule.label, digest)[:CHECK]}]"

    def _is_mask(self, label: str, written: str) -> bool:
        """Whether a mask shows no more than the policy's masks under this label do."""
        first, _, last = written.partition(BULLETS)
        masks = [rule.mask or Mask() for rule in self._rules[label] if rule.operator is Operator.MASK]
        return any(len(first) in {0, mask.keep_first} and len(last) in {0, mask.keep_last} for mask in masks)

    def _is_ours(self, label: str, pseudonym: str | None) -> bool:
        """Whether a pseudonym was made with this key: its last characters vouch for the others."""
        if not pseudonym or self._key is None:
            return False
        check = self._digest("check", label, pseudonym[:DIGEST])[:CHECK]
        return hmac.compare_digest(check, pseudonym[DIGEST:])

    def _digest(self, purpose: str, label: str, value: str) -> str:
        """HMAC-SHA256: without the key no dictionary of names or phones leads back."""
        if self._key is None:
            raise ValueError("the policy asks for pseudonyms and there is no key")
        message = "\0".join((purpose, label, value)).encode()
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        return base64.b32encode(digest).decode("ascii").lower()


def masked(value: str, mask: Mask) -> str:
    """Return what a mask leaves of a value: its first or last letters and digits, never more than a third."""
    shown = "".join(char for char in value if char.isalnum())
    if (mask.keep_first + mask.keep_last) * SHOWN_SHARE > len(shown):
        return BULLETS
    return shown[: mask.keep_first] + BULLETS + shown[len(shown) - mask.keep_last :]
