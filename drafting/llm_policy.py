"""What a language model is told and allowed: policies/language_model.yaml, validated."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from drafting.files import load_yaml, validated
from policies.vocabulary import Disposition, Flag

FILE = "language_model.yaml"
Words = dict[str, list[str]]
"""By language code."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Use(_Part):
    """Where a model may reword a draft."""

    dispositions: frozenset[Disposition]
    not_with_flags: frozenset[Flag]
    languages: frozenset[str]
    keep_roles: frozenset[str]


class Limits(_Part):
    """What a call may take and give. Seconds, characters, bytes and tokens."""

    seconds: float = Field(gt=0, le=120)
    idle_seconds: float = Field(gt=0, le=60)
    attempts: int = Field(ge=1, le=3)
    concurrent: int = Field(ge=1, le=64)
    message_characters: int = Field(ge=100)
    sources: int = Field(ge=2, le=100)
    source_characters: int = Field(ge=100)
    output_characters: int = Field(ge=100)
    stream_bytes: int = Field(ge=1024)
    output_tokens: int = Field(ge=50)
    sentences: int = Field(ge=1, le=50)
    sentence_characters: int = Field(ge=50)


class BreakerPolicy(_Part):
    """When a server that fails is left alone."""

    failures: int = Field(ge=1)
    open_seconds: float = Field(gt=0)


class RequestPolicy(_Part):
    """What the server is asked for."""

    temperature: float = Field(ge=0, le=2)
    response_format: Literal["json_schema", "json_object", "none"]


class Shares(_Part):
    """A share from 0 to 1, by what a sentence says anew: an approved answer or a phrase of the bank."""

    answer: float = Field(ge=0, le=1)
    phrase: float = Field(ge=0, le=1)


class GroundingPolicy(_Part):
    """When a sentence says what its source says. Cosines from 0 to 1."""

    min_cosine: float = Field(ge=0, le=1)
    max_new_words: Shares
    min_coverage: Shares
    characters: str
    free_words: Words
    both_ways: dict[str, dict[str, list[str]]]
    only_if_given: Words
    numbers: Words


class Prompt(_Part):
    """The fixed text before the case."""

    system: str = Field(min_length=100)


class LanguageModelPolicy(_Part):
    """The whole file."""

    version: int
    use: Use
    limits: Limits
    breaker: BreakerPolicy
    request: RequestPolicy
    grounding: GroundingPolicy
    prompt: Prompt


def load_language_model_policy(path: Path) -> LanguageModelPolicy:
    """Load the file; a PolicyError names it and the field that is wrong."""
    return validated(LanguageModelPolicy, load_yaml(path), path)
