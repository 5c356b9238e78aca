"""Turns conditions as written into trees, with every code checked against the closed sets of its file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from policies.account import ConflictSettings
from policies.conditions import (
    AllOf,
    AnyOf,
    Avoids,
    Condition,
    Meets,
    NoneOf,
    OneOf,
    Within,
    negated,
)
from policies.schema import ConditionModel, Count, VocabularyModel
from policies.view import NONE, truth
from policies.vocabulary import Channel, Disposition, Flag, Visibility

BOOLEANS = (
    "understanding_abstained",
    "evidence_abstained",
    "personal_data",
    "health_data_found",
    "serious_hint",
)


class CodeError(ValueError):
    """A condition names a code that its file does not declare. Carries field and code."""


@dataclass(frozen=True, slots=True)
class Codebook:
    """Closed sets by field name, and groups that stand for several codes."""

    known: Mapping[str, frozenset[str]]
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, vocabulary: VocabularyModel, groups: Mapping[str, Iterable[str]]) -> "Codebook":
        """The codes of a policy file; fields without an entry are open (countries)."""
        intents, signals = frozenset(vocabulary.intents), frozenset(vocabulary.signals)
        known = {
            "main_intent": intents,
            "intent": intents,
            "only_intents": intents,
            "signal": signals,
            "handling": frozenset(vocabulary.handling),
            "emotion": frozenset(vocabulary.emotions),
            "relevance": frozenset(vocabulary.relevance),
            "language": frozenset(vocabulary.languages),
            "channel": frozenset(Channel),
            "visibility": frozenset(Visibility),
            "flag": frozenset(Flag),
            "disposition": frozenset(Disposition),
            "tag": frozenset(vocabulary.tags),
            "top_answer_tag": frozenset(vocabulary.answer_tags),
            "referral_topic": frozenset(vocabulary.referral_topics),
            "personal_entities": frozenset(vocabulary.personal_entities),
            "health_entities": frozenset(vocabulary.health_entities),
            "tier": frozenset(vocabulary.tiers),
        }
        return cls(known, {name: frozenset(members) for name, members in groups.items()})

    def expand(self, field_name: str, codes: Iterable[str]) -> frozenset[str]:
        """Codes with groups replaced by their members. Raises CodeError for one not declared."""
        found: set[str] = set()
        for code in codes:
            found |= self.groups.get(code, frozenset((code,)))
        known = self.known.get(field_name)
        unknown = sorted(found - known) if known is not None else []
        if unknown:
            raise CodeError(f"{field_name}: unknown code {', '.join(map(repr, unknown))}")
        return frozenset(found)


Compiled = Callable[[Codebook, ConditionModel], list[Condition]]


def compile_condition(book: Codebook, model: ConditionModel) -> AllOf:
    """The tree of a condition, one part for each key. Raises CodeError."""
    parts: list[Condition] = []
    for compiled in (_single_values, _sets, _truths, _numbers, _settings, _nested):
        parts += compiled(book, model)
    return AllOf(tuple(parts))


def _single_values(book: Codebook, model: ConditionModel) -> list[Condition]:
    written = {
        "main_intent": model.main_intent,
        "emotion": model.emotion,
        "relevance": model.relevance,
        "channel": model.channel,
        "visibility": model.visibility,
        "language": model.language,
        "country": model.country,
        "referral_topic": model.referral_topic,
        "tier": model.tier,
        "disposition": model.disposition,
    }
    parts: list[Condition] = [
        OneOf(name, book.expand(name, codes)) for name, codes in written.items() if codes is not None
    ]
    if model.handling_top is not None:
        parts.append(OneOf("handling_top", book.expand("handling", model.handling_top)))
    if model.language_known is not None:
        unknown = frozenset((NONE,))
        parts.append(NoneOf("language", unknown) if model.language_known else OneOf("language", unknown))
    return parts


def _sets(book: Codebook, model: ConditionModel) -> list[Condition]:
    written = {
        "intent": ("intents", model.intent),
        "signal": ("signals", model.signal),
        "flag": ("flags", model.flag),
        "tag": ("tags", model.tag),
        "top_answer_tag": ("top_answer_tags", model.top_answer_tag),
        "personal_entities": ("personal_entities", model.personal_entities),
        "health_entities": ("health_entities", model.health_entities),
    }
    parts: list[Condition] = [
        Meets(name, book.expand(key, codes)) for key, (name, codes) in written.items() if codes is not None
    ]
    if model.only_intents is not None:
        allowed = book.expand("only_intents", model.only_intents)
        parts.append(Avoids("intents", book.known["intent"] - allowed))
    return parts


def _truths(_: Codebook, model: ConditionModel) -> list[Condition]:
    return [
        OneOf(name, frozenset((truth(value),)))
        for name in BOOLEANS
        if (value := getattr(model, name)) is not None
    ]


def _numbers(book: Codebook, model: ConditionModel) -> list[Condition]:
    parts: list[Condition] = []
    for name, least in (model.signal_at_least or {}).items():
        book.expand("signal", (name,))
        parts.append(Within(f"signal.{name}", low=least))
    for name, least in (model.handling_at_least or {}).items():
        book.expand("handling", (name,))
        parts.append(Within(f"handling.{name}", low=least))
    for name, limit in (model.handling_below or {}).items():
        book.expand("handling", (name,))
        parts.append(Within(f"handling.{name}", high=limit))
    parts += _count("customer_turns", model.customer_turns) + _count("agent_turns", model.agent_turns)
    return parts


def _count(name: str, count: Count | None) -> list[Condition]:
    if count is None:
        return []
    low = float("-inf") if count.at_least is None else float(count.at_least)
    # Turns are whole numbers and the upper end is open.
    high = float("inf") if count.at_most is None else float(count.at_most + 1)
    return [Within(name, low, high)]


def _settings(_: Codebook, model: ConditionModel) -> list[Condition]:
    parts: list[Condition] = []
    for name, values in (model.setting or {}).items():
        known = setting_values(name)
        unknown = sorted(set(values) - known)
        if unknown:
            raise CodeError(f"setting > {name}: unknown value {unknown[0]!r}")
        parts.append(OneOf(f"setting.{name}", frozenset(values)))
    return parts


def setting_values(name: str) -> frozenset[str]:
    """What a declared setting may be, as text."""
    return frozenset(str(value) for value in get_args(ConflictSettings.model_fields[name].annotation))


def _nested(book: Codebook, model: ConditionModel) -> list[Condition]:
    parts: list[Condition] = [compile_condition(book, part) for part in model.all or ()]
    if model.any is not None:
        parts.append(AnyOf(tuple(compile_condition(book, part) for part in model.any)))
    if model.not_ is not None:
        parts.append(negated(compile_condition(book, model.not_)))
    return parts
