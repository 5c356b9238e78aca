"""Relevance and the risk of stepping in against their cases, and in line with the decisions of every profile."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from models.vocabulary import Emotion, Handling, Intent, Language, Relevance, SignalCode
from policies.cases import FactsModel
from policies.engine import evaluate
from policies.errors import PolicyError
from policies.relevance import POLICY_FILE, RelevancePolicy
from policies.vocabulary import Disposition, ReplyTier, Strategy
from tests.policies.builders import shipped

POLICY = RelevancePolicy.load()
FILE = yaml.safe_load(POLICY_FILE.read_text(encoding="utf-8"))
REASONS = {
    rule["id"]: rule["reason"]
    for group in (*FILE["relevance"].values(), *FILE["intervening"].values())
    for rule in group
}
CASES = yaml.safe_load(POLICY_FILE.with_name("relevance.cases.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_cases(case: dict[str, Any]) -> None:
    facts = FactsModel.model_validate(case["facts"]).facts()
    weighed = POLICY.weigh(facts, evaluate(facts, shipped()))
    given = {*weighed.reasons, *weighed.risk.reasons}
    assert weighed.relevance == case["relevance"]
    assert weighed.risk.level == case.get("risk", weighed.risk.level)
    assert {REASONS[name] for name in case["says"]} <= given
    assert given.isdisjoint(REASONS[name] for name in case.get("not", ()))


def test_every_message_gets_a_reason_and_a_risk() -> None:
    for intent in Intent:
        facts = FactsModel(intents=(intent.value,), visibility="private", channel="email").facts()
        weighed = POLICY.weigh(facts, evaluate(facts, shipped()))
        assert weighed.reasons, intent
        assert weighed.risk.reasons, intent


def test_the_codes_are_those_of_the_models() -> None:
    vocabulary = POLICY.vocabulary
    assert set(vocabulary.intents) == set(Intent)
    assert set(vocabulary.signals) == set(SignalCode)
    assert set(vocabulary.handling) == set(Handling)
    assert set(vocabulary.emotions) == set(Emotion)
    assert set(vocabulary.relevance) == set(Relevance)
    assert set(vocabulary.languages) == set(Language)


STRATEGIES = {
    Disposition.NO_REPLY: {Strategy.DO_NOT_ANSWER, Strategy.HOLD_AND_MONITOR},
    Disposition.DRAFT: {Strategy.ANSWER_NOW},
    # Held: a draft is ready, and a person decides whether it goes out.
    Disposition.ACKNOWLEDGE: {Strategy.ACKNOWLEDGE_AND_CONSULT, Strategy.HOLD_AND_MONITOR},
    Disposition.REFER_IN_PERSON: {Strategy.ANSWER_NOW},
    Disposition.URGENT_REFERRAL: {Strategy.ANSWER_NOW},
}


@pytest.mark.parametrize("profile", ["health", "bank", "retail"])
def test_strategy_and_tier_say_what_the_disposition_says(profile: str) -> None:
    model = shipped(profile).model
    decided = {rule.id: rule for rule in model.dispositions}
    for name, rule in {**decided, "on_failure": model.on_failure, "fallback": model.fallback}.items():
        assert rule.strategy in STRATEGIES[rule.disposition], name
        assert (rule.reply_tier is ReplyTier.NONE) == (rule.disposition is Disposition.NO_REPLY), name


def test_a_broken_file_names_rule_and_code(tmp_path: Path) -> None:
    broken = tmp_path / "relevance.yaml"
    text = POLICY_FILE.read_text(encoding="utf-8")
    broken.write_text(text.replace("when: {intent: data_rights}", "when: {intent: data}"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"relevance\.yaml: answer-rights: intent: unknown code 'data'"):
        RelevancePolicy.load(broken)
