"""The content of ``policies/knowledge_checks.yaml``: lexicons and limits of `kb check`."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from knowledge_base.answer import LanguageCode, Role
from knowledge_base.governance import load_yaml_model

CHECKS_FILE = "knowledge_checks.yaml"


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Data):
    """Patterns by language, and wordings in which they are harmless."""

    words: dict[LanguageCode, tuple[Pattern, ...]]
    allow: dict[LanguageCode, tuple[Pattern, ...]] = {}

    def find(self, text: str, language: str) -> str | None:
        """The first words of the text that the list names, as they stand; None when there are none."""
        words, allow = self._compiled.get(language, (None, None))
        if words is None:
            return None
        kept = allow.sub(lambda match: " " * len(match.group()), text) if allow else text
        match = words.search(kept)
        return match.group() if match else None

    @cached_property
    def _compiled(self) -> dict[str, tuple[re.Pattern[str], re.Pattern[str] | None]]:
        return {
            str(code): (_joined(words), _joined(self.allow[code]) if code in self.allow else None)
            for code, words in self.words.items()
        }


class MedicalClaims(Words):
    """Claims that need a department's approval."""

    role: Role


class PrescriptionAdvertising(Words):
    """Words that turn naming a prescription medicine into advertising it."""

    brands: tuple[str, ...]

    @cached_property
    def brand(self) -> re.Pattern[str]:
        """Matches any of the brands as a word of its own."""
        names = "|".join(re.escape(name) for name in sorted(self.brands, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)


class Quantities(_Data):
    """Numbers with units, and when two sentences speak of one thing."""

    units: dict[str, tuple[str, ...]]
    number_words: dict[str, int]
    sentence_overlap: float = Field(gt=0, le=1)
    sentence_words: int = Field(ge=1)
    topic_overlap: float = Field(gt=0, le=1)
    topic_cosine: float = Field(gt=0, le=1)

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """A pattern a kind; its groups are the numbers, one or two (``de 3 a 5 días``)."""
        words = "|".join(sorted(self.number_words, key=len, reverse=True))
        number = (
            rf"(?<![\w.,])(\d+(?:[.,]\d+)?|{words})(?:\s*(?:a|o|y|-|–|to|or)\s*(\d+(?:[.,]\d+)?|{words}))?"
        )
        return {
            kind: re.compile("|".join(unit.replace("{n}", number) for unit in units), re.IGNORECASE)
            for kind, units in self.units.items()
        }


class Links(_Data):
    """What is wrong with an address or a date, without asking the network."""

    refused: tuple[str, ...]
    until: dict[LanguageCode, tuple[Pattern, ...]]
    months: dict[str, Annotated[int, Field(ge=1, le=12)]]


class CheckData(_Data):
    """The whole file."""

    version: Literal[1]
    medical_claims: MedicalClaims
    prescription_advertising: PrescriptionAdvertising
    quantities: Quantities
    links: Links
    remedies: dict[str, str]

    @classmethod
    def load(cls, policies_dir: Path) -> "CheckData":
        """Read the file; raises ``KnowledgeBaseError`` naming file, line and field."""
        return load_yaml_model(cls, policies_dir / CHECKS_FILE)


def _joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One of some patterns where no word is cut: one that begins with a sign follows a word, too."""
    return re.compile(rf"(?<!\w(?=\w))(?:{'|'.join(f'(?:{one})' for one in patterns)})", re.IGNORECASE)
