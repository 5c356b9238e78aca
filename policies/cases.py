"""Runs the cases that stand beside a policy file: facts in, what the decision must and must not be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field

from policies.account import ConflictSettings
from policies.decision import Decision, Facts
from policies.engine import evaluate
from policies.errors import PolicyError
from policies.files import read_bytes, validated, yaml_of
from policies.policy import Policy
from policies.schema import ReferralKind, Score, Strict
from policies.vocabulary import Channel, Disposition, Flag, Priority, ReplyTier, Strategy, Visibility


class FactsModel(Strict):
    """Facts as written in a cases file; every field has an ordinary value."""

    channel: Channel = Channel.INSTAGRAM
    visibility: Visibility = Visibility.PUBLIC
    language: str | None = "es"
    intents: tuple[str, ...] = ("product_information",)
    emotion: str = "neutral"
    relevance: str = "answer"
    signals: dict[str, Score] = Field(default_factory=dict)
    handling: dict[str, Score] = Field(default_factory=dict)
    understanding_abstained: bool = False
    evidence_abstained: bool = False
    personal_entities: frozenset[str] = frozenset()
    health_entities: frozenset[str] = frozenset()
    customer_turns: int = Field(default=1, ge=1)
    agent_turns: int = Field(default=0, ge=0)
    country: str = "ES"
    referral_topic: str | None = None
    tags: frozenset[str] = frozenset()
    tier: str | None = None
    serious_hint: bool = False
    top_answer_tags: frozenset[str] = frozenset()
    failed_steps: tuple[str, ...] = ()

    def facts(self) -> Facts:
        """The facts."""
        return Facts(**{name: getattr(self, name) for name in type(self).model_fields})


class ReferralExpectation(Strict):
    """What the referral must be; keys left out are not looked at."""

    kind: ReferralKind | None = None
    professional: str | None = None
    contact: str | None = None


class Expectation(Strict):
    """What the decision must be; keys left out are not looked at."""

    disposition: Disposition | None = None
    flags: frozenset[Flag] | None = None
    """Exactly these."""
    decided_by: str | None = None
    rules: frozenset[str] = frozenset()
    """At least these fired."""
    not_rules: frozenset[str] = frozenset()
    priority: Priority | None = None
    queue: str | None = None
    strategy: Strategy | None = None
    reply_tier: ReplyTier | None = None
    audiences: tuple[Visibility, ...] | None = None
    referral: ReferralExpectation | None = None
    no_referral: bool = False
    constraints: frozenset[str] = frozenset()
    not_constraints: frozenset[str] = frozenset()
    acknowledge_minutes: int | None = None
    answer_minutes: int | None = None
    resolve_working_days: int | None = None
    ignores_business_hours: bool | None = None


class PolicyCase(Strict):
    """One case."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,79}$")
    note: str = ""
    settings: ConflictSettings | None = None
    """Declared settings of this case; the defaults when left out."""
    day: date | None = None
    """Day of the case, for rules with dates; the policy's own day when left out."""
    facts: FactsModel
    expect: Expectation


class CasesModel(Strict):
    """A cases file."""

    policy: str
    cases: tuple[PolicyCase, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """A case that the policy does not meet, and in what."""

    case: str
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.case}: {self.field}: expected {self.expected}, found {self.found}"


def load_cases(file: Path) -> CasesModel:
    """Read a cases file. Raises PolicyError."""
    return validated(CasesModel, yaml_of(file, read_bytes(file)), file)


def run_cases(policy: Policy, cases_file: Path) -> list[CaseFailure]:
    """Run every case of a file. Raises PolicyError when the file is not valid."""
    failures: list[CaseFailure] = []
    written = load_cases(cases_file)
    if written.policy != policy.model.policy:
        raise PolicyError(f"{cases_file}: policy: {written.policy!r} is not {policy.model.policy!r}")
    for case in written.cases:
        bound = bound_to(policy, case)
        failures += check_case(case, evaluate(case.facts.facts(), bound), bound)
    return failures


def bound_to(policy: Policy, case: PolicyCase) -> Policy:
    """The policy under the settings and on the day of a case."""
    bound = policy if case.settings is None else policy.with_settings(case.settings)
    return bound if case.day is None else bound.in_force(case.day)


def check_case(case: PolicyCase, decision: Decision, policy: Policy) -> list[CaseFailure]:
    """Everything in which a decision differs from what its case expects."""
    expect, failures = case.expect, []

    def differs(field: str, expected: object, found: object) -> None:
        failures.append(CaseFailure(case.id, field, _plain(expected), _plain(found)))

    for field, read in _EXACT.items():
        expected = getattr(expect, field)
        if expected is not None and expected != read(decision):
            differs(field, expected, read(decision))
    for field, found in (("rules", frozenset(decision.rules)), ("constraints", decision.draft_constraints)):
        wanted, barred = getattr(expect, field), getattr(expect, f"not_{field}")
        if wanted - found:
            differs(field, wanted - found, found)
        if barred & found:
            differs(f"not_{field}", barred, barred & found)
    if expect.decided_by is not None and expect.decided_by not in decision.rules:
        differs("decided_by", expect.decided_by, _deciding(decision, policy))
    failures += _referral_failures(case, decision)
    return failures


_EXACT: Mapping[str, Callable[[Decision], Any]] = {
    "disposition": lambda decision: decision.disposition,
    "flags": lambda decision: frozenset(flag.code for flag in decision.flags),
    "priority": lambda decision: decision.priority,
    "queue": lambda decision: decision.queue,
    "strategy": lambda decision: decision.strategy,
    "reply_tier": lambda decision: decision.reply_tier,
    "audiences": lambda decision: decision.audiences,
    "acknowledge_minutes": lambda decision: decision.sla.acknowledge_minutes,
    "answer_minutes": lambda decision: decision.sla.answer_minutes,
    "resolve_working_days": lambda decision: decision.sla.resolve_working_days,
    "ignores_business_hours": lambda decision: decision.sla.ignores_business_hours,
}


def _referral_failures(case: PolicyCase, decision: Decision) -> list[CaseFailure]:
    expected, found = case.expect.referral, decision.referral
    if case.expect.no_referral and found is not None:
        return [CaseFailure(case.id, "no_referral", "none", found.kind)]
    if expected is None:
        return []
    if found is None:
        return [CaseFailure(case.id, "referral", str(expected.kind), "none")]
    return [
        CaseFailure(case.id, f"referral.{name}", str(wanted), str(getattr(found, name)))
        for name in expected.model_fields_set
        if (wanted := getattr(expected, name)) != getattr(found, name)
    ]


def _deciding(decision: Decision, policy: Policy) -> str:
    """The id of the rule that set the disposition."""
    deciding = {rule.id for rule in policy.disposition_rules} | {policy.on_failure.id, policy.fallback.id}
    return next(rule for rule in decision.rules if rule in deciding)


def _plain(value: object) -> str:
    if isinstance(value, frozenset | tuple):
        return "[" + ", ".join(sorted(map(str, value))) + "]"
    return str(value)
