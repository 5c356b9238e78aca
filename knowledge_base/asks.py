"""Takes a message that asks several things apart, and finds each its own approved answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from knowledge_base.analysis import stop_words, words
from knowledge_base.evidence import Encoder, Evidence, Query, Retrieval
from knowledge_base.governance import load_yaml_model

_SENTENCE = re.compile(r"(?<=[?!.;\n])\s+|(?<=\S)\s+(?=¿)")
_READ = 1_000
"""Characters of a message in which several questions are looked for."""


class _AsksFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    most: int = Field(ge=2, le=5)
    least_words: int = Field(ge=1)
    least_score: float = Field(ge=0, le=1)
    asks: dict[str, list[str]]
    joins: dict[str, list[str]]

    @field_validator("asks", "joins")
    @classmethod
    def _compiles(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for expression in (one for found in value.values() for one in found):
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"'{expression}' is no expression: {error}") from None
        return value


class Searches(Protocol):
    """What searches for one question."""

    @property
    def encoder(self) -> Encoder:
        """What makes the vectors of questions."""
        ...

    def search(self, query: Query, k: int = 10) -> Retrieval:
        """The best ``k`` answers."""
        ...


@dataclass(frozen=True, slots=True)
class Asks:
    """The content of ``policies/asks.yaml``."""

    most: int
    least_words: int
    least_score: float
    opens: Mapping[str, re.Pattern[str]]
    breaks: Mapping[str, re.Pattern[str]]

    @classmethod
    def load(cls, path: Path) -> "Asks":
        """Read the file; raises ``KnowledgeBaseError`` naming file, line and field."""
        file = load_yaml_model(_AsksFile, path)
        opens = {language: "|".join(found) for language, found in file.asks.items()}
        joins = {
            language: "|".join(sorted(found, key=len, reverse=True)) for language, found in file.joins.items()
        }
        return cls(
            most=file.most,
            least_words=file.least_words,
            least_score=file.least_score,
            opens={code: re.compile(rf"[¿\s]*(?:{found})", re.IGNORECASE) for code, found in opens.items()},
            breaks={
                code: re.compile(rf"[,;]?\s+(?:{found})[,:]?\s+(?=¿|{opens[code]})", re.IGNORECASE)
                for code, found in joins.items()
                if code in opens
            },
        )

    def of(self, text: str, language: str) -> tuple[str, ...]:
        """The questions of a message, in order; none of a message with more than ``most``."""
        if language not in self.breaks:
            return ()
        found = [
            part.strip()
            for sentence in _SENTENCE.split(text[:_READ])
            for part in self._parts(sentence, language)
        ]
        asked = tuple(part for part in found if self._says_enough(part, language))
        return asked if len(asked) <= self.most else ()

    def _parts(self, sentence: str, language: str) -> list[str]:
        """The questions of one sentence."""
        if "?" not in sentence and self.opens[language].match(sentence) is None:
            return []
        return self.breaks[language].split(sentence)

    def _says_enough(self, part: str, language: str) -> bool:
        stops = stop_words(language)
        return len([word for word in words(part) if word not in stops]) >= self.least_words


def search_each(
    retriever: Searches, query: Query, asks: Sequence[str], least_score: float, k: int
) -> Retrieval:
    """Search for a message; where it asks several things and each has an answer of its own, those come first.

    Half an answer is none: where one of the questions finds nothing, the message is searched as a whole, as ever.

    Args:
        query: the whole message.
        asks: its questions.
        least_score: what each of their answers must reach.
        k: most answers returned.
    """
    found = retriever.search(query, k)
    if len(asks) < 2:
        return found
    vectors = retriever.encoder.encode(list(asks), kind="query")
    each = [
        retriever.search(replace(query, text=ask, vector=vector), 1)
        for ask, vector in zip(asks, vectors, strict=True)
    ]
    if not all(_answers(one, least_score) and one.fingerprint == found.fingerprint for one in each):
        return found
    first: dict[str, Evidence] = {}
    for one in each:
        first.setdefault(one.evidence[0].answer.id, one.evidence[0])
    if len(first) < 2:
        return found
    others = [item for item in found.evidence if item.answer.id not in first]
    return Retrieval(
        (*first.values(), *others)[: max(k, len(first))],
        abstained=False,
        quoted=len(first),
        fingerprint=found.fingerprint,
    )


def _answers(found: Retrieval, least_score: float) -> bool:
    """Whether one question has an answer in the customer's language."""
    if found.abstained or not found.evidence:
        return False
    best = found.evidence[0]
    return best.score >= least_score and not best.cross_language
