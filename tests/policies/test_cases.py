"""The case runner reports every difference, and refuses cases that say nothing it knows."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.cases import run_cases
from policies.errors import PolicyError
from tests.policies.builders import load, small_policy


def _cases(folder: Path, expect: dict[str, Any], facts: dict[str, Any] | None = None, **more: Any) -> Path:
    case = {"id": "one", "facts": {"intents": ["question"], **(facts or {})}, "expect": expect, **more}
    file = folder / "small.cases.yaml"
    file.write_text(yaml.safe_dump({"policy": "small", "cases": [case]}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ({"disposition": "acknowledge"}, "one: disposition: expected acknowledge, found draft"),
        ({"flags": ["emergency"]}, "one: flags: expected [emergency], found []"),
        ({"rules": ["complaint-rule"]}, "one: rules: expected [complaint-rule], found [question-rule]"),
        ({"not_rules": ["question-rule"]}, "one: not_rules: expected [question-rule], found [question-rule]"),
        ({"decided_by": "complaint-rule"}, "one: decided_by: expected complaint-rule, found question-rule"),
        ({"priority": "p1"}, "one: priority: expected p1, found p3"),
        ({"queue": "urgent"}, "one: queue: expected urgent, found care"),
        ({"audiences": ["private"]}, "one: audiences: expected [private], found [public]"),
        ({"constraints": ["short"]}, "one: constraints: expected [short], found []"),
        ({"referral": {"kind": "emergency"}}, "one: referral: expected emergency, found none"),
        ({"answer_minutes": 10}, "one: answer_minutes: expected 10, found 300"),
    ],
)
def test_a_difference_is_reported(expect: dict[str, Any], difference: str, tmp_path: Path) -> None:
    failures = run_cases(load(small_policy(), tmp_path), _cases(tmp_path, expect))
    assert [str(failure) for failure in failures] == [difference]


def test_a_wrong_contact_is_reported(tmp_path: Path) -> None:
    file = _cases(tmp_path, {"referral": {"contact": "911"}}, {"signals": {"emergency": 1.0}})
    failures = run_cases(load(small_policy(), tmp_path), file)
    assert [str(failure) for failure in failures] == ["one: referral.contact: expected 911, found 112"]
    file = _cases(tmp_path, {"no_referral": True}, {"signals": {"emergency": 1.0}})
    assert [failure.field for failure in run_cases(load(small_policy(), tmp_path), file)] == ["no_referral"]


def test_a_case_that_is_met_reports_nothing(tmp_path: Path) -> None:
    file = _cases(tmp_path, {"disposition": "draft", "flags": [], "decided_by": "question-rule"})
    assert run_cases(load(small_policy(), tmp_path), file) == []


@pytest.mark.parametrize(
    ("expect", "facts", "message"),
    [
        ({"disposition": "reply"}, {}, "cases > 'one' > expect > disposition"),
        ({"dispositon": "draft"}, {}, "cases > 'one' > expect > dispositon: unknown key"),
        ({}, {"followers": 9}, "cases > 'one' > facts > followers: unknown key"),
        ({}, {"signals": {"emergency": 2}}, "cases > 'one' > facts > signals > emergency"),
    ],
)
def test_a_broken_case_is_refused(
    expect: dict[str, Any], facts: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError) as caught:
        run_cases(load(small_policy(), tmp_path), _cases(tmp_path, expect, facts))
    assert message in str(caught.value)
