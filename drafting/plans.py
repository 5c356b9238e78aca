"""Plans: which purposes a draft serves, in which order, and what may be left out, as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from drafting.bank import Codes, condition_of
from drafting.files import load_yaml, validated
from drafting.situation import Condition, Labels
from policies.errors import PolicyError

Need = Literal["must", "should", "may"]
ROLES = frozenset(
    {"greeting", "acknowledge", "empathy", "safety", "answer", "question", "next_step", "reason_for_private",
     "time_estimate", "thanks", "sign_off", "subject"}
)  # fmt: skip
ANSWER = "answer"
"""The purpose that is filled with an approved answer, not with a phrase."""
OTHER_ANSWERS = "other_answers"
"""The purpose of the answers to whatever else is asked: for each a phrase of ``turn`` and the answer."""
TURN = "turn"


class _StepModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pick: list[str] = Field(min_length=1)
    need: Need
    when: dict[str, Codes] = {}
    unless: dict[str, Codes] = {}


class _PlanModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    when: dict[str, Codes] = {}
    unless: dict[str, Codes] = {}
    max_sentences: int | None = None
    steps: list[_StepModel] = Field(min_length=1)


class _TraitModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ruled_out_by: list[str] = []
    ruled_out_in: list[str] = []
    """Countries of the company where nobody says it so."""
    words: list[str] = Field(min_length=1)


class _PlanFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    purposes: dict[str, str]
    traits: dict[str, _TraitModel] = {}
    plans: list[_PlanModel] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One place in a draft: the purposes that may fill it, and how much it is needed."""

    purposes: tuple[str, ...]
    need: Need
    condition: Condition


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a draft, in order."""

    id: str
    condition: Condition
    steps: tuple[Step, ...]
    max_sentences: int | None

    @property
    def uses_answer(self) -> bool:
        """Whether an approved answer is part of it."""
        return any(ANSWER in step.purposes for step in self.steps)

    def steps_for(self, labels: Labels) -> tuple[Step, ...]:
        """The steps that apply."""
        return tuple(step for step in self.steps if step.condition.holds(labels))


@dataclass(frozen=True, slots=True)
class Trait:
    """What a phrase shows by its words, and the labels (constraints, countries) that rule it out."""

    pattern: re.Pattern[str]
    ruled_out_by: Labels


@dataclass(frozen=True, slots=True)
class Plans:
    """Every plan, the role of each purpose, and the traits."""

    plans: tuple[Plan, ...]
    purposes: Mapping[str, str]
    traits: tuple[Trait, ...]

    @classmethod
    def load(cls, path: Path, topics: frozenset[str]) -> "Plans":
        """Load the plans; a PolicyError names file, plan and field."""
        file = validated(_PlanFile, load_yaml(path), path)
        for purpose, role in file.purposes.items():
            if role not in ROLES:
                raise PolicyError(f"{path.name}: purposes.{purpose}: unknown role '{role}'")
        plans = tuple(_plan(model, path.name, file.purposes, topics) for model in file.plans)
        if plans[-1].condition.groups:
            raise PolicyError(f"{path.name}: {plans[-1].id}: the last plan must hold always")
        return cls(plans, file.purposes, tuple(_trait(model) for model in file.traits.values()))

    def choose(self, labels: Labels) -> Plan:
        """The first plan that holds; the last one holds always."""
        return next(plan for plan in self.plans if plan.condition.holds(labels))

    def ruled_out_by(self, text: str) -> Labels:
        """The constraints under which a phrase may not be said, by its words."""
        none: Labels = frozenset()
        return none.union(*(trait.ruled_out_by for trait in self.traits if trait.pattern.search(text)))


def _plan(model: _PlanModel, file: str, purposes: Mapping[str, str], topics: frozenset[str]) -> Plan:
    place = f"{file}: {model.id}"
    steps = []
    for number, step in enumerate(model.steps, start=1):
        unknown = [p for p in step.pick if p not in purposes and p not in (ANSWER, OTHER_ANSWERS)]
        if unknown:
            raise PolicyError(f"{place}: steps.{number}: unknown purpose '{unknown[0]}'")
        condition = condition_of(step.when, step.unless, f"{place}: steps.{number}", topics)
        steps.append(Step(tuple(step.pick), step.need, condition))
    condition = condition_of(model.when, model.unless, place, topics)
    return Plan(model.id, condition, tuple(steps), model.max_sentences)


def _trait(model: _TraitModel) -> Trait:
    pattern = re.compile("|".join(model.words), re.IGNORECASE)
    names = {f"constraint:{name}" for name in model.ruled_out_by}
    return Trait(pattern, frozenset(names | {f"country:{code}" for code in model.ruled_out_in}))
