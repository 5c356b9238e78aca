"""The file of health terms (health_terms.yaml): groups of terms, clauses, and what makes a question general."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.redaction.clauses import ClauseRules
from models.redaction.folding import fold_word
from models.redaction.general import GeneralRules


def _split(value: object) -> object:
    """Read a block of text as a list parted by commas, which is easier to edit than YAML quoting."""
    return [term.strip() for term in value.split(",") if term.strip()] if isinstance(value, str) else value


Terms = Annotated[tuple[str, ...], BeforeValidator(_split)]
HealthEntity = Literal["HEALTH_CONDITION", "SYMPTOM", "MEDICATION", "TREATMENT"]


class HealthEntry(BaseModel):
    """A group of terms of one type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    entity: HealthEntity
    score: float = Field(default=0.6, ge=0, le=1)
    general: bool = False
    """Whether a general question with one of these terms is nobody's health data."""
    terms: Annotated[Terms, Field(min_length=1)]


class ClauseEntry(BaseModel):
    """How far a term grows to the clause that tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    told: Terms
    stops: Terms
    reach_left: int = Field(ge=0, le=12)
    reach_right: int = Field(ge=0, le=12)

    def rules(self) -> ClauseRules:
        """Return the words folded."""
        told, stops = (frozenset(map(fold_word, words)) for words in (self.told, self.stops))
        return ClauseRules(told, stops, self.reach_left, self.reach_right)


class GeneralEntry(BaseModel):
    """What makes a sentence a general question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    questions: Terms
    owners: Terms
    personal: Terms
    polite: Terms

    def rules(self) -> GeneralRules:
        """Return the words folded."""
        owners, personal, polite = (
            frozenset(map(fold_word, words)) for words in (self.owners, self.personal, self.polite)
        )
        questions = frozenset(tuple(map(fold_word, phrase.split())) for phrase in self.questions)
        return GeneralRules(questions, owners, personal, polite)


class HealthFile(BaseModel):
    """health_terms.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    classes: dict[str, Terms]
    not_health: Terms
    clauses: ClauseEntry
    general: GeneralEntry
    entries: tuple[HealthEntry, ...]
