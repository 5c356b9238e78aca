"""Texts that are written by one person or another: the data of the suite ``fairness``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.harness.errors import EvaluationError
from eval.harness.yaml_data import read_yaml

SPAIN, ARGENTINA, MEXICO = range(3)
WOMAN, MAN = range(2)


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """Templates, names to put in, and messages in several languages."""

    texts: tuple[str, ...]
    reference: str
    names: Mapping[str, str]
    languages: tuple[Mapping[str, str], ...]


class _Names(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reference: str
    others: dict[str, str]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    texts: tuple[str, ...] = Field(min_length=1)
    names: _Names
    languages: tuple[dict[str, str], ...]


def read_counterfactuals(file: Path) -> Counterfactuals:
    """Read the file. Raises EvaluationError when it has another form."""
    try:
        read = _File.model_validate(read_yaml(file))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise EvaluationError(f"{file.name}: {place}: {error.errors()[0]['msg']}") from None
    if any("es" not in texts for texts in read.languages):
        raise EvaluationError(f"{file.name}: languages: one without es")
    return Counterfactuals(read.texts, read.names.reference, read.names.others, read.languages)


def written(template: str, *, name: str, country: int = SPAIN, gender: int = WOMAN) -> str:
    """The text as a person of this name, country and gender writes it."""
    text = re.sub(r"\[([^]]*)\]", lambda found: found.group(1).split("|")[country], template)
    text = re.sub(r"<([^>]*)>", lambda found: found.group(1).split("|")[gender].strip(), text)
    return text.replace("{nombre}", name)
