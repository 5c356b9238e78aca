"""Decides: facts in, decision out. Pure; every threshold and every word lives in the policy file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from policies.conditions import AllOf
from policies.decision import Decision, Facts, RaisedFlag, SlaTargets
from policies.policy import Policy, Rule
from policies.schema import (
    DispositionRuleModel,
    FlagRuleModel,
    Handling,
    ModifierModel,
    OutcomeModel,
    SlaProfile,
)
from policies.view import View, view_of
from policies.vocabulary import Disposition, Flag, Priority, Visibility

Holds = Callable[[AllOf, View], bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What fired, before it is put together: also the ground of explanations."""

    flag_rules: tuple[Rule[FlagRuleModel], ...]
    winner: DispositionRuleModel | OutcomeModel
    modifiers: tuple[Rule[ModifierModel], ...]
    view: View
    """With flags and disposition, as the modifiers saw it."""


def evaluate(facts: Facts, policy: Policy) -> Decision:
    """Decide what must happen to a message. Never raises on valid facts."""
    return _decision(judge(facts, policy), facts, policy)


def evaluate_in_doubt(facts: Facts, policy: Policy) -> Decision:
    """Decide where deciding itself erred: a rule whose condition errs does not fire, the others do.

    Args:
        facts: with the step that failed, so that a person gets the case; what cannot wait still decides.
    """
    return _decision(judge(facts, policy, holds=_holds_without_error), facts, policy)


def _decision(verdict: Verdict, facts: Facts, policy: Policy) -> Decision:
    winner = verdict.winner
    silent = winner.disposition is Disposition.NO_REPLY
    flags = _raised(verdict, facts)
    modifiers = [rule.model for rule in verdict.modifiers]
    return Decision(
        disposition=winner.disposition,
        flags=flags,
        priority=_most_urgent([winner.priority, *(rule.priority for rule in modifiers if rule.priority)]),
        queue=_first_listed([winner.queue, *(rule.queue for rule in modifiers if rule.queue)], policy),
        strategy=winner.strategy,
        reply_tier=winner.reply_tier,
        audiences=() if silent else _audiences(facts, winner, modifiers),
        sla=_clocks(winner, modifiers, policy),
        referral=None
        if winner.referral is None
        else policy.referral(
            winner.referral,
            topic=facts.referral_topic,
            flags=frozenset(flag.code.value for flag in flags),
            country=facts.country,
        ),
        rules=tuple(_fired(verdict)),
        reasons=_reasons(verdict),
        draft_constraints=frozenset() if silent else _constraints(winner, modifiers),
        policy=policy.version,
        settings=policy.settings,
    )


def judge(facts: Facts, policy: Policy, *, holds: Holds = AllOf.holds) -> Verdict:
    """Run the three stages: flags, then one disposition, then modifiers."""
    view = view_of(facts, policy.settings)
    flag_rules = tuple(rule for rule in policy.flag_rules if holds(rule.condition, view))
    view = view.with_flags(frozenset(flag.value for rule in flag_rules for flag in rule.model.flags))
    winner = _winner(facts, policy, view, holds)
    view = view.with_flags(_standing(view.members("flags"), winner))
    view = view.with_disposition(winner.disposition.value)
    modifiers = tuple(rule for rule in policy.modifiers if holds(rule.condition, view))
    return Verdict(flag_rules, winner, modifiers, view)


def _standing(raised: frozenset[str], winner: Handling) -> frozenset[str]:
    """Flags once the deciding rule has added its own and lifted what it supersedes."""
    return (raised | {flag.value for flag in winner.flags}) - {flag.value for flag in winner.lift_flags}


def _holds_without_error(condition: AllOf, view: View) -> bool:
    try:
        return condition.holds(view)
    except Exception:
        return False


def _winner(facts: Facts, policy: Policy, view: View, holds: Holds) -> DispositionRuleModel | OutcomeModel:
    """The first disposition rule that matches; after a failed step only what cannot wait may decide."""
    failed = bool(facts.failed_steps)
    for rule in policy.disposition_rules:
        if (rule.model.even_on_failure or not failed) and holds(rule.condition, view):
            return rule.model
    return policy.on_failure if failed else policy.fallback


def _raised(verdict: Verdict, facts: Facts) -> tuple[RaisedFlag, ...]:
    """One entry a flag, in the order of the vocabulary, with the first rule that raised it.

    The score is the signal's of the same name; a flag that follows from a rule alone has 1.
    """
    raised: dict[Flag, RaisedFlag] = {}
    raisers = [*(rule.model for rule in verdict.flag_rules), verdict.winner]
    for model in raisers:
        for flag in model.flags:
            score = facts.signals.get(flag.value, 1.0)
            raised.setdefault(flag, RaisedFlag(flag, score, model.reason, model.id))
    standing = verdict.view.members("flags")
    return tuple(raised[flag] for flag in Flag if flag in raised and flag.value in standing)


def _fired(verdict: Verdict) -> Iterable[str]:
    yield from (rule.id for rule in verdict.flag_rules)
    yield verdict.winner.id
    yield from (rule.id for rule in verdict.modifiers)


def _reasons(verdict: Verdict) -> tuple[str, ...]:
    """The deciding rule's reason first, then those of flags and modifiers; each once."""
    reasons = [verdict.winner.reason, *(rule.model.reason for rule in verdict.flag_rules)]
    reasons += [rule.model.reason for rule in verdict.modifiers if rule.model.reason]
    return tuple(dict.fromkeys(reasons))


def _most_urgent(priorities: Sequence[Priority]) -> Priority:
    return min(priorities, key=lambda priority: priority.value)


def _first_listed(queues: Sequence[str], policy: Policy) -> str:
    order = list(policy.model.queues)
    return min(queues, key=order.index)


def _audiences(facts: Facts, winner: Handling, modifiers: Sequence[ModifierModel]) -> tuple[Visibility, ...]:
    """The visibility the message came with (M12); a public one gets a private draft too where one is owed."""
    owed = winner.private_followup or any(rule.private_followup for rule in modifiers)
    if facts.visibility is Visibility.PUBLIC and owed:
        return (Visibility.PUBLIC, Visibility.PRIVATE)
    return (facts.visibility,)


def _constraints(winner: Handling, modifiers: Sequence[ModifierModel]) -> frozenset[str]:
    asked = set(winner.constraints).union(*(rule.constraints for rule in modifiers))
    return frozenset(asked.difference(*(rule.lift_constraints for rule in modifiers)))


def _clocks(winner: Handling, modifiers: Sequence[ModifierModel], policy: Policy) -> SlaTargets:
    """The rule's own profile, each clock cut to the earliest ceiling (M2)."""
    names = [winner.sla, *(rule.sla for rule in modifiers if rule.sla)]
    profiles = [policy.model.sla_profiles[name] for name in names]
    acknowledge = _earliest(profile.acknowledge_minutes for profile in profiles)
    answer = _earliest(profile.answer_minutes for profile in profiles)
    one_clock = any(rule.one_clock for rule in modifiers)
    return SlaTargets(
        acknowledge_minutes=answer if one_clock else min(acknowledge, answer),
        answer_minutes=answer,
        resolve_working_days=_earliest(profile.resolve_working_days for profile in profiles),
        ignores_business_hours=_any_ignores_hours(profiles),
    )


def _earliest(limits: Iterable[int | None]) -> int:
    return min(limit for limit in limits if limit is not None)


def _any_ignores_hours(profiles: Sequence[SlaProfile]) -> bool:
    return any(profile.ignores_business_hours for profile in profiles)
