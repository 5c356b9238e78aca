"""The policies of the repository meet their cases, use the models' codes, and keep to the written invariants."""

import pytest
import yaml

from models.vocabulary import Emotion, Handling, Intent, Language, Relevance, SignalCode
from policies.cases import bound_to, load_cases, run_cases
from policies.engine import evaluate
from policies.gaps import gaps
from tests.policies.builders import POLICIES, RULES, facts, rule_models, shipped

NAMES = sorted(path.stem for path in RULES.glob("*.yaml") if not path.name.endswith(".cases.yaml"))


def every_id(name: str) -> set[str]:
    """Ids of all rules, also those of other days."""
    policy = shipped(name)
    return {rule.id for rule in policy.every} | {policy.on_failure.id, policy.fallback.id}


def test_the_health_policy_is_there() -> None:
    assert "health" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_case_is_met(name: str) -> None:
    assert [str(failure) for failure in run_cases(shipped(name), RULES / f"{name}.cases.yaml")] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_fires_in_some_case(name: str) -> None:
    policy, fired = shipped(name), set[str]()
    for case in load_cases(RULES / f"{name}.cases.yaml").cases:
        fired |= set(evaluate(case.facts.facts(), bound_to(policy, case)).rules)
    assert every_id(name) - fired == set()


def test_the_health_policy_has_enough_cases_with_unique_ids() -> None:
    ids = [case.id for case in load_cases(RULES / "health.cases.yaml").cases]
    assert len(ids) >= 120
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", NAMES)
def test_cases_name_known_rules_and_constraints(name: str) -> None:
    policy, known = shipped(name), every_id(name)
    for case in load_cases(RULES / f"{name}.cases.yaml").cases:
        named = case.expect.rules | case.expect.not_rules
        if case.expect.decided_by:
            named |= {case.expect.decided_by}
        assert named <= known, case.id
        assert case.expect.constraints | case.expect.not_constraints <= set(policy.model.constraints), case.id


@pytest.mark.parametrize("name", NAMES)
def test_cases_are_written_with_declared_codes(name: str) -> None:
    vocabulary = shipped(name).model.vocabulary
    for case in load_cases(RULES / f"{name}.cases.yaml").cases:
        facts = case.facts
        assert set(facts.intents) <= set(vocabulary.intents), case.id
        assert set(facts.signals) <= set(vocabulary.signals), case.id
        assert set(facts.handling) <= set(vocabulary.handling), case.id
        assert facts.emotion in vocabulary.emotions, case.id
        assert facts.relevance in vocabulary.relevance, case.id
        assert facts.tags <= set(vocabulary.tags), case.id


@pytest.mark.parametrize("name", NAMES)
def test_the_declared_codes_are_those_of_the_models(name: str) -> None:
    vocabulary = shipped(name).model.vocabulary
    assert set(vocabulary.intents) == set(Intent)
    assert set(vocabulary.signals) == set(SignalCode)
    assert set(vocabulary.handling) == set(Handling)
    assert set(vocabulary.emotions) == set(Emotion)
    assert set(vocabulary.relevance) == set(Relevance)
    assert set(vocabulary.languages) == set(Language)


@pytest.mark.parametrize("name", NAMES)
def test_the_declared_entities_are_those_of_the_redactor(name: str) -> None:
    written = yaml.safe_load((POLICIES / "redaction.yaml").read_text(encoding="utf-8"))
    vocabulary = shipped(name).model.vocabulary
    assert set(vocabulary.personal_entities) | set(vocabulary.health_entities) == set(written["entities"])


@pytest.mark.parametrize("name", NAMES)
def test_every_referral_choice_has_a_declared_topic(name: str) -> None:
    model = shipped(name).model
    for referral in model.referrals.values():
        for choice in referral.choose:
            assert set(choice.topic or ()) <= set(model.vocabulary.referral_topics), choice


@pytest.mark.parametrize("name", NAMES)
def test_every_professional_can_be_chosen(name: str) -> None:
    model = shipped(name).model
    chosen = {choice.professional for referral in model.referrals.values() for choice in referral.choose}
    chosen |= {referral.otherwise for referral in model.referrals.values()}
    assert set(model.professionals) == chosen


@pytest.mark.parametrize("name", NAMES)
def test_every_professional_is_named_in_the_six_languages(name: str) -> None:
    for key, names in shipped(name).model.professionals.items():
        assert set(names) == set(Language), key


@pytest.mark.parametrize("name", NAMES)
def test_every_declared_constraint_queue_and_profile_is_used(name: str) -> None:
    model = shipped(name).model
    deciding = [*model.dispositions, model.on_failure, model.fallback]
    constraints = {name for rule in [*deciding, *model.modifiers] for name in rule.constraints}
    queues = {rule.queue for rule in [*deciding, *model.modifiers]}
    profiles = {rule.sla for rule in [*deciding, *model.modifiers]}
    assert set(model.constraints) - constraints == set()
    assert set(model.queues) - queues == set()
    assert set(model.sla_profiles) - profiles == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_names_a_practice(name: str) -> None:
    for model in rule_models(shipped(name)):
        assert model.practices, model.id


@pytest.mark.parametrize("name", NAMES)
def test_some_rule_answers_every_combination_of_facts(name: str) -> None:
    assert [str(gap) for gap in gaps(shipped(name))] == []


@pytest.mark.parametrize(
    ("changes", "decided"),
    [
        ({}, {"health": "draft", "bank": "draft", "retail": "draft"}),
        (
            {"intents": ("product_recommendation",)},
            {"health": "draft", "bank": "acknowledge", "retail": "draft"},
        ),
        (
            {"intents": ("product_quality",)},
            {"health": "quality", "bank": "accounts", "retail": "quality"},
        ),
        (
            {"intents": ("adverse_event",), "signals": {"adverse_event": 0.9}},
            {"health": "pharmacovigilance", "bank": "experts", "retail": "experts"},
        ),
        (
            {"personal_entities": frozenset({"CREDIT_CARD"}), "intents": ("billing_or_refund",)},
            {"health": "billing", "bank": "fraud", "retail": "orders"},
        ),
        ({"signals": {"self_harm": 0.9}}, dict.fromkeys(("health", "bank", "retail"), "urgent_referral")),
    ],
)
def test_the_same_facts_are_decided_by_the_policy_alone(
    changes: dict[str, object], decided: dict[str, str]
) -> None:
    for name, expected in decided.items():
        decision = evaluate(facts(**changes), shipped(name))
        assert expected in (decision.disposition, decision.queue), name
