"""Combinations of facts that no rule answers are found, and nothing else is told as one."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies.engine import evaluate
from policies.gaps import gaps
from tests.policies.builders import load, rule, small_policy

EVERYTHING = {"main_intent": ["question", "complaint", "spam"]}


def told(written: dict[str, Any], folder: Path) -> list[str]:
    return [str(gap) for gap in gaps(load(written, folder))]


def with_rules(*rules: dict[str, Any]) -> dict[str, Any]:
    """The small policy with its emergency rule and these."""
    written = small_policy()
    written["dispositions"][1:] = rules
    return written


@pytest.mark.parametrize(
    ("whens", "found"),
    [
        ([EVERYTHING], []),
        ([{"emotion": "angry"}, {"emotion": "neutral"}], []),
        ([{"not": {"intent": "spam"}}, {"intent": "spam"}], []),
        ([{"agent_turns": {"at_least": 1}}, {"agent_turns": {"at_most": 0}}], []),
        ([{"handling_at_least": {"draft": 0.5}}, {"handling_below": {"draft": 0.5}}], []),
        ([{"main_intent": ["question", "complaint"]}], ["intents: [spam]"]),
        ([EVERYTHING | {"evidence_abstained": False}], ["evidence_abstained: True"]),
        ([EVERYTHING | {"not": {"tag": "late"}}], ["tags: [late]"]),
        ([EVERYTHING | {"language_known": True}], ["language: null"]),
        ([{"intent": "question"}, {"intent": "complaint"}], ["intents: [spam]"]),
        ([EVERYTHING | {"handling_below": {"draft": 0.6}}], ["handling: {draft: 0.6}"]),
        ([EVERYTHING | {"agent_turns": {"at_most": 2}}], ["agent_turns: 3"]),
    ],
)
def test_what_no_rule_answers_is_told_with_facts(
    whens: list[dict[str, Any]], found: list[str], tmp_path: Path
) -> None:
    written = with_rules(*(rule(f"rule-{n}", when) for n, when in enumerate(whens)))
    lines = told(written, tmp_path)
    assert len(lines) == len(found), lines
    for line, piece in zip(lines, found, strict=True):
        assert piece in line
        assert "the fallback decides" in line


def test_a_flag_that_a_rule_always_raises_leaves_no_gap(tmp_path: Path) -> None:
    written = with_rules(rule("flagged", {"flag": "minor"}), rule("rest", {"not": {"signal": "minor"}}))
    written["flags"].append(
        {
            "id": "minor-flag",
            "title": "Menor",
            "when": {"signal": "minor"},
            "flags": ["minor"],
            "reason": "Menor.",
        }
    )
    assert told(written, tmp_path) == []


def test_a_flag_that_no_rule_raises_is_no_gap(tmp_path: Path) -> None:
    assert told(with_rules(rule("rest", {"not": {"flag": "pregnancy"}})), tmp_path) == []


def test_a_rule_that_ends_leaves_a_gap_from_the_day_after(tmp_path: Path) -> None:
    written = with_rules(rule("until-june", EVERYTHING, valid_until=date(2030, 6, 30)))
    assert {gap.day for gap in gaps(load(written, tmp_path, on=date(2030, 6, 1)))} == {date(2030, 7, 1)}


def test_a_gap_is_what_the_engine_leaves_to_the_fallback(tmp_path: Path) -> None:
    policy = load(small_policy(), tmp_path)
    found = list(gaps(policy))
    assert found
    assert {evaluate(gap.facts, policy).rules[0] for gap in found} == {"fallback-rule"}
