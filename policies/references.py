"""Finds names that a policy file uses and does not declare, and conditions on what is not known yet."""

from collections.abc import Iterable, Iterator

from policies.schema import ConditionModel, Handling, ModifierModel, PolicyModel


def undeclared(model: PolicyModel) -> Iterator[str]:
    """Everything named but not declared, each in one line with section, rule and field."""
    for deciding in model.dispositions:
        yield from _of_handling(model, f"dispositions > {deciding.id!r}", deciding)
        yield from _too_early(f"dispositions > {deciding.id!r}", deciding.when, {"disposition"})
    for outcome in (model.on_failure, model.fallback):
        yield from _of_handling(model, repr(outcome.id), outcome)
    for modifier in model.modifiers:
        yield from _of_modifier(model, f"modifiers > {modifier.id!r}", modifier)
    for flag_rule in model.flags:
        yield from _too_early(f"flags > {flag_rule.id!r}", flag_rule.when, {"flag", "disposition"})
    yield from _of_tables(model)


def _of_handling(model: PolicyModel, where: str, rule: Handling) -> Iterator[str]:
    yield from _missing(where, "queue", (rule.queue,), model.queues)
    yield from _missing(where, "sla", (rule.sla,), model.sla_profiles)
    profile = model.sla_profiles.get(rule.sla)
    if profile is not None and not profile.complete:
        yield f"{where} > sla: profile {rule.sla!r} does not set the three clocks"
    if rule.referral is not None:
        yield from _missing(where, "referral", (rule.referral,), model.referrals)
    yield from _missing(where, "constraints", rule.constraints, model.constraints)


def _of_modifier(model: PolicyModel, where: str, rule: ModifierModel) -> Iterator[str]:
    if rule.queue is not None:
        yield from _missing(where, "queue", (rule.queue,), model.queues)
    if rule.sla is not None:
        yield from _missing(where, "sla", (rule.sla,), model.sla_profiles)
    yield from _missing(where, "constraints", (*rule.constraints, *rule.lift_constraints), model.constraints)


def _of_tables(model: PolicyModel) -> Iterator[str]:
    for pair in model.opposed_constraints:
        yield from _missing("opposed_constraints", "constraint", pair, model.constraints)
    for kind, referral in model.referrals.items():
        named = (referral.otherwise, *(choice.professional for choice in referral.choose))
        yield from _missing(f"referrals > {kind}", "professional", named, model.professionals)
        topics = [topic for choice in referral.choose for topic in choice.topic or ()]
        yield from _missing(f"referrals > {kind}", "topic", topics, model.vocabulary.referral_topics)
    for name, names in model.professionals.items():
        if "es" not in names:
            yield f"professionals > {name}: needs its name in es"


def _missing(where: str, field: str, used: Iterable[str], declared: Iterable[str]) -> Iterator[str]:
    known = set(declared)
    for name in used:
        if name not in known:
            yield f"{where} > {field}: {name!r} is not declared"


def _too_early(where: str, when: ConditionModel, later: set[str]) -> Iterator[str]:
    for key in sorted(later & set(_keys(when))):
        yield f"{where} > when > {key}: not known yet at this stage"


def _keys(condition: ConditionModel) -> Iterator[str]:
    """Every key used in a condition, nested ones too."""
    yield from condition.model_fields_set
    nested = [*(condition.all or ()), *(condition.any or ())]
    nested += [condition.not_] if condition.not_ else []
    for part in nested:
        yield from _keys(part)
