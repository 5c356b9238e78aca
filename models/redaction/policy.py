"""The redaction policy file: operators, labels and thresholds per entity, cues for names, allow rules."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import ArtifactError
from models.redaction.folding import fold_word
from models.redaction.person_cues import PersonCues
from models.redaction.tokens import tokenize
from models.yaml_files import read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Operator(StrEnum):
    """What is done with a finding."""

    REPLACE = "replace"
    MASK = "mask"
    HASH = "hash"
    KEEP = "keep"


MAX_SHOWN = 4
"""Letters and digits that a mask may show: the last four of a card are what its holder is told on receipts."""


class Mask(_Strict):
    """How many letters and digits of a value a mask shows; by itself none."""

    keep_first: int = Field(default=0, ge=0, le=MAX_SHOWN)
    keep_last: int = Field(default=0, ge=0, le=MAX_SHOWN)

    @model_validator(mode="after")
    def _shows_little(self) -> Self:
        if self.keep_first + self.keep_last > MAX_SHOWN:
            raise ValueError(f"keep_first and keep_last come to more than {MAX_SHOWN}")
        return self


class EntityRule(_Strict):
    """What happens to one entity type."""

    label: str = Field(pattern=r"^[A-ZÑ]+(?:_[A-ZÑ]+)*$")
    operator: Operator = Operator.REPLACE
    mask: Mask | None = None
    threshold: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _mask_is_for_masks(self) -> Self:
        if self.mask is not None and self.operator is not Operator.MASK:
            raise ValueError(f"mask is for operator mask; this one's operator is {self.operator}")
        return self


class TokenModelRules(_Strict):
    """How the token model and the recognizers decide together."""

    outside_bias: float = Field(default=0.0, ge=-10, le=10)
    """Added to the model's log-probability of no span; below zero it finds more."""
    least: dict[str, float] = {}
    """Least mean probability of a span that the model finds, by entity; 0.5 for those not named."""
    support: dict[str, float] = {}
    """Least probability, from the model, that findings of a recognizer need, by its name."""
    unsupported_rules: tuple[str, ...] = ()
    """Rules of those recognizers that need none."""
    tells_nothing: tuple[str, ...] = ()
    """Expressions: a span of the model that is nothing but one of them (a stretch of time) is no health data."""
    labels: dict[str, str] = {}
    """For a transformers model by setting: entity, or ``keep``, by its label."""

    def support_for(self, recognizer: str, rule: str) -> float:
        """Least probability for a finding; 0 when it needs none."""
        return 0.0 if rule in self.unsupported_rules else self.support.get(recognizer, 0.0)


class PersonRules(_Strict):
    """Words around names, as people write them."""

    naming: tuple[str, ...]
    strong: tuple[str, ...]
    kin: tuple[str, ...]
    weak: tuple[str, ...]
    closings: tuple[str, ...]
    public_figures: tuple[str, ...]
    addressing: tuple[str, ...]
    verbs: tuple[str, ...]
    speech: tuple[str, ...]
    everyday_names: tuple[str, ...]
    capital_names: tuple[str, ...]

    def cues(self) -> PersonCues:
        """Return the words as folded token sequences."""
        return PersonCues(
            naming=_phrases(self.naming),
            addressing=_phrases(self.addressing),
            speech=frozenset(map(fold_word, self.speech)),
            strong=_phrases(self.strong),
            kin=_phrases(self.kin),
            weak=_phrases(self.weak),
            closings=_phrases(self.closings),
            public_figures=_phrases(self.public_figures),
            verbs=frozenset(map(fold_word, self.verbs)),
            capital_names=frozenset(map(fold_word, (*self.everyday_names, *self.capital_names))),
            everyday_names=frozenset(map(fold_word, self.everyday_names)),
        )


class RedactionPolicy(_Strict):
    """policies/redaction.yaml."""

    version: int = Field(ge=1)
    max_characters: int = Field(ge=1000, le=2_000_000)
    threshold: float = Field(ge=0, le=1)
    entities: dict[str, EntityRule]
    token_model: TokenModelRules = TokenModelRules()
    organisation_handles: tuple[str, ...]
    organisation_mailboxes: tuple[str, ...]
    persons: PersonRules

    def threshold_of(self, entity: str) -> float:
        """Least score at which a finding of this type counts."""
        rule = self.entities[entity]
        return self.threshold if rule.threshold is None else rule.threshold

    def entities_with(self, operator: Operator) -> frozenset[str]:
        """Entity types that one operator is for."""
        return frozenset(entity for entity, rule in self.entities.items() if rule.operator is operator)


def _phrases(phrases: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    keyed = (tuple(token.key for token in tokenize(phrase) if token.kind != "mark") for phrase in phrases)
    return frozenset(phrase for phrase in keyed if phrase)


def describe(error: ValidationError) -> str:
    """Return the first fault of a file in one line: field and reason, never the value."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def load_policy(path: Path) -> RedactionPolicy:
    """Read the redaction policy. Raises ArtifactError naming the file and the field."""
    try:
        return RedactionPolicy.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ArtifactError(f"{path.name}: {describe(error)}") from None
