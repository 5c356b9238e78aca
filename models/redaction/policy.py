"""The redaction policy file: operators, labels and thresholds per entity, cues for names, allow rules."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import ArtifactError
from models.redaction.folding import fold_word
from models.redaction.person_cues import PersonCues
from models.redaction.tokens import tokenize


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntityRule(_Strict):
    """What happens to one entity type."""

    label: str = Field(pattern=r"^[A-ZÑ]+(?:_[A-ZÑ]+)*$")
    operator: Literal["replace", "keep"] = "replace"
    threshold: float | None = Field(default=None, ge=0, le=1)


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
    organisation_handles: tuple[str, ...]
    organisation_mailboxes: tuple[str, ...]
    persons: PersonRules

    def threshold_of(self, entity: str) -> float:
        """Least score at which a finding of this type counts."""
        rule = self.entities[entity]
        return self.threshold if rule.threshold is None else rule.threshold


def _phrases(phrases: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    keyed = (tuple(token.key for token in tokenize(phrase) if token.kind != "mark") for phrase in phrases)
    return frozenset(phrase for phrase in keyed if phrase)


def describe(error: ValidationError) -> str:
    """Return the first fault of a file in one line: field and reason, never the value."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def read_yaml(path: Path) -> object:
    """Read one YAML file. Raises ArtifactError naming the file and the line."""
    try:
        return yaml.load(
            path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path.name}: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise ArtifactError(f"{path.name}: {line}{getattr(error, 'problem', 'no YAML')}") from error


def load_policy(path: Path) -> RedactionPolicy:
    """Read the redaction policy. Raises ArtifactError naming the file and the field."""
    try:
        return RedactionPolicy.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ArtifactError(f"{path.name}: {describe(error)}") from None
