"""Proves what can be proved of a policy before it decides anything: every rule can fire, invariants hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product

from policies.account import ConflictSettings
from policies.compiler import setting_values
from policies.conditions import AllOf, OneOf
from policies.logic import Case, cases, merged
from policies.policy import Policy, Rule
from policies.schema import ConditionModel, DispositionRuleModel, Handling, Invariant, PolicyModel, RuleModel
from policies.view import FALSE, NONE, TRUE
from policies.vocabulary import Channel, Disposition, Visibility

Compile = Callable[[ConditionModel], AllOf]


def problems(policy: Policy, compile_condition: Compile) -> Iterator[str]:
    """Everything wrong with a policy's rules, each in one line that names the rule."""
    closed = closed_values(policy.model)
    sections: dict[str, Sequence[Rule[RuleModel]]] = {
        "flags": policy.every.flags,
        "dispositions": policy.every.dispositions,
        "modifiers": policy.every.modifiers,
    }
    for section, rules in sections.items():
        for rule in rules:
            if not cases(rule.condition, closed=closed):
                yield f"{section} > {rule.id!r} > when: can never hold: its conditions contradict each other"
    yield from _repeated(policy)
    yield from _shadowed(policy.every.dispositions, closed)
    yield from _impossible_modifiers(policy)
    yield from _opposed(policy, closed)
    for invariant in policy.model.invariants:
        yield from _broken(invariant, policy, compile_condition(invariant.when), closed)


def closed_values(model: PolicyModel) -> Mapping[str, frozenset[str]]:
    """The full sets of the single values that have one."""
    boolean = frozenset((TRUE, FALSE))
    vocabulary = model.vocabulary
    return {
        "main_intent": frozenset(vocabulary.intents),
        "emotion": frozenset(vocabulary.emotions),
        "relevance": frozenset(vocabulary.relevance),
        "language": frozenset((*vocabulary.languages, NONE)),
        "handling_top": frozenset((*vocabulary.handling, NONE)),
        "channel": frozenset(Channel),
        "visibility": frozenset(Visibility),
        "disposition": frozenset(Disposition),
        "understanding_abstained": boolean,
        "evidence_abstained": boolean,
        "personal_data": boolean,
        "health_data_found": boolean,
        "serious_hint": boolean,
        **{f"setting.{name}": setting_values(name) for name in ConflictSettings.model_fields},
    }


def _repeated(policy: Policy) -> Iterator[str]:
    seen: dict[tuple[object, ...], str] = {}
    for rule in policy.every.flags:
        key = (rule.condition, frozenset(rule.model.flags), rule.model.valid_from)
        if key in seen:
            yield f"flags > {rule.id!r}: says the same as {seen[key]!r}"
        seen[key] = rule.id


def _shadowed(
    rules: Sequence[Rule[DispositionRuleModel]], closed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    earlier: list[tuple[Rule[DispositionRuleModel], list[Case]]] = []
    for rule in rules:
        ways = cases(rule.condition, closed=closed)
        before = [pair for pair in earlier if _covers_dates(pair[0].model, rule.model)]
        culprits = _takers(rule, before, closed)
        if culprits:
            names = ", ".join(sorted(repr(name) for name in culprits))
            yield f"dispositions > {rule.id!r}: can never decide: {_why(rule, culprits, before, ways)} {names}"
        earlier.append((rule, ways))


def _why(
    rule: Rule[DispositionRuleModel],
    culprits: set[str],
    before: Sequence[tuple[Rule[DispositionRuleModel], list[Case]]],
    ways: Sequence[Case],
) -> str:
    """Whether a shadowed rule says otherwise of the very same cases, or only comes too late."""
    first = [pair for pair in before if pair[0].id in culprits]
    same = len(first) == 1 and all(any(way.implies(own) for own in ways) for way in first[0][1])
    if same and first[0][0].model.disposition is not rule.model.disposition:
        return "it contradicts the rule that decides the same cases,"
    return "every case is taken earlier by"


def _takers(
    rule: Rule[DispositionRuleModel],
    before: Sequence[tuple[Rule[DispositionRuleModel], list[Case]]],
    closed: Mapping[str, frozenset[str]],
) -> set[str]:
    """The earlier rules that together take every case of a rule; empty when some case is left.

    Several rules may share out the values of one more name (one rule for each emotion): each is tried.
    """
    whole = cases(rule.condition, closed=closed)
    fine = cases(rule.condition, closed=closed, split=True)
    used = {name for _, ways in before for way in ways for name in way.values if name in closed}
    divisions: list[Iterable[Case]] = [whole, fine]
    divisions += [_divided(fine, name, closed) for name in sorted(used)]
    return next((takers for ways in divisions if (takers := _all_takers(ways, before))), set())


def _divided(ways: Sequence[Case], name: str, closed: Mapping[str, frozenset[str]]) -> Iterator[Case]:
    """Each case once for every value of a name; lazily, since the first that is left settles it."""
    for way in ways:
        for value in sorted(closed[name]):
            part = merged([*way.literals(), OneOf(name, frozenset((value,)))], closed)
            if part is not None:
                yield part


def _all_takers(
    ways: Iterable[Case], before: Sequence[tuple[Rule[DispositionRuleModel], list[Case]]]
) -> set[str]:
    takers: set[str] = set()
    for way in ways:
        taker = _taken_by(way, before)
        if taker is None:
            return set()
        takers.add(taker)
    return takers


def _taken_by(way: Case, earlier: Sequence[tuple[Rule[DispositionRuleModel], list[Case]]]) -> str | None:
    for rule, ways in earlier:
        if any(way.implies(other) for other in ways):
            return rule.id
    return None


def _covers_dates(early: RuleModel, late: RuleModel) -> bool:
    """Whether the first rule is in force on every day on which the second is."""
    starts = (early.valid_from or date.min) <= (late.valid_from or date.min)
    return starts and (late.valid_until or date.max) <= (early.valid_until or date.max)


def _impossible_modifiers(policy: Policy) -> Iterator[str]:
    reached = {rule.model.disposition for rule in policy.every.dispositions}
    reached |= {policy.on_failure.disposition, policy.fallback.disposition}
    for rule in policy.every.modifiers:
        wanted = rule.model.when.disposition
        if wanted and not any(code in reached for code in wanted):
            yield f"modifiers > {rule.id!r} > when > disposition: no rule ever decides {', '.join(wanted)}"


def _opposed(policy: Policy, closed: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Rules that may fire together and ask of one draft what it cannot do."""
    asking = [*policy.every.dispositions, *policy.every.modifiers]
    for pair in policy.model.opposed_constraints:
        for one, other in product(asking, asking):
            asked = pair[0] in _asks(one.model) and pair[1] in _asks(other.model)
            if asked and _together(one, other, closed):
                yield f"rule {one.id!r}: asks for {pair[0]}, and {other.id!r} may ask for {pair[1]} with it"


def _asks(rule: RuleModel) -> tuple[str, ...]:
    constraints: tuple[str, ...] = getattr(rule, "constraints", ())
    return constraints


def _together(one: Rule[RuleModel], other: Rule[RuleModel], closed: Mapping[str, frozenset[str]]) -> bool:
    """Whether two rules may fire on one message: one disposition, and on one day."""
    days = [one.model, other.model]
    decides = [model for model in days if isinstance(model, DispositionRuleModel)]
    if one is not other and len(decides) == 2:
        return False
    chosen = [OneOf("disposition", frozenset((model.disposition,))) for model in decides[:1]]
    if max(day.valid_from or date.min for day in days) > min(day.valid_until or date.max for day in days):
        return False
    pairs = product(cases(one.condition, closed=closed), cases(other.condition, closed=closed))
    return any(merged([*a.literals(), *b.literals(), *chosen], closed) is not None for a, b in pairs)


def _broken(
    invariant: Invariant, policy: Policy, condition: AllOf, closed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """Rules that may decide what the invariant forbids, where no earlier rule takes the case first.

    Flags that the deciding rule itself raises count as raised.
    """
    forbidden = frozenset(invariant.never)
    bad = cases(condition, closed=closed, split=True)
    earlier: list[tuple[Rule[DispositionRuleModel], list[Case]]] = []
    for rule in policy.every.dispositions:
        ways = cases(rule.condition, closed=closed)
        if rule.model.disposition in forbidden:
            before = [pair for pair in earlier if _covers_dates(pair[0].model, rule.model)]
            if _may_decide(ways, bad, rule.model, before, closed):
                yield f"dispositions > {rule.id!r}: may break invariant {invariant.id!r}"
        earlier.append((rule, ways))
    always = [pair for pair in earlier if pair[0].model.valid_from is None]
    always = [pair for pair in always if pair[0].model.valid_until is None]
    urgent = [pair for pair in always if pair[0].model.even_on_failure]
    for outcome, before in ((policy.on_failure, urgent), (policy.fallback, always)):
        if outcome.disposition in forbidden and _may_decide([Case()], bad, outcome, before, closed):
            yield f"{outcome.id!r}: may break invariant {invariant.id!r}"


def _may_decide(
    ways: Sequence[Case],
    bad: Sequence[Case],
    decided: Handling,
    before: Sequence[tuple[Rule[DispositionRuleModel], list[Case]]],
    closed: Mapping[str, frozenset[str]],
) -> bool:
    for forbidden in bad:
        for way in ways:
            both = _joined(way, _without_raised(forbidden, decided), closed)
            if both is not None and _taken_by(both, before) is None:
                return True
    return False


def _without_raised(case: Case, decided: Handling) -> Case:
    """The case without demands on flags that the rule raises itself."""
    raised = frozenset(decided.flags)
    left = frozenset(
        members for members in case.meets.get("flags", frozenset()) if members.isdisjoint(raised)
    )
    meets = {name: wanted for name, wanted in case.meets.items() if name != "flags"}
    return Case(
        case.values, case.excluded, meets | ({"flags": left} if left else {}), case.avoids, case.ranges
    )


def _joined(first: Case, second: Case, closed: Mapping[str, frozenset[str]]) -> Case | None:
    return merged([*first.literals(), *second.literals()], closed)
