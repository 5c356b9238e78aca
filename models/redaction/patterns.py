"""Recognizers of the registry file: patterns, weighed by check digits and by context words near them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult
from models.redaction.validators import VALIDATORS

SEPARATORS = r"[ ./·_\n-]{0,3}"
ANY_DIGIT = "0-9"
_DIGIT = re.compile(r"\d")
_LEAD = re.compile(r"[a-z]{2,12}(?=[ :./·_\n-])|[a-z]{3}(?=\d)")
"""A word at the start of a match: where it announces a number, the letters are no part of that number."""
CONTEXT_BEFORE = 48
CONTEXT_AFTER = 24
VALID_SCORE = 1.0
DEFAULT_CONTEXT_SCORE = 0.85


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """One pattern of a recognizer; scores from 0 to 1. ``group`` is what is personal in a match."""

    name: str
    regex: re.Pattern[str]
    score: float
    context_score: float
    group: int
    upper: bool
    capitals: bool
    check: bool


def compile_pattern(
    name: str,
    regex: str,
    score: float,
    context_score: float | None,
    *,
    group: int = 0,
    upper: bool = False,
    capitals: bool = False,
    check: bool = True,
) -> CompiledPattern:
    """Compile a pattern of the registry: whole words, ``<s>`` written out. Raises re.error."""
    body = regex.replace("<s>", SEPARATORS)
    compiled = re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])")
    raised = max(score, DEFAULT_CONTEXT_SCORE) if context_score is None else context_score
    return CompiledPattern(name, compiled, score, raised, group, upper, capitals, check)


def compile_context(words: Sequence[str]) -> re.Pattern[str] | None:
    """Compile context words and phrases into one whole-word pattern; None when there are none."""
    if not words:
        return None
    return re.compile(r"(?<![^\W_])(?:" + "|".join(re.escape(word) for word in words) + r")(?![^\W_])")


class ContextPatternRecognizer(Recognizer):
    """Presidio recognizer over the folded text.

    A valid check digit gives full score; context raises to the pattern's context score, also when the check
    failed (a mistyped identity number is still somebody's); neither leaves the pattern's base score.
    """

    def __init__(
        self,
        name: str,
        entity: str,
        patterns: Sequence[CompiledPattern],
        context: re.Pattern[str] | None,
        validator: str | None,
        requires: str | None,
        announcing: frozenset[str] = frozenset(),
    ) -> None:
        self._patterns = tuple(patterns)
        self._context = context
        self._validate = VALIDATORS[validator] if validator else None
        self._entity = entity
        self._requires = requires
        self._announcing = announcing if requires == ANY_DIGIT else frozenset()
        super().__init__(name, [entity])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return all matches with their scores; the engine's threshold decides."""
        folded = artifacts.plain
        if self._requires == ANY_DIGIT:
            if not _DIGIT.search(folded):
                return []
        elif self._requires and self._requires not in folded:
            return []
        return [
            self.hit(
                self._entity,
                *match.span(pattern.group if match[pattern.group] else 0),
                score,
                pattern.name,
            )
            for pattern in self._patterns
            for match in pattern.regex.finditer(folded)
            if (score := self._score(text, folded, match, pattern)) > 0
        ]

    def _score(self, text: str, folded: str, match: re.Match[str], pattern: CompiledPattern) -> float:
        lead = _LEAD.match(match.group()) if self._announcing else None
        if lead and not pattern.group and lead.group() in self._announcing:
            return 0.0
        if self._validate and pattern.check and self._validate(match.group()):
            return VALID_SCORE
        start, end = match.span()
        if pattern.capitals and text[start:end] != text[start:end].upper():
            return 0.0
        if self._context and self._near_context(folded, start, end):
            return pattern.context_score
        if pattern.upper and text[start:end] != text[start:end].upper():
            return 0.0
        return pattern.score

    def _near_context(self, folded: str, start: int, end: int) -> bool:
        assert self._context is not None
        before = folded[max(0, start - CONTEXT_BEFORE) : start]
        after = folded[end : end + CONTEXT_AFTER]
        return bool(self._context.search(before) or self._context.search(after))
