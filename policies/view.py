"""Facts as the conditions of a policy see them: single values, sets and numbers, each under one name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from policies.decision import Facts

NONE = "none"
"""Stands for "there is none" among single values: no known language, no referral topic, no contract tier."""
TRUE, FALSE = "true", "false"


@dataclass(frozen=True, slots=True)
class View:
    """What a condition may ask for. A name that is absent is ``none``, the empty set or zero."""

    values: Mapping[str, str]
    sets: Mapping[str, frozenset[str]]
    numbers: Mapping[str, float]

    def value(self, name: str) -> str:
        """The single value under a name."""
        return self.values.get(name, NONE)

    def members(self, name: str) -> frozenset[str]:
        """The set under a name."""
        return self.sets.get(name, frozenset())

    def number(self, name: str) -> float:
        """The number under a name."""
        return self.numbers.get(name, 0.0)

    def with_flags(self, flags: frozenset[str]) -> "View":
        """The same view once the flag rules have run."""
        return replace(self, sets={**self.sets, "flags": flags})

    def with_disposition(self, disposition: str) -> "View":
        """The same view once a disposition is chosen."""
        return replace(self, values={**self.values, "disposition": disposition})


def truth(value: bool) -> str:
    """The name of a truth value among single values."""
    return TRUE if value else FALSE


def top_handling(facts: Facts) -> str:
    """The handling with the highest score, or ``none`` when two share it: a tie decides nothing."""
    if not facts.handling:
        return NONE
    best = max(facts.handling.values())
    leaders = [code for code, score in facts.handling.items() if score == best]
    return leaders[0] if len(leaders) == 1 else NONE


def view_of(facts: Facts, settings: Mapping[str, str]) -> View:
    """The view of facts under the declared settings, before any rule has run."""
    return View(values=_values(facts, settings), sets=_sets(facts), numbers=_numbers(facts))


def _values(facts: Facts, settings: Mapping[str, str]) -> dict[str, str]:
    return {
        "main_intent": str(facts.intents[0]) if facts.intents else NONE,
        "emotion": str(facts.emotion),
        "relevance": str(facts.relevance),
        "channel": facts.channel.value,
        "visibility": facts.visibility.value,
        "language": facts.language or NONE,
        "country": facts.country,
        "handling_top": top_handling(facts),
        "understanding_abstained": truth(facts.understanding_abstained),
        "evidence_abstained": truth(facts.evidence_abstained),
        "personal_data": truth(bool(facts.personal_entities)),
        "health_data_found": truth(bool(facts.health_entities)),
        "referral_topic": facts.referral_topic or NONE,
        "serious_hint": truth(facts.serious_hint),
        "tier": facts.tier or NONE,
        **{f"setting.{name}": value for name, value in settings.items()},
    }


def _sets(facts: Facts) -> dict[str, frozenset[str]]:
    return {
        "intents": frozenset(str(code) for code in facts.intents),
        "signals": frozenset(str(code) for code in facts.signals),
        "tags": facts.tags,
        "personal_entities": facts.personal_entities,
        "health_entities": facts.health_entities,
        "top_answer_tags": facts.top_answer_tags,
    }


def _numbers(facts: Facts) -> dict[str, float]:
    return {
        **{f"signal.{code}": score for code, score in facts.signals.items()},
        **{f"handling.{code}": score for code, score in facts.handling.items()},
        "customer_turns": float(facts.customer_turns),
        "agent_turns": float(facts.agent_turns),
    }
