"""What the engine promises for any facts: it never raises, and danger, experts and silence follow their rules."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.vocabulary import Emotion, Handling, Intent, Relevance, SignalCode
from policies.account import ConflictSettings
from policies.decision import Facts
from policies.engine import evaluate
from policies.vocabulary import Channel, Disposition, Flag, Priority, Visibility
from tests.policies.builders import facts, load, rule, rule_ids, shipped, small_policy

SCORE = st.floats(min_value=0, max_value=1)
LEGITIMATE = {
    "complaint",
    "adverse_event",
    "medical_advice",
    "product_quality",
    "data_rights",
    "press_or_legal",
}


HEALTH = shipped("health")


def any_facts() -> st.SearchStrategy[Facts]:
    return st.builds(
        Facts,
        channel=st.sampled_from(Channel),
        visibility=st.sampled_from(Visibility),
        language=st.sampled_from(["es", "ca", "gl", "eu", "pt", "en", None]),
        intents=st.lists(st.sampled_from([*map(str, Intent)]), max_size=4, unique=True).map(tuple),
        emotion=st.sampled_from([*map(str, Emotion)]),
        relevance=st.sampled_from([*map(str, Relevance)]),
        signals=st.dictionaries(st.sampled_from([*map(str, SignalCode)]), SCORE, max_size=4),
        handling=st.dictionaries(st.sampled_from([*map(str, Handling)]), SCORE, max_size=5),
        understanding_abstained=st.booleans(),
        evidence_abstained=st.booleans(),
        personal_entities=st.frozensets(st.sampled_from(["PERSON", "ORDER_ID", "PHONE_NUMBER", "X_NEW"])),
        health_entities=st.frozensets(st.sampled_from(["SYMPTOM", "MEDICATION"])),
        customer_turns=st.integers(1, 5),
        agent_turns=st.integers(0, 5),
        country=st.sampled_from(["ES", "MX", "AR", "ZZ"]),
        referral_topic=st.sampled_from([None, "skin", "eyes", "never heard of"]),
        tags=st.frozensets(
            st.sampled_from(["swallowed", "wrong_intake", "press", "job", "open_case", "other"])
        ),
        tier=st.sampled_from([None, "contract", "gold"]),
        serious_hint=st.booleans(),
        top_answer_tags=st.frozensets(st.sampled_from(["pregnancy", "children", "use"])),
        failed_steps=st.sampled_from([(), (), (), ("retrieve",), ("understand", "retrieve")]),
    )


@given(any_facts())
@settings(max_examples=400)
def test_any_facts_give_a_whole_decision(given_facts: Facts) -> None:
    decision = evaluate(given_facts, HEALTH)
    silent = decision.disposition is Disposition.NO_REPLY
    assert silent == (decision.audiences == ())
    assert not (silent and (decision.draft_constraints or decision.referral))
    assert set(decision.rules) <= set(rule_ids(HEALTH))
    assert len(set(decision.rules)) == len(decision.rules)
    assert decision.reasons
    assert decision.queue in HEALTH.model.queues
    assert decision.draft_constraints <= set(HEALTH.model.constraints)
    assert len({flag.code for flag in decision.flags}) == len(decision.flags)
    assert all(0 <= flag.score <= 1 and flag.rule in decision.rules for flag in decision.flags)
    assert decision.sla.acknowledge_minutes <= decision.sla.answer_minutes
    if given_facts.visibility is Visibility.PRIVATE:
        assert Visibility.PUBLIC not in decision.audiences


@given(any_facts())
@settings(max_examples=400)
def test_danger_is_always_urgent(given_facts: Facts) -> None:
    decision = evaluate(given_facts, HEALTH)
    if given_facts.signals.keys() & {"emergency", "self_harm"}:
        assert decision.disposition is Disposition.URGENT_REFERRAL
        assert decision.priority is Priority.P1
        assert decision.has(Flag.EXPERT_REVIEW)
        assert "safety_first" in decision.draft_constraints
        assert "no_channel_shift" not in decision.draft_constraints
        assert not decision.has(Flag.IN_PERSON_REFERRAL)


@given(any_facts())
@settings(max_examples=400)
def test_experts_come_before_drafts(given_facts: Facts) -> None:
    decision = evaluate(given_facts, HEALTH)
    if decision.disposition is Disposition.DRAFT:
        assert not decision.has(Flag.EXPERT_REVIEW)
        assert not decision.has(Flag.ADVERSE_EVENT)
        assert not given_facts.understanding_abstained
        assert not given_facts.failed_steps
        assert given_facts.language is not None
        assert not given_facts.evidence_abstained or given_facts.intents[0] in {"praise", "suggestion"}


@given(any_facts())
@settings(max_examples=400)
def test_nobody_with_a_legitimate_need_is_ignored(given_facts: Facts) -> None:
    decision = evaluate(given_facts, HEALTH)
    if decision.disposition is Disposition.NO_REPLY:
        assert not LEGITIMATE & set(given_facts.intents)
        assert set(given_facts.intents) <= {"off_topic", "abuse"}
        assert given_facts.handling.get("no_reply", 0) >= 0.5
        assert given_facts.relevance != "answer"
        assert not given_facts.failed_steps


@given(any_facts())
@settings(max_examples=400)
def test_an_injection_changes_nothing_but_its_own_flag(given_facts: Facts) -> None:
    clean = {code: score for code, score in given_facts.signals.items() if code != "prompt_injection"}
    before = evaluate(replace(given_facts, signals=clean), HEALTH)
    after = evaluate(replace(given_facts, signals={**clean, "prompt_injection": 0.99}), HEALTH)
    assert (before.disposition, before.queue, before.priority) == (
        after.disposition,
        after.queue,
        after.priority,
    )
    assert (before.audiences, before.referral, before.sla) == (after.audiences, after.referral, after.sla)
    assert before.draft_constraints == after.draft_constraints
    assert set(after.rules) - set(before.rules) == {"injection-signalled"}


@given(any_facts(), st.sampled_from([None, "contract", "gold", "celebrity"]))
@settings(max_examples=200)
def test_the_contract_tier_changes_nothing_by_default(given_facts: Facts, tier: str | None) -> None:
    assert evaluate(replace(given_facts, tier=tier), HEALTH) == evaluate(
        replace(given_facts, tier=None), HEALTH
    )


def test_influence_is_not_among_the_facts() -> None:
    assert not {"followers", "verified", "handle", "name", "gender"} & set(Facts.__dataclass_fields__)


@given(any_facts())
@settings(max_examples=200)
def test_a_declared_tier_never_goes_over_a_health_risk(given_facts: Facts) -> None:
    declared = HEALTH.with_settings(ConflictSettings(x1_priority="contract_tier"))
    decision = evaluate(replace(given_facts, tier="contract"), declared)
    if "contract-tier" in decision.rules:
        assert not decision.has(Flag.EXPERT_REVIEW)
        assert not decision.has(Flag.HEALTH_DATA)
        assert decision.priority is Priority.P2


@given(any_facts())
@settings(max_examples=100)
def test_the_same_facts_give_the_same_decision(given_facts: Facts) -> None:
    assert evaluate(given_facts, HEALTH) == evaluate(given_facts, HEALTH)


def test_the_flag_has_the_signals_score_or_one() -> None:
    decision = evaluate(facts(signals={"emergency": 0.7}), HEALTH)
    scores = {flag.code: flag.score for flag in decision.flags}
    assert scores == {Flag.EMERGENCY: 0.7, Flag.EXPERT_REVIEW: 1.0}


def test_the_first_matching_rule_decides(tmp_path: Path) -> None:
    written = small_policy()
    written["dispositions"].insert(1, rule("angry-rule", {"emotion": "angry"}, queue="urgent"))
    decision = evaluate(facts(intents=("complaint",), emotion="angry"), load(written, tmp_path))
    assert decision.rules == ("angry-rule",)
    assert decision.queue == "urgent"


def test_modifiers_raise_priority_cut_clocks_and_pick_the_first_listed_queue(tmp_path: Path) -> None:
    decision = evaluate(
        facts(intents=("question",), tags=frozenset({"late"})), load(small_policy(), tmp_path)
    )
    assert decision.rules == ("question-rule", "late-modifier")
    assert (decision.priority, decision.queue) == (Priority.P2, "urgent")
    assert (decision.sla.acknowledge_minutes, decision.sla.answer_minutes) == (30, 60)
    assert decision.draft_constraints == {"short"}
    assert decision.reasons == ("Por question-rule.", "Llega tarde.")


def test_a_modifier_never_makes_a_case_less_urgent(tmp_path: Path) -> None:
    decision = evaluate(
        facts(intents=("question",), signals={"emergency": 1.0}, tags=frozenset({"late"})),
        load(small_policy(), tmp_path),
    )
    assert decision.priority is Priority.P1


def test_lifted_constraints_go_whoever_asked(tmp_path: Path) -> None:
    written = small_policy()
    written["modifiers"].append(
        {"id": "lifting", "title": "-", "when": {"emotion": "angry"}, "lift_constraints": ["short"]}
    )
    policy = load(written, tmp_path)
    late = facts(intents=("question",), tags=frozenset({"late"}))
    assert evaluate(late, policy).draft_constraints == {"short"}
    assert evaluate(replace(late, emotion="angry"), policy).draft_constraints == frozenset()


@pytest.mark.parametrize(
    ("changes", "deciding"),
    [
        ({"failed_steps": ("retrieve",), "intents": ("question",)}, "failure-rule"),
        ({"failed_steps": ("retrieve",), "signals": {"emergency": 1.0}}, "emergency-rule"),
        ({"intents": ("spam",)}, "fallback-rule"),
        ({"intents": ()}, "fallback-rule"),
        ({"intents": ("question",), "evidence_abstained": True}, "fallback-rule"),
        ({"intents": ("question",)}, "question-rule"),
    ],
)
def test_what_is_not_decided_goes_to_a_person(changes: dict, deciding: str, tmp_path: Path) -> None:
    decision = evaluate(facts(**changes), load(small_policy(), tmp_path))
    assert decision.rules[-1] == deciding
    assert decision.has(Flag.EXPERT_REVIEW) == deciding.startswith(("failure", "fallback"))


def test_the_version_changes_with_rules_settings_and_numbers(tmp_path: Path) -> None:
    written = small_policy()
    first = load(written, tmp_path)
    written["dispositions"][1]["priority"] = "p2"
    second = load(written, tmp_path)
    third = second.with_settings(ConflictSettings(x6_x_limit=140))
    versions = {first.version, second.version, third.version}
    assert len(versions) == 3
    assert all(
        version.startswith("small@3-") and len(version) == len("small@3-") + 12 for version in versions
    )
