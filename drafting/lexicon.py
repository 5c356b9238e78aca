"""The verifier's word lists: policies/verification.yaml, validated and compiled."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from drafting.files import at_word_start, load_yaml, validated
from policies.errors import PolicyError

Patterns = Mapping[str, re.Pattern[str]]
_MEMO = 20_000
"""Sentences kept: about three times the bank with the facts of two accounts."""


class _WordRule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    message: str
    scope: Literal["ours", "all"]
    when: list[str] = []
    words: dict[str, list[str]]
    allow: dict[str, list[str]] = {}


class _DataRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    message: str
    asks: dict[str, list[str]]
    allow: dict[str, list[str]]


class _PrivateMove(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    message: str
    moves: dict[str, list[str]]
    reasons: dict[str, list[str]]


class _VerificationFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    words: dict[str, _WordRule]
    data_request: _DataRequest
    private_move: _PrivateMove
    language_words: dict[str, list[str]]
    amounts: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class WordRule:
    """A rule that words break."""

    name: str
    message: str
    answers_too: bool
    when: frozenset[str]
    words: Patterns
    allow: Patterns

    def finds(self, text: str, language: str) -> Iterator[str]:
        """Words of the text that break the rule."""
        yield from found(text, language, self.words, self.allow)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every word list, compiled."""

    words: tuple[WordRule, ...]
    request_message: str
    asks: Patterns
    asks_allow: Patterns
    move_message: str
    moves: Patterns
    reasons: Patterns
    language_words: Mapping[str, frozenset[str]]
    amounts: Patterns
    memo: dict[tuple[str, str], tuple[tuple[int, str], ...]] = field(default_factory=dict, repr=False)
    """Findings by language and sentence, for sentences that hold nothing of a case."""

    def findings(self, text: str, language: str, *, keep: bool) -> tuple[tuple[int, str], ...]:
        """Number of each word rule broken by a sentence, and the words; whether it applies is the caller's."""
        key = (language, text)
        known = self.memo.get(key)
        if known is None:
            known = tuple(
                (number, match)
                for number, rule in enumerate(self.words)
                for match in rule.finds(text, language)
            )
            if keep and len(self.memo) < _MEMO:
                self.memo[key] = known
        return known

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Load the lists; a PolicyError names file and field."""
        file = validated(_VerificationFile, load_yaml(path), path)
        try:
            return cls._compiled(file)
        except re.error as error:
            raise PolicyError(f"{path.name}: a pattern is no regular expression: {error}") from None

    @classmethod
    def _compiled(cls, file: _VerificationFile) -> "Lexicon":
        rules = tuple(
            WordRule(
                name,
                rule.message,
                rule.scope == "all",
                frozenset(rule.when),
                _compile(rule.words),
                _compile(rule.allow),
            )
            for name, rule in file.words.items()
        )
        return cls(
            words=rules,
            request_message=file.data_request.message,
            asks=_compile(file.data_request.asks),
            asks_allow=_compile(file.data_request.allow),
            move_message=file.private_move.message,
            moves=_compile(file.private_move.moves),
            reasons=_compile(file.private_move.reasons),
            language_words={code: frozenset(words) for code, words in file.language_words.items()},
            amounts=_compile(file.amounts),
        )


def found(text: str, language: str, words: Patterns, allow: Patterns) -> Iterator[str]:
    """Matches of a language's words (and of ``any``) once the harmless wordings are taken out."""
    keys = [key for key in ("any", language) if key in words]
    if not any(words[key].search(text) for key in keys):
        return  # by far the usual case
    for key in ("any", language):
        if key in allow:
            text = allow[key].sub(" ", text)
    for key in keys:
        for match in words[key].finditer(text):
            yield match.group()


def _compile(lists: Mapping[str, list[str]]) -> dict[str, re.Pattern[str]]:
    compiled = {}
    for language, words in lists.items():
        pattern = re.compile(at_word_start(words), re.IGNORECASE)
        if pattern.search(""):
            raise re.error(f"an entry of '{language}' matches an empty text")
        compiled[language] = pattern
    return compiled
