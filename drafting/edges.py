"""How texts address people, and how an approved answer may already open or close by itself, as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drafting.files import at_word_start, load_yaml, validated
from drafting.joining import split

_OPENERS = frozenset({"lead", "feel", "receive", "thank"})
_CLOSERS = frozenset({"follow", "close"})


class _EdgeFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    treatment: dict[str, dict[str, list[str]]]
    opens: dict[str, list[str]]
    closes: dict[str, list[str]]
    greets: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Edges:
    """Marks of treatment, and the words of an answer's own opening and closing, by language."""

    treatment: Mapping[str, Mapping[str, list[str]]]
    opens: Mapping[str, re.Pattern[str]]
    closes: Mapping[str, re.Pattern[str]]
    greetings: Mapping[str, re.Pattern[str]]

    @classmethod
    def load(cls, path: Path) -> "Edges":
        """Load the words; a PolicyError names file and field."""
        file = validated(_EdgeFile, load_yaml(path), path)
        return cls(file.treatment, _compiled(file.opens), _compiled(file.closes), _compiled(file.greets))

    def superfluous(self, purposes: tuple[str, ...], answer: str, language: str) -> bool:
        """Whether a step would say again what the answer says at its start or end."""
        sentences = split(answer)
        if not sentences:
            return False
        if not _OPENERS.isdisjoint(purposes):
            return self.opens_itself(answer, language)
        if not _CLOSERS.isdisjoint(purposes):
            return language in self.closes and self.closes[language].search(sentences[-1]) is not None
        return False

    def greets(self, sentence: str, language: str) -> bool:
        """Whether a sentence begins with a greeting."""
        match = self.greetings[language].search(sentence) if language in self.greetings else None
        return match is not None and not any(map(str.isalnum, sentence[: match.start()]))

    def opens_itself(self, answer: str, language: str) -> bool:
        """Whether an answer begins by greeting, thanking or acknowledging."""
        sentences = split(answer)
        return (
            bool(sentences)
            and language in self.opens
            and self.opens[language].search(sentences[0]) is not None
        )


def _compiled(words: Mapping[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {language: re.compile(at_word_start(marks), re.IGNORECASE) for language, marks in words.items()}
