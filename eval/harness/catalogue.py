"""What each suite and metric is, in words: read from ``catalogue.yaml``."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.harness.errors import EvaluationError
from eval.harness.yaml_data import read_yaml

FILE = Path(__file__).parent / "catalogue.yaml"


class Better(StrEnum):
    """Which side of a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Words(BaseModel):
    """A text in both languages of the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    es: str
    en: str

    def of(self, language: str) -> str:
        """The text in a language."""
        return self.es if language == "es" else self.en


class MetricEntry(Words):
    """A metric: what it says and which side is better."""

    better: Better
    unit: str = "share"
    """``share`` is shown in per cent, ``ms``, ``minutes`` and ``letters`` as numbers, ``score`` as a decimal."""


class SuiteEntry(BaseModel):
    """A suite: its title and what it shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Words
    about: Words


class Catalogue(BaseModel):
    """All suites, metrics and dangerous errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suites: Mapping[str, SuiteEntry]
    metrics: Mapping[str, MetricEntry]
    errors: Mapping[str, Words]

    def entry(self, metric: str) -> MetricEntry:
        """The entry of a metric. Raises EvaluationError: results of another version may know others."""
        if metric not in self.metrics:
            raise EvaluationError(f"no metric called {metric} in this version: evaluate again")
        return self.metrics[metric]

    def better(self, metric: str) -> Better:
        """Which side of a metric is better."""
        return self.entry(metric).better


@cache
def load_catalogue() -> Catalogue:
    """Read the catalogue."""
    return Catalogue.model_validate(read_yaml(FILE))
