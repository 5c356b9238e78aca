"""Explains a decision: which rules fired, which nearly did and what they lacked."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.decision import Decision, Facts
from policies.engine import Verdict, evaluate, judge
from policies.policy import Policy, Rule
from policies.schema import RuleModel
from policies.view import View
from policies.wording import missed, said


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that fired."""

    rule: str
    title: str
    when: str
    """What the rule asks for, in Spanish; empty for the failure rule and the fallback, which ask for nothing."""
    reason: str
    practices: tuple[str, ...]
    decided: bool
    """It set the disposition."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that lacked exactly one of its conditions, or that matched after another had decided."""

    rule: str
    title: str
    missing: str
    """In Spanish; empty when nothing was missing and an earlier rule decided."""
    taken_by: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and why it is not another."""

    decision: Decision
    fired: tuple[FiredRule, ...]
    nearly: tuple[NearMiss, ...]


def explain(facts: Facts, policy: Policy) -> Explanation:
    """Explain the decision on some facts."""
    verdict = judge(facts, policy)
    winner = verdict.winner
    deciding = [rule for rule in policy.disposition_rules if rule.model is winner]
    fired = [
        *(_fired(rule) for rule in verdict.flag_rules),
        *(_fired(rule, decided=True) for rule in deciding),
        *(_fired(rule) for rule in verdict.modifiers),
    ]
    if not deciding:
        last = FiredRule(winner.id, winner.title, "", winner.reason, winner.practices, decided=True)
        fired.insert(len(verdict.flag_rules), last)
    return Explanation(evaluate(facts, policy), tuple(fired), tuple(_near_misses(policy, verdict)))


def _fired(rule: Rule[RuleModel], *, decided: bool = False) -> FiredRule:
    model = rule.model
    return FiredRule(
        model.id, model.title, said(rule.condition), model.reason or "", model.practices, decided=decided
    )


def _near_misses(policy: Policy, verdict: Verdict) -> Iterator[NearMiss]:
    # Flag and disposition rules are judged as they were then: without what came after them.
    flags_seen = frozenset(flag.value for rule in verdict.flag_rules for flag in rule.model.flags)
    before = verdict.view.with_flags(flags_seen)
    for flag_rule in policy.flag_rules:
        yield from _near_miss(flag_rule, before)
    for rule in policy.disposition_rules:
        if rule.model is not verdict.winner and rule.condition.holds(before):
            yield NearMiss(rule.id, rule.model.title, "", verdict.winner.id)
        else:
            yield from _near_miss(rule, before)
    for modifier in policy.modifiers:
        yield from _near_miss(modifier, verdict.view)


def _near_miss(rule: Rule[RuleModel], view: View) -> Iterator[NearMiss]:
    failing = [part for part in rule.condition.parts if not part.holds(view)]
    # A rule of one condition misses it in every message: that says nothing.
    if len(failing) == 1 and len(rule.condition.parts) > 1:
        yield NearMiss(rule.id, rule.model.title, missed(failing[0], view))
