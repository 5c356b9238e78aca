"""Loads policies and accounts from files, refusing whatever is broken, unreachable or contradictory."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from policies.account import Account, ConflictSettings
from policies.checker import problems
from policies.compiler import Codebook, CodeError, compile_condition
from policies.conditions import AllOf
from policies.errors import PolicyError
from policies.files import read_bytes, validated, yaml_of
from policies.policy import M, Policy, Rule, Rules, declared_settings
from policies.references import undeclared
from policies.safety_numbers import SafetyNumbers
from policies.schema import ConditionModel, OutcomeModel, PolicyModel, RuleModel


def load_policy(
    file: Path,
    *,
    safety_numbers: SafetyNumbers,
    settings: ConflictSettings | None = None,
    on: date | None = None,
) -> Policy:
    """Load a policy as it is on a day (today by default; ``Policy.in_force`` gives other days).

    Raises:
        PolicyError: names the file, the rule and the field.

    Everything is checked over all rules, also those of other days: unknown keys and codes, repeated ids,
    names that are not declared, rules that can never decide, and the invariants of the file.
    """
    content = read_bytes(file)
    model = validated(PolicyModel, yaml_of(file, content), file)
    _check_ids(file, model)
    for problem in undeclared(model):
        raise PolicyError(f"{file}: {problem}")
    policy = _compiled(
        file, model, content, safety_numbers, settings or ConflictSettings(), on or date.today()
    )
    for problem in problems(policy, lambda condition: _condition(file, model, "invariants", condition)):
        raise PolicyError(f"{file}: {problem}")
    return policy


def load_account(file: Path) -> Account:
    """Load an account. Raises PolicyError."""
    account = validated(Account, yaml_of(file, read_bytes(file)), file)
    for slot, values in account.slots.items():
        unknown = sorted(set(values) - set(account.languages))
        if unknown:
            raise PolicyError(
                f"{file}: slots > {slot}: languages not among the account's: {', '.join(unknown)}"
            )
    return account


def _compiled(
    file: Path,
    model: PolicyModel,
    content: bytes,
    numbers: SafetyNumbers,
    settings: ConflictSettings,
    day: date,
) -> Policy:
    return Policy(
        model=model,
        every=Rules(
            flags=_rules(file, model, "flags", model.flags),
            dispositions=_rules(file, model, "dispositions", model.dispositions),
            modifiers=_rules(file, model, "modifiers", model.modifiers),
        ),
        day=day,
        numbers=numbers,
        settings=declared_settings(settings),
        file_hash=hashlib.sha256(content).hexdigest(),
    )


def _rules(file: Path, model: PolicyModel, section: str, rules: Iterable[M]) -> tuple[Rule[M], ...]:
    return tuple(Rule(rule, _condition(file, model, f"{section} > {rule.id!r}", rule.when)) for rule in rules)


def _condition(file: Path, model: PolicyModel, where: str, condition: ConditionModel) -> AllOf:
    try:
        return compile_condition(Codebook.of(model.vocabulary, model.groups), condition)
    except CodeError as error:
        raise PolicyError(f"{file}: {where} > when > {error}") from None


def _check_ids(file: Path, model: PolicyModel) -> None:
    rules: list[RuleModel | OutcomeModel] = [*model.flags, *model.dispositions, *model.modifiers]
    rules += [model.on_failure, model.fallback]
    counts = Counter([rule.id for rule in rules] + [invariant.id for invariant in model.invariants])
    repeated = sorted(name for name, count in counts.items() if count > 1)
    if repeated:
        raise PolicyError(f"{file}: rule {repeated[0]!r}: id used {counts[repeated[0]]} times")
    codes = {
        code for field in ("intents", "signals", "emotions") for code in getattr(model.vocabulary, field)
    }
    clash = sorted(codes & set(model.groups))
    if clash:
        raise PolicyError(f"{file}: groups > {clash[0]}: is also a code")
