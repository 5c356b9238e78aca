"""Rules that can never decide and rules that may break an invariant are found when the policy is loaded."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies.errors import PolicyError
from tests.policies.builders import load, rule, rule_ids, small_policy

AB = {"main_intent": "question"}


@pytest.mark.parametrize(
    ("earlier", "later", "culprits"),
    [
        ([{"main_intent": "question"}], {"main_intent": "question"}, "first"),
        ([{"main_intent": "asked"}], {"main_intent": "question", "emotion": "angry"}, "first"),
        ([{"intent": ["question", "spam"]}], {"main_intent": "spam"}, "first"),
        ([{"language_known": True}], {"language": "ca"}, "first"),
        ([{"emotion": "angry"}, {"emotion": "neutral"}], {"main_intent": "spam"}, "'first', 'second'"),
        ([{"intent": "question"}, {"intent": "spam"}], {"intent": ["question", "spam"]}, "'first', 'second'"),
        ([{"handling_at_least": {"draft": 0.3}}], {"handling_at_least": {"draft": 0.5}}, "first"),
        (
            [{"not": {"signal": "minor"}}],
            {"emotion": "angry", "not": {"signal": ["minor", "emergency"]}},
            "first",
        ),
        ([{"any": [{"tag": "late"}, {"emotion": "angry"}]}], {"tag": "late", "main_intent": "spam"}, "first"),
        ([{"agent_turns": {"at_least": 1}}], {"agent_turns": {"at_least": 2, "at_most": 3}}, "first"),
        ([{"signal": "minor"}], {"signal_at_least": {"minor": 0.5}}, "first"),
        ([{"setting": {"x6_x_limit": ["280", "140"]}}], {"emotion": "angry"}, "first"),
    ],
)
def test_a_shadowed_rule_is_found(
    earlier: list[dict[str, Any]], later: dict[str, Any], culprits: str, tmp_path: Path
) -> None:
    written = small_policy()
    names = ["first", "second"]
    written["dispositions"][1:] = [rule(names[i], when) for i, when in enumerate(earlier)] + [
        rule("late-one", later)
    ]
    with pytest.raises(PolicyError, match="dispositions > 'late-one': can never decide") as caught:
        load(written, tmp_path)
    assert culprits in str(caught.value)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"main_intent": "question", "emotion": "angry"}, {"main_intent": "question"}),
        ({"intent": "question"}, {"intent": ["question", "spam"]}),
        ({"main_intent": "question"}, {"intent": "question"}),
        ({"language": "es"}, {"language_known": True}),
        ({"handling_at_least": {"draft": 0.5}}, {"handling_at_least": {"draft": 0.3}}),
        ({"signal_at_least": {"minor": 0.5}}, {"signal": "minor"}),
        ({"not": {"signal": ["minor", "emergency"]}}, {"not": {"signal": "minor"}}),
        ({"agent_turns": {"at_most": 2}}, {"agent_turns": {"at_least": 1}}),
        ({"tag": "late", "emotion": "angry"}, {"any": [{"tag": "late"}, {"emotion": "angry"}]}),
    ],
)
def test_a_rule_that_can_still_decide_is_not_accused(
    earlier: dict[str, Any], later: dict[str, Any], tmp_path: Path
) -> None:
    written = small_policy()
    written["dispositions"][1:] = [rule("first", earlier), rule("late-one", later)]
    assert "late-one" in rule_ids(load(written, tmp_path))


@pytest.mark.parametrize(
    "when",
    [
        {"emotion": "angry", "not": {"emotion": "angry"}},
        {"main_intent": "question", "not": {"intent": "question"}},
        {"main_intent": "question", "only_intents": "spam"},
        {"handling_at_least": {"draft": 0.6}, "handling_below": {"draft": 0.4}},
        {"signal": "minor", "not": {"signal": ["minor", "emergency"]}},
        {"signal_at_least": {"minor": 0.2}, "not": {"signal": "minor"}},
        {"language_known": False, "language": "es"},
        {"not": {"any": [{"personal_data": True}, {"personal_data": False}]}},
        {"agent_turns": {"at_least": 3, "at_most": 2}},
    ],
)
def test_a_condition_that_contradicts_itself_is_found(when: dict[str, Any], tmp_path: Path) -> None:
    written = small_policy()
    written["modifiers"][0]["when"] = when
    with pytest.raises(PolicyError, match="modifiers > 'late-modifier' > when: can never hold"):
        load(written, tmp_path)


def test_a_modifier_for_a_disposition_that_nothing_decides_is_found(tmp_path: Path) -> None:
    written = small_policy()
    written["modifiers"][0]["when"] = {"disposition": "refer_in_person"}
    with pytest.raises(PolicyError, match="no rule ever decides refer_in_person"):
        load(written, tmp_path)


def test_two_flag_rules_that_say_the_same_are_found(tmp_path: Path) -> None:
    written = small_policy()
    written["flags"].append({**written["flags"][0], "id": "again"})
    with pytest.raises(PolicyError, match="flags > 'again': says the same as 'emergency-flag'"):
        load(written, tmp_path)


def test_a_rule_in_force_later_is_not_shadowed_by_one_that_ends(tmp_path: Path) -> None:
    written = small_policy()
    when = {"main_intent": "complaint"}
    written["dispositions"][1:2] = [
        rule("until-june", when, valid_until=date(2026, 6, 30)),
        rule("from-july", when, valid_from=date(2026, 7, 1)),
    ]
    assert "from-july" in rule_ids(load(written, tmp_path, on=date(2026, 7, 1)))


def _moved_down(written: dict[str, Any]) -> None:
    written["dispositions"].append(written["dispositions"].pop(0))


def _narrowed(written: dict[str, Any]) -> None:
    written["dispositions"][0]["when"]["emotion"] = "angry"


def _stopped_by_failure(written: dict[str, Any]) -> None:
    written["dispositions"][0]["even_on_failure"] = False


def _temporary(written: dict[str, Any]) -> None:
    written["dispositions"][0]["valid_until"] = date(2030, 1, 1)


@pytest.mark.parametrize("change", [_moved_down, _narrowed, _stopped_by_failure, _temporary])
def test_a_change_that_may_break_an_invariant_is_refused(change: Any, tmp_path: Path) -> None:
    written = small_policy()
    change(written)
    with pytest.raises(PolicyError, match="may break invariant 'danger-is-urgent'"):
        load(written, tmp_path)


def test_a_flag_that_the_deciding_rule_raises_counts(tmp_path: Path) -> None:
    written = small_policy()
    written["dispositions"][1]["flags"] = ["emergency"]
    with pytest.raises(PolicyError, match="'complaint-rule': may break invariant"):
        load(written, tmp_path)


def test_a_rule_that_contradicts_an_earlier_one_is_told_apart(tmp_path: Path) -> None:
    written = small_policy()
    written["dispositions"].append(rule("other-way", {"main_intent": "complaint"}, "no_reply"))
    with pytest.raises(
        PolicyError, match=r"'other-way': can never decide: it contradicts .*'complaint-rule'"
    ):
        load(written, tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "refused"),
    [
        ({"tag": "late"}, {"emotion": "angry"}, True),
        ({"disposition": "draft"}, {"disposition": "acknowledge"}, False),
        ({"setting": {"x6_x_limit": "140"}}, {"setting": {"x6_x_limit": "280"}}, False),
        ({"tag": "late"}, {"not": {"tag": "late"}}, False),
    ],
)
def test_rules_that_ask_for_opposites_are_refused(
    one: dict[str, Any], other: dict[str, Any], refused: bool, tmp_path: Path
) -> None:
    written = small_policy()
    written["constraints"]["long"] = "Largo."
    written["opposed_constraints"] = [["short", "long"]]
    asked = [{"id": f"asks-{name}", "title": name, "when": when, "constraints": [name], "reason": "Sí."}
             for name, when in (("short", one), ("long", other))]  # fmt: skip
    written["modifiers"] = asked
    if refused:
        with pytest.raises(
            PolicyError, match="'asks-short': asks for short, and 'asks-long' may ask for long"
        ):
            load(written, tmp_path)
    else:
        assert "asks-long" in rule_ids(load(written, tmp_path))


def test_rules_of_different_days_do_not_ask_for_opposites(tmp_path: Path) -> None:
    written = small_policy()
    written["constraints"]["long"] = "Largo."
    written["opposed_constraints"] = [["short", "long"]]
    rest = {"title": "x", "when": {"tag": "late"}, "reason": "Sí."}
    written["modifiers"] = [
        {"id": "before", "constraints": ["short"], "valid_until": date(2030, 1, 1), **rest},
        {"id": "after", "constraints": ["long"], "valid_from": date(2030, 1, 2), **rest},
    ]
    assert "before" in rule_ids(load(written, tmp_path, on=date(2030, 1, 1)))
