"""A policy ready to decide: rules with their conditions compiled, safety numbers and settings bound."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Generic, TypeVar

from policies.account import ConflictSettings
from policies.conditions import AllOf
from policies.decision import Referral
from policies.safety_numbers import SafetyNumbers
from policies.schema import (
    DispositionRuleModel,
    FlagRuleModel,
    ModifierModel,
    OutcomeModel,
    PolicyModel,
    ReferralKind,
    RuleModel,
)

M = TypeVar("M", bound=RuleModel)
M_co = TypeVar("M_co", bound=RuleModel, covariant=True)


def declared_settings(settings: ConflictSettings) -> dict[str, str]:
    """The declared settings X1 to X6 by field name, as text."""
    return {name: str(value) for name, value in settings.model_dump().items()}


@dataclass(frozen=True, slots=True)
class Rule(Generic[M_co]):
    """A rule as written, and its condition as a tree."""

    model: M_co
    condition: AllOf

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.model.id

    @property
    def dated(self) -> bool:
        """Whether the rule has a first or a last day."""
        return self.model.valid_from is not None or self.model.valid_until is not None

    def in_force(self, day: date) -> bool:
        """Whether the rule applies on a day; both ends included."""
        starts, ends = self.model.valid_from, self.model.valid_until
        return (starts is None or starts <= day) and (ends is None or day <= ends)


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule of a file, also those of other days."""

    flags: tuple[Rule[FlagRuleModel], ...]
    dispositions: tuple[Rule[DispositionRuleModel], ...]
    modifiers: tuple[Rule[ModifierModel], ...]

    def __iter__(self) -> Iterator[Rule[RuleModel]]:
        for rules in (self.flags, self.dispositions, self.modifiers):
            yield from rules


@dataclass(frozen=True)
class Policy:
    """The rules in force on a day. Made by ``policies.loader.load_policy``."""

    model: PolicyModel
    every: Rules
    day: date
    numbers: SafetyNumbers
    settings: Mapping[str, str]
    file_hash: str
    """SHA-256 of the policy file, in hex."""

    @cached_property
    def flag_rules(self) -> tuple[Rule[FlagRuleModel], ...]:
        """The flag rules in force."""
        return tuple(rule for rule in self.every.flags if rule.in_force(self.day))

    @cached_property
    def disposition_rules(self) -> tuple[Rule[DispositionRuleModel], ...]:
        """The disposition rules in force, in order."""
        return tuple(rule for rule in self.every.dispositions if rule.in_force(self.day))

    @cached_property
    def modifiers(self) -> tuple[Rule[ModifierModel], ...]:
        """The modifiers in force."""
        return tuple(rule for rule in self.every.modifiers if rule.in_force(self.day))

    @cached_property
    def version(self) -> str:
        """``name@version-hash``: the first 12 hex digits over policy file, safety numbers and settings.

        It changes whenever anything that decides changes, also when a dated rule comes into force or ends.
        """
        parts = [self.file_hash, self.numbers.content_hash, json.dumps(dict(self.settings), sort_keys=True)]
        parts += [rule.id for rule in self.every if not rule.in_force(self.day)]
        content = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
        return f"{self.model.policy}@{self.model.version}-{content}"

    def with_settings(self, settings: ConflictSettings) -> "Policy":
        """The same policy under other declared settings."""
        return replace(self, settings=declared_settings(settings))

    @property
    def on_failure(self) -> OutcomeModel:
        """What decides when an earlier step failed."""
        return self.model.on_failure

    @property
    def fallback(self) -> OutcomeModel:
        """What decides when no disposition rule matched."""
        return self.model.fallback

    def in_force(self, day: date) -> "Policy":
        """The same policy on a day; itself where no rule comes or goes in between."""
        dated = any(rule.in_force(day) != rule.in_force(self.day) for rule in self.every if rule.dated)
        return replace(self, day=day) if dated else self

    def days_of_change(self) -> tuple[date, ...]:
        """The days on which a rule comes into force, or is no longer."""
        starts = {rule.model.valid_from for rule in self.every}
        ends = {rule.model.valid_until for rule in self.every}
        after = {day + timedelta(days=1) for day in ends if day is not None and day < date.max}
        return tuple(sorted(after.union(day for day in starts if day is not None)))

    def professional(self, key: str, language: str | None) -> str:
        """A professional's name in a language, or in Spanish."""
        names = self.model.professionals[key]
        return names.get(language or "es") or names["es"]

    def referral(
        self, kind: ReferralKind, *, topic: str | None, flags: frozenset[str], country: str
    ) -> Referral:
        """To whom a case is referred: the first choice whose topic or flag fits (M39, M40).

        The contact is a safety number of the country, verified, or its general emergency number; None when
        the kind has no number or the country is not known.
        """
        model = self.model.referrals[kind]
        chosen = next(
            (
                choice.professional
                for choice in model.choose
                if (choice.topic is None or topic in choice.topic)
                and (choice.flag is None or not flags.isdisjoint(choice.flag))
            ),
            model.otherwise,
        )
        contact = self.numbers.contact(country, model.number) if model.number else None
        return Referral(kind, self.professional(chosen, "es"), model.reason, contact)
