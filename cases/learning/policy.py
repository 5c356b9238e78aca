"""From how many decisions something is suggested, and which decisions contradict the rules: policies/learning.yaml."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from cases.decisions import Verb
from drafting.files import load_yaml, validated
from policies.vocabulary import Disposition, Flag

LEARNING_FILE = "learning.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OverruledPolicy(_Strict):
    """Which decisions contradict a disposition."""

    contradict: dict[Disposition, frozenset[Verb]]
    least_decided: int = Field(ge=1)


class NeverFrom(_Strict):
    """Cases that nothing is learned from."""

    dispositions: frozenset[Disposition]
    flags: frozenset[Flag]


class PhrasePolicy(_Strict):
    """When a sentence that people add is suggested."""

    least_cases: int = Field(ge=2)
    least_people: int = Field(ge=2)
    """Two at least: one person's habit is no agreement."""
    closeness: float = Field(gt=0, le=1)
    known: float = Field(gt=0, le=1)
    least_words: int = Field(ge=1)
    most_characters: int = Field(ge=20)
    opposites: dict[str, frozenset[str]]
    never_from: NeverFrom


class AnswerPolicy(_Strict):
    """When replies to one question are suggested as an approved answer."""

    least_replies: int = Field(ge=2)
    least_people: int = Field(ge=2)
    closeness: float = Field(gt=0, le=1)


class LearningPolicy(_Strict):
    """The content of ``policies/learning.yaml``."""

    version: int
    overruled: OverruledPolicy
    phrases: PhrasePolicy
    answers: AnswerPolicy

    @property
    def contradicting(self) -> Mapping[str, frozenset[str]]:
        """Verbs that contradict, by disposition, both as codes."""
        return {
            disposition.value: frozenset(verb.value for verb in verbs)
            for disposition, verbs in self.overruled.contradict.items()
        }


def load_learning(policies_dir: Path) -> LearningPolicy:
    """Load the file; a PolicyError names file and field."""
    file = policies_dir / LEARNING_FILE
    return validated(LearningPolicy, load_yaml(file), file)
