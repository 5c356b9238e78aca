"""An explanation says what fired, what nearly did, and what was missing."""

import re
from pathlib import Path

import pytest

from policies.explain import explain
from policies.view import View
from policies.wording import missed, said
from tests.policies.builders import facts, load, shipped, small_policy


def test_the_deciding_rule_is_marked() -> None:
    found = explain(facts(intents=("complaint",), emotion="angry"), shipped())
    assert [fired.rule for fired in found.fired if fired.decided] == ["hurt-complaint-acknowledge"]
    assert {fired.rule for fired in found.fired} == set(found.decision.rules)
    assert all(fired.title and fired.practices for fired in found.fired)


def test_a_rule_that_lacked_one_condition_says_which() -> None:
    found = explain(
        facts(intents=("off_topic",), relevance="ignore", handling={"no_reply": 0.5, "draft": 0.4}), shipped()
    )
    missing = {nearly.rule: nearly.missing for nearly in found.nearly}
    assert missing["spam-or-troll-no-reply"] == (
        "el parecido con lo que acabó en «no_reply» es 0.5 y se pide desde 0.8"
    )
    assert "mere-mention-monitor" not in missing, "it lacks two conditions"
    sure = explain(
        facts(intents=("off_topic",), relevance="ignore", handling={"no_reply": 0.9, "draft": 0.1}), shipped()
    )
    assert {nearly.rule: nearly.missing for nearly in sure.nearly}["mere-mention-monitor"] == (
        "la relevancia es «ignore» y se pide «monitor»"
    )


def test_a_rule_that_lacked_two_is_not_near() -> None:
    found = explain(facts(intents=("off_topic",), relevance="answer", handling={"no_reply": 0.1}), shipped())
    assert "spam-or-troll-no-reply" not in {nearly.rule for nearly in found.nearly}


def test_a_later_rule_that_matched_names_the_one_that_decided(tmp_path: Path) -> None:
    found = explain(facts(intents=("question",), signals={"emergency": 1.0}), load(small_policy(), tmp_path))
    taken = {nearly.rule: nearly.taken_by for nearly in found.nearly if nearly.taken_by}
    assert taken == {"question-rule": "emergency-rule"}


def test_nothing_in_an_explanation_is_left_without_words(tmp_path: Path) -> None:
    found = explain(facts(intents=("question",)), load(small_policy(), tmp_path))
    assert all(nearly.missing or nearly.taken_by for nearly in found.nearly)


def test_a_rule_is_told_with_what_it_asks_for() -> None:
    found = explain(facts(intents=("complaint",), emotion="angry"), shipped())
    decided = next(fired for fired in found.fired if fired.decided)
    assert decided.when == (
        "las intenciones incluyen «complaint»; una de estas: la emoción es «angry» o «sad» | "
        "la intención principal es «abuse» o «off_topic»"
    )


def test_the_fallback_is_told_as_deciding() -> None:
    found = explain(facts(intents=()), shipped())
    assert [(fired.rule, fired.when) for fired in found.fired if fired.decided] == [("no-rule-review", "")]


@pytest.mark.parametrize("name", ["health", "bank", "retail"])
def test_no_rule_is_told_with_names_of_the_program(name: str) -> None:
    every, nothing = shipped(name).every, View({}, {}, {})
    told = [said(rule.condition) for rule in every] + [
        missed(part, nothing) for rule in every for part in rule.condition.parts if not part.holds(nothing)
    ]
    codes = re.compile("«[^»]*»|ajuste x[1-6]_[a-z0-9_]+")
    assert not [words for words in told if not words or "_" in codes.sub("", words)]
