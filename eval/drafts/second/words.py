"""The second checker's own word lists, compiled once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from eval.drafts.second.finding import Finding, Said, Seen

FILE = Path(__file__).with_name("words.yaml")
_END = re.compile(r"(?<=[.!?…])[»\")]?\s+")
Patterns = Mapping[str, re.Pattern[str]]
"""By language, or ``any``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that may not be said, where."""

    name: str
    answers_too: bool
    when: str
    words: Patterns
    unless: Patterns


@dataclass(frozen=True, slots=True)
class Words:
    """Every list."""

    rules: tuple[Rule, ...]
    assent: Patterns
    asks: Patterns
    things: Patterns
    asks_nothing: Patterns
    stop_words: Mapping[str, frozenset[str]]
    openers: Patterns
    voices: Patterns


@cache
def load_words() -> Words:
    """Read and compile the lists."""
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    rules = tuple(
        Rule(
            name,
            rule["scope"] == "all",
            rule.get("when", "always"),
            _all(rule["words"]),
            _all(rule.get("unless", {})),
        )
        for name, rule in raw["rules"].items()
    )
    return Words(
        rules=rules,
        assent=_all(raw["assent"]),
        asks=_all(raw["asks"]),
        things=_all(raw["things"]),
        asks_nothing=_all(raw["asks_nothing"]),
        stop_words={language: frozenset(words) for language, words in raw["stop_words"].items()},
        openers=_all(raw["openers"]),
        voices=_all(raw["voices"]),
    )


def _all(lists: Mapping[str, list[str]]) -> Patterns:
    return {
        name: re.compile("|".join(f"(?:{each})" for each in words), re.I) for name, words in lists.items()
    }


def parts(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in _END.split(text) if part.strip()]


def forbidden(seen: Seen, words: Words) -> Iterator[Finding]:
    """Words that may not be said in this case; an approved answer is held to those no approval makes right."""
    for rule in words.rules:
        if not _applies(rule.when, seen):
            continue
        for said in seen.sentences:
            if rule.answers_too or not said.quoted:
                yield from _said(rule, said, seen)


def _said(rule: Rule, said: Said, seen: Seen) -> Iterator[Finding]:
    sentences = parts(said.text)
    for number, sentence in enumerate(sentences):
        around = " ".join(sentences[max(0, number - 1) : number + 2])
        for language in (seen.language, "any"):
            found = rule.words[language].search(sentence) if language in rule.words else None
            excuse = rule.unless[language].search(around) if language in rule.unless else None
            if found is not None and excuse is None:
                yield Finding(rule.name, found[0])


def _applies(when: str, seen: Seen) -> bool:
    return {
        "always": True,
        "public": seen.audience == "public",
        "hurt": seen.hurt,
        "endangered": seen.endangered,
        "urgent": seen.disposition == "urgent_referral",
    }[when]


def data_asked(seen: Seen, words: Words, secure: str) -> Iterator[Finding]:
    """Requests for somebody's data: never in public, in private only by the secure form (M32, X3)."""
    if seen.language not in words.asks:
        return
    for said in seen.sentences:
        for sentence in parts(said.text):
            if seen.audience == "private" and secure and secure in sentence:
                continue
            thing = words.things[seen.language].search(sentence)
            asked = words.asks[seen.language].search(sentence)
            if thing and asked and not words.asks_nothing[seen.language].search(sentence):
                yield Finding("data_asked", sentence)


def assents(seen: Seen, words: Words) -> Iterator[Finding]:
    """A yes of ours right before an approved answer: it confirms what was asked, whatever the answer says."""
    if seen.language not in words.assent:
        return
    for said, after in pairwise(seen.sentences):
        found = words.assent[seen.language].search(said.text)
        if after.quoted and not said.quoted and found is not None:
            yield Finding("assent_before_an_answer", said.text)
