"""Reads recognizers.yaml and makes Presidio's registry of it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import ArtifactError
from models.redaction import patterns
from models.redaction.codes import DEFAULT_REACH, CodeRecognizer, Label
from models.redaction.policy import describe
from models.redaction.presidio import LANGUAGE, EntityRecognizer, RecognizerRegistry
from models.redaction.validators import VALIDATORS
from models.yaml_files import read_yaml

REGISTRY_FILE = Path(__file__).parent / "recognizers.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PatternEntry(_Strict):
    """One pattern of a custom recognizer."""

    name: str
    regex: str
    score: float = Field(ge=0, le=1)
    context_score: float | None = Field(default=None, ge=0, le=1)
    group: int = Field(default=0, ge=0)
    upper: bool = False
    capitals: bool = False
    check: bool = True


class RecognizerEntry(_Strict):
    """One recognizer: Presidio's own by class name, or ours by its patterns."""

    name: str
    type: Literal["predefined", "custom"]
    enabled: bool = True
    class_name: str | None = None
    supported_entity: str | None = None
    patterns: tuple[PatternEntry, ...] = ()
    context: tuple[str, ...] = ()
    validator: str | None = None
    requires: str | None = None


class LabelEntry(_Strict):
    """Label phrases of one entity type."""

    phrases: tuple[str, ...]
    reach: int = Field(default=DEFAULT_REACH, ge=1, le=80)


class Innocent(_Strict):
    """Neighbours that make a number no identifier."""

    before: str
    after: str


class RegistryFile(_Strict):
    """recognizers.yaml."""

    recognizers: tuple[RecognizerEntry, ...]
    labels: dict[str, LabelEntry]
    innocent: Innocent


def _predefined(entry: RecognizerEntry) -> EntityRecognizer:
    from presidio_analyzer import predefined_recognizers

    recognizer = getattr(predefined_recognizers, entry.class_name or entry.name, None)
    if recognizer is None:
        raise ArtifactError(
            f"{REGISTRY_FILE.name}: {entry.name}: class_name: Presidio has no such recognizer"
        )
    made: EntityRecognizer = recognizer(supported_language=LANGUAGE)
    return made


def announcing_words(file: RegistryFile) -> frozenset[str]:
    """Return the single words that announce a number: they are never a part of it ("NUSS 28…", "TIS 1234567")."""
    contexts = (word for entry in file.recognizers for word in entry.context)
    phrases = (phrase for label in file.labels.values() for phrase in label.phrases)
    return frozenset(word for word in (*contexts, *phrases) if word.isalpha() and len(word) > 1)


def _custom(entry: RecognizerEntry, announcing: frozenset[str]) -> EntityRecognizer:
    if entry.supported_entity is None or not entry.patterns:
        raise ArtifactError(f"{REGISTRY_FILE.name}: {entry.name}: supported_entity and patterns are required")
    if entry.validator is not None and entry.validator not in VALIDATORS:
        raise ArtifactError(f"{REGISTRY_FILE.name}: {entry.name}: validator: unknown")
    try:
        compiled = [
            patterns.compile_pattern(
                item.name,
                item.regex,
                item.score,
                item.context_score,
                group=item.group,
                upper=item.upper,
                capitals=item.capitals,
                check=item.check,
            )
            for item in entry.patterns
        ]
    except re.error as error:
        raise ArtifactError(f"{REGISTRY_FILE.name}: {entry.name}: regex: {error}") from error
    return patterns.ContextPatternRecognizer(
        entry.name,
        entry.supported_entity,
        compiled,
        patterns.compile_context(entry.context),
        entry.validator,
        entry.requires,
        announcing,
    )


def read_registry(path: Path = REGISTRY_FILE) -> RegistryFile:
    """Read the registry file. Raises ArtifactError naming the file and the field."""
    try:
        return RegistryFile.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ArtifactError(f"{path.name}: {describe(error)}") from None


def build_codes(file: RegistryFile) -> CodeRecognizer:
    """Make the recognizer of labelled codes. Raises ArtifactError."""
    labels = [
        Label(None if entity == "none" else entity, entry.phrases, entry.reach)
        for entity, entry in file.labels.items()
    ]
    try:
        return CodeRecognizer(labels, file.innocent.model_dump(), announcing_words(file))
    except re.error as error:
        raise ArtifactError(f"{REGISTRY_FILE.name}: labels: {error}") from error


def build_registry(file: RegistryFile, own: Sequence[EntityRecognizer]) -> RecognizerRegistry:
    """Make the registry: the file's recognizers and those given. Raises ArtifactError."""
    announcing = announcing_words(file)
    recognizers = [
        _predefined(entry) if entry.type == "predefined" else _custom(entry, announcing)
        for entry in file.recognizers
        if entry.enabled
    ]
    return RecognizerRegistry(recognizers=[*recognizers, *own], supported_languages=[LANGUAGE])
