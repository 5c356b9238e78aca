"""Whether a message is to be answered, watched or left, and what stepping in may cause (M55-M57): rules as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from policies.compiler import Codebook, CodeError, compile_condition
from policies.conditions import Condition
from policies.decision import Decision, Facts
from policies.errors import PolicyError
from policies.files import read_bytes, validated, yaml_of
from policies.schema import ConditionModel, Practice, RuleId, Strict, VocabularyModel
from policies.view import view_of
from policies.vocabulary import Strategy

POLICY_FILE = Path(__file__).with_name("relevance.yaml")
MOST_REASONS = 5

RelevanceCode = Literal["answer", "monitor", "ignore"]
RiskLevel = Literal["none", "low", "high"]


class ReasonModel(Strict):
    """One reason, in Spanish, and when it holds."""

    id: RuleId
    practices: tuple[Practice, ...] = ()
    when: ConditionModel
    reason: str = Field(min_length=10)


class RelevanceFile(Strict):
    """The file."""

    version: int = Field(ge=1)
    title: str
    vocabulary: VocabularyModel
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    relevance: dict[RelevanceCode, tuple[ReasonModel, ...]]
    otherwise: dict[RelevanceCode, str]
    """The reason where none of its rules holds."""
    intervening: dict[Literal["high", "low"], tuple[ReasonModel, ...]]
    no_risk: str = Field(min_length=10)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        codes = {"answer", "monitor", "ignore"}
        if set(self.relevance) != codes or set(self.otherwise) != codes:
            raise ValueError("relevance and otherwise must hold answer, monitor and ignore")
        if set(self.intervening) != {"high", "low"}:
            raise ValueError("intervening must hold high and low")
        rules = [rule for group in (*self.relevance.values(), *self.intervening.values()) for rule in group]
        ids = [rule.id for rule in rules]
        if len(ids) != len(set(ids)):
            raise ValueError("an id is used twice")
        return self


@dataclass(frozen=True, slots=True)
class Risk:
    """What stepping in may cause, and why."""

    level: RiskLevel
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Relevance in line with the decision, with reasons a person can read."""

    relevance: RelevanceCode
    reasons: tuple[str, ...]
    risk: Risk


NOT_WEIGHED = Weighed(
    "answer",
    ("No se ha podido valorar si hay que responder: debe mirarlo una persona.",),
    Risk("high", ("No se ha podido valorar el riesgo de intervenir.",)),
)
"""Stands in where weighing failed."""


@dataclass(frozen=True, slots=True)
class _Reason:
    condition: Condition
    reason: str


@dataclass(frozen=True, slots=True)
class RelevancePolicy:
    """The rules, ready to weigh. Pure."""

    relevance: dict[RelevanceCode, tuple[_Reason, ...]]
    otherwise: dict[RelevanceCode, str]
    high: tuple[_Reason, ...]
    low: tuple[_Reason, ...]
    no_risk: str
    vocabulary: VocabularyModel

    @classmethod
    def load(cls, file: Path = POLICY_FILE) -> Self:
        """Read the file.

        Raises:
            PolicyError: names file, rule and code.
        """
        model = validated(RelevanceFile, yaml_of(file, read_bytes(file)), file)
        book = Codebook.of(model.vocabulary, model.groups)

        def compiled(rules: Sequence[ReasonModel]) -> tuple[_Reason, ...]:
            return tuple(_compiled(rule, book, file) for rule in rules)

        return cls(
            {code: compiled(rules) for code, rules in model.relevance.items()},
            model.otherwise,
            compiled(model.intervening["high"]),
            compiled(model.intervening["low"]),
            model.no_risk,
            model.vocabulary,
        )

    def weigh(self, facts: Facts, decision: Decision) -> Weighed:
        """Weigh a message once it is decided."""
        view = view_of(facts, decision.settings)
        view = view.with_flags(frozenset(flag.code.value for flag in decision.flags))
        view = view.with_disposition(decision.disposition.value)
        code = _relevance(facts, decision)

        def holding(rules: Sequence[_Reason]) -> tuple[str, ...]:
            return tuple(rule.reason for rule in rules if rule.condition.holds(view))[:MOST_REASONS]

        high, low = holding(self.high), holding(self.low)
        level: RiskLevel = "high" if high else "low" if low else "none"
        return Weighed(
            code,
            holding(self.relevance[code]) or (self.otherwise[code],),
            Risk(level, (*high, *low)[:MOST_REASONS] or (self.no_risk,)),
        )


def _relevance(facts: Facts, decision: Decision) -> RelevanceCode:
    """What was read, brought in line with what was decided: what is answered is relevant (M55, M56)."""
    if decision.strategy is Strategy.HOLD_AND_MONITOR:
        return "monitor"
    if decision.strategy is Strategy.DO_NOT_ANSWER:
        return "monitor" if facts.relevance == "monitor" else "ignore"
    return "answer"


def _compiled(rule: ReasonModel, book: Codebook, file: Path) -> _Reason:
    try:
        return _Reason(compile_condition(book, rule.when), rule.reason)
    except CodeError as error:
        raise PolicyError(f"{file.name}: {rule.id}: {error}") from None
