"""Small policies and facts for tests: valid by default, changed one piece at a time."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from policies.decision import Facts
from policies.loader import load_policy
from policies.policy import Policy
from policies.safety_numbers import SafetyNumbers
from policies.schema import OutcomeModel, RuleModel
from policies.vocabulary import Channel, Visibility

POLICIES = Path(__file__).parents[2] / "policies"
RULES = POLICIES / "rules"

_OUTCOME = {
    "title": "Nada más",
    "disposition": "acknowledge",
    "flags": ["expert_review"],
    "priority": "p3",
    "queue": "care",
    "strategy": "acknowledge_and_consult",
    "reply_tier": 3,
    "sla": "normal",
    "reason": "Lo lee una persona.",
}


def rule(rule_id: str, when: dict[str, Any], disposition: str = "acknowledge", **more: Any) -> dict[str, Any]:
    """A disposition rule as written."""
    return {
        "id": rule_id,
        "title": rule_id,
        "when": when,
        "disposition": disposition,
        "priority": "p3",
        "queue": "care",
        "strategy": "answer_now",
        "reply_tier": 2,
        "sla": "normal",
        "reason": f"Por {rule_id}.",
        **more,
    }


def small_policy() -> dict[str, Any]:
    """A valid policy as written, with one rule of each stage."""
    return copy.deepcopy(
        {
            "policy": "small",
            "version": 3,
            "title": "Pequeña",
            "vocabulary": {
                "intents": ["question", "complaint", "spam"],
                "signals": ["emergency", "minor"],
                "handling": ["draft", "no_reply"],
                "emotions": ["neutral", "angry"],
                "relevance": ["answer", "ignore"],
                "languages": ["es", "ca"],
                "tags": {"late": "tarde"},
            },
            "groups": {"asked": ["question", "complaint"]},
            "queues": {"urgent": "Urgencias", "care": "Atención"},
            "constraints": {"short": "Corto."},
            "sla_profiles": {
                "normal": {
                    "acknowledge_minutes": 30,
                    "answer_minutes": 300,
                    "resolve_working_days": 15,
                    "note": "De prueba.",
                },
                "ceiling": {"answer_minutes": 60, "note": "De prueba."},
            },
            "professionals": {"doctor": {"es": "médico", "en": "doctor"}},
            "referrals": {"emergency": {"reason": "Peligro", "number": "emergency", "otherwise": "doctor"}},
            "invariants": [
                {
                    "id": "danger-is-urgent",
                    "title": "Peligro",
                    "when": {"flag": ["emergency"]},
                    "never": ["draft", "acknowledge", "no_reply"],
                }
            ],
            "flags": [
                {
                    "id": "emergency-flag",
                    "title": "Peligro",
                    "when": {"signal": "emergency"},
                    "flags": ["emergency"],
                    "reason": "Hay peligro.",
                }
            ],
            "dispositions": [
                rule(
                    "emergency-rule",
                    {"flag": "emergency"},
                    "urgent_referral",
                    even_on_failure=True,
                    priority="p1",
                    referral="emergency",
                ),
                rule("complaint-rule", {"main_intent": "complaint"}),
                rule("question-rule", {"main_intent": "question", "evidence_abstained": False}, "draft"),
            ],
            "modifiers": [
                {
                    "id": "late-modifier",
                    "title": "Tarde",
                    "when": {"tag": "late"},
                    "priority": "p2",
                    "queue": "urgent",
                    "sla": "ceiling",
                    "constraints": ["short"],
                    "reason": "Llega tarde.",
                }
            ],
            "on_failure": {"id": "failure-rule", **_OUTCOME},
            "fallback": {"id": "fallback-rule", **_OUTCOME},
        }
    )


def load(written: dict[str, Any], folder: Path, **options: Any) -> Policy:
    """Load a policy given as written."""
    file = folder / "small.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_policy(file, safety_numbers=numbers(), **options)


def numbers() -> SafetyNumbers:
    """The safety numbers of the repository."""
    return SafetyNumbers.load(POLICIES / "safety_numbers.yaml")


def shipped(name: str = "health", **options: Any) -> Policy:
    """A policy of the repository."""
    return load_policy(RULES / f"{name}.yaml", safety_numbers=numbers(), **options)


def rule_models(policy: Policy) -> Iterator[RuleModel | OutcomeModel]:
    """Every rule in policy order: flags, dispositions, modifiers, then failure rule and fallback."""
    for rules in (policy.flag_rules, policy.disposition_rules, policy.modifiers):
        for compiled in rules:
            yield compiled.model
    yield policy.on_failure
    yield policy.fallback


def rule_ids(policy: Policy) -> tuple[str, ...]:
    """Ids of every rule, in policy order."""
    return tuple(model.id for model in rule_models(policy))


def facts(**changes: Any) -> Facts:
    """Ordinary facts: a public question in Spanish with an approved answer."""
    ordinary: dict[str, Any] = {
        "channel": Channel.INSTAGRAM,
        "visibility": Visibility.PUBLIC,
        "language": "es",
        "intents": ("product_information",),
        "emotion": "neutral",
        "relevance": "answer",
        "signals": {},
        "handling": {},
        "understanding_abstained": False,
        "evidence_abstained": False,
        "personal_entities": frozenset(),
        "health_entities": frozenset(),
        "customer_turns": 1,
        "agent_turns": 0,
    }
    return Facts(**{**ordinary, **changes})
