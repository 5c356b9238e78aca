"""Operators on spans: replace, mask, hash or keep."""

from collections.abc import Callable, Sequence

from models.errors import ArtifactError
from models.redaction.normaliser import fold
from models.redaction.numbering import Numbering, normalise_value
from models.redaction.placeholders import Writer
from models.redaction.policy import EntityRule, Operator, RedactionPolicy
from models.spans import RedactedSpan, Redaction, Span
from models.text import RawText, RedactedText

LEAST_KEY_BYTES = 32
"""As long as the digest (RFC 2104, section 3)."""


class Operators:
    """Applies the policy's operator to each span. ``key`` is needed when one of them is ``hash``."""

    def __init__(self, policy: RedactionPolicy, key: bytes | None = None) -> None:
        self._policy = policy
        self._writer = Writer(policy, key)

    def placeholders(self, text: str) -> list[tuple[int, int]]:
        """Return the half-open spans of placeholders that already stand in a text."""
        return [(found.start, found.end) for found in self._writer.standing(text)]

    def apply(self, text: str, spans: Sequence[Span], numbering: Numbering) -> Redaction:
        """Put placeholders in place of spans (in order, apart); what lies outside them is not changed.

        Only what ``replace`` took out can be put back: masks and pseudonyms have no originals.
        """
        for found in self._writer.standing(text):
            if found.number is not None:
                numbering.reserve(found.label, found.number)
        pieces: list[str] = []
        done: list[RedactedSpan] = []
        originals: dict[str, RawText] = {}
        position = 0
        for span in spans:
            rule = self._policy.entities[span.entity_type]
            if rule.operator is Operator.KEEP:
                continue
            value = text[span.start : span.end]
            placeholder = self._written(rule, fold(value).text or value, numbering)
            if rule.operator is Operator.REPLACE:
                originals.setdefault(placeholder, RawText(value))
            done.append(RedactedSpan(span.entity_type, span.start, span.end, span.score, placeholder))
            pieces += [text[position : span.start], placeholder]
            position = span.end
        pieces.append(text[position:])
        return Redaction(RedactedText("".join(pieces)), tuple(done), originals)

    def _written(self, rule: EntityRule, value: str, numbering: Numbering) -> str:
        if rule.operator is Operator.MASK:
            return self._writer.mask(rule, value)
        if rule.operator is Operator.HASH:
            return self._writer.pseudonym(rule, normalise_value(value))
        return f"[{rule.label}_{numbering.number(rule.label, value)}]"


def pseudonym_key(policy: RedactionPolicy, file: str, key: Callable[[], bytes] | None) -> bytes | None:
    """Return the key when the policy needs one. Raises ArtifactError naming the entity that does."""
    hashed = sorted(policy.entities_with(Operator.HASH))
    if not hashed:
        return None
    secret = key() if key else b""
    if len(secret) < LEAST_KEY_BYTES:
        raise ArtifactError(
            f"{file}: entities.{hashed[0]}.operator: hash needs a secret key of {LEAST_KEY_BYTES} bytes or more"
        )
    return secret
