"""Broken policies and accounts are refused in one line that names file, rule and field."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.engine import evaluate
from policies.errors import PolicyError
from policies.loader import load_account, load_policy
from tests.policies.builders import POLICIES, facts, load, numbers, rule, rule_ids, small_policy

Written = dict[str, Any]


def _unknown_key(w: Written) -> None:
    w["dispositions"][1]["urgency"] = 1


def _unknown_condition_key(w: Written) -> None:
    w["dispositions"][1]["when"]["intnet"] = "question"


def _repeated_id(w: Written) -> None:
    w["modifiers"][0]["id"] = "complaint-rule"


def _unknown_intent(w: Written) -> None:
    w["dispositions"][1]["when"] = {"main_intent": ["question", "quesiton"]}


def _unknown_signal(w: Written) -> None:
    w["flags"][0]["when"] = {"signal_at_least": {"fire": 0.5}}


def _unknown_setting_value(w: Written) -> None:
    w["modifiers"][0]["when"] = {"setting": {"x1_priority": "vip"}}


def _unknown_setting(w: Written) -> None:
    w["modifiers"][0]["when"] = {"setting": {"x9": "vip"}}


def _unknown_flag(w: Written) -> None:
    w["dispositions"][1]["when"] = {"flag": "fire"}


def _unknown_tag(w: Written) -> None:
    w["modifiers"][0]["when"] = {"tag": "soon"}


def _unknown_queue(w: Written) -> None:
    w["dispositions"][1]["queue"] = "night"


def _unknown_profile(w: Written) -> None:
    w["modifiers"][0]["sla"] = "fast"


def _ceiling_as_profile(w: Written) -> None:
    w["dispositions"][1]["sla"] = "ceiling"


def _unknown_constraint(w: Written) -> None:
    w["modifiers"][0]["constraints"] = ["rhyme"]


def _unknown_referral(w: Written) -> None:
    w["dispositions"][1]["referral"] = "expert"


def _unknown_professional(w: Written) -> None:
    w["referrals"]["emergency"]["otherwise"] = "wizard"


def _no_fallback(w: Written) -> None:
    del w["fallback"]


def _fallback_that_refers(w: Written) -> None:
    w["fallback"]["disposition"] = "refer_in_person"


def _flag_rule_on_flags(w: Written) -> None:
    w["flags"][0]["when"] = {"any": [{"signal": "emergency"}, {"not": {"flag": "minor"}}]}


def _disposition_on_disposition(w: Written) -> None:
    w["dispositions"][1]["when"] = {"disposition": "draft"}


def _idle_modifier(w: Written) -> None:
    for key in ("priority", "queue", "sla", "constraints"):
        del w["modifiers"][0][key]


def _silence_with_constraints(w: Written) -> None:
    w["dispositions"][1] |= {"disposition": "no_reply", "constraints": ["short"]}


def _draft_with_expert(w: Written) -> None:
    w["dispositions"][2]["flags"] = ["expert_review"]


def _dates_out_of_order(w: Written) -> None:
    w["dispositions"][1] |= {"valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)}


def _score_out_of_range(w: Written) -> None:
    w["dispositions"][1]["when"] = {"handling_at_least": {"draft": 60}}


def _empty_list(w: Written) -> None:
    w["dispositions"][1]["when"] = {"main_intent": []}


def _group_named_like_a_code(w: Written) -> None:
    w["groups"]["complaint"] = ["question"]


def _no_spanish_name(w: Written) -> None:
    w["professionals"]["doctor"] = {"en": "doctor"}


def _practice_misspelt(w: Written) -> None:
    w["flags"][0]["practices"] = ["N7"]


BROKEN: list[tuple[Callable[[Written], None], str]] = [
    (_unknown_key, "dispositions > 'complaint-rule' > urgency: unknown key"),
    (_unknown_condition_key, "dispositions > 'complaint-rule' > when > intnet: unknown key"),
    (_repeated_id, "rule 'complaint-rule': id used 2 times"),
    (_unknown_intent, "dispositions > 'complaint-rule' > when > main_intent: unknown code 'quesiton'"),
    (_unknown_signal, "flags > 'emergency-flag' > when > signal: unknown code 'fire'"),
    (
        _unknown_setting_value,
        "modifiers > 'late-modifier' > when > setting > x1_priority: unknown value 'vip'",
    ),
    (_unknown_setting, "modifiers > 'late-modifier' > when > setting"),
    (_unknown_flag, "dispositions > 'complaint-rule' > when > flag: unknown code 'fire'"),
    (_unknown_tag, "modifiers > 'late-modifier' > when > tag: unknown code 'soon'"),
    (_unknown_queue, "dispositions > 'complaint-rule' > queue: 'night' is not declared"),
    (_unknown_profile, "modifiers > 'late-modifier' > sla: 'fast' is not declared"),
    (
        _ceiling_as_profile,
        "dispositions > 'complaint-rule' > sla: profile 'ceiling' does not set the three clocks",
    ),
    (_unknown_constraint, "modifiers > 'late-modifier' > constraints: 'rhyme' is not declared"),
    (_unknown_referral, "dispositions > 'complaint-rule' > referral: 'expert' is not declared"),
    (_unknown_professional, "referrals > emergency > professional: 'wizard' is not declared"),
    (_no_fallback, "fallback: missing"),
    (_fallback_that_refers, "fallback: must be acknowledge with the flag expert_review"),
    (_flag_rule_on_flags, "flags > 'emergency-flag' > when > flag: not known yet at this stage"),
    (_disposition_on_disposition, "dispositions > 'complaint-rule' > when > disposition: not known yet"),
    (_idle_modifier, "modifiers > 'late-modifier': changes nothing"),
    (_silence_with_constraints, "dispositions > 'complaint-rule': no_reply has no draft"),
    (
        _draft_with_expert,
        "dispositions > 'question-rule': expert_review never goes with the disposition draft",
    ),
    (_dates_out_of_order, "dispositions > 'complaint-rule': valid_until is before valid_from"),
    (_score_out_of_range, "dispositions > 'complaint-rule' > when > handling_at_least > draft: "),
    (_empty_list, "dispositions > 'complaint-rule' > when > main_intent: "),
    (_group_named_like_a_code, "groups > complaint: is also a code"),
    (_no_spanish_name, "professionals > doctor: needs its name in es"),
    (_practice_misspelt, "flags > 'emergency-flag' > practices > 0: "),
]


@pytest.mark.parametrize(
    ("breaks", "message"), BROKEN, ids=[breaks.__name__.strip("_") for breaks, _ in BROKEN]
)
def test_a_broken_policy_is_refused(breaks: Callable[[Written], None], message: str, tmp_path: Path) -> None:
    written = small_policy()
    breaks(written)
    with pytest.raises(PolicyError) as caught:
        load(written, tmp_path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "small.yaml"))
    assert "\n" not in str(caught.value)


def test_the_small_policy_is_valid(tmp_path: Path) -> None:
    assert rule_ids(load(small_policy(), tmp_path)) == (
        "emergency-flag", "emergency-rule", "complaint-rule", "question-rule", "late-modifier", "failure-rule",
        "fallback-rule",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file: "),
        (b"- a\n- b\n", "file: "),
        (b"policy: x\npolicy: y\n", "line 2: repeated key 'policy'"),
        (b"policy: [x\n", "line 2"),
        (b"\xff\xfe", "not UTF-8"),
        (b"? [a]\n: b\n", "not valid YAML"),
        (b"policy: !!python/object/apply:os.system ['true']\n", "line 1"),
        (b"d: 2026-13-45\n", "not valid YAML"),
    ],
)
def test_what_is_no_policy_at_all_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(content)
    with pytest.raises(PolicyError) as caught:
        load_policy(file, safety_numbers=numbers())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"absent\.yaml: cannot be read"):
        load_policy(tmp_path / "absent.yaml", safety_numbers=numbers())


@pytest.mark.parametrize(
    ("day", "deciding"),
    [
        (date(2026, 5, 31), "complaint-rule"),
        (date(2026, 6, 1), "summer-rule"),
        (date(2026, 8, 31), "summer-rule"),
        (date(2026, 9, 1), "complaint-rule"),
    ],
)
def test_rules_decide_only_while_in_force(day: date, deciding: str, tmp_path: Path) -> None:
    written = small_policy()
    dates = {"valid_from": date(2026, 6, 1), "valid_until": date(2026, 8, 31)}
    written["dispositions"].insert(1, rule("summer-rule", {"main_intent": "complaint"}, **dates))
    policy = load(written, tmp_path, on=day)
    assert evaluate(facts(intents=("complaint",)), policy).rules == (deciding,)


# --- Accounts


def test_the_demo_account_is_whole() -> None:
    account = load_account(POLICIES / "accounts" / "demo.yaml")
    assert (account.id, account.name, account.policy) == ("demo", "Laboratorios Alborea", "health")
    assert len(account.products) == 18
    assert (POLICIES / "rules" / f"{account.policy}.yaml").exists()
    for slot, values in account.slots.items():
        assert set(account.languages) - set(values) <= ({"pt"} if slot == "portal_notificacion" else set()), (
            slot
        )
        assert all(values.values()), slot


def test_the_demo_company_is_invented() -> None:
    account = load_account(POLICIES / "accounts" / "demo.yaml")
    texts = [
        *account.public_contacts,
        *(value for values in account.slots.values() for value in values.values()),
    ]
    for text in texts:
        if "@" in text or "https://" in text:
            assert "alborea.example" in text, text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"followers": 3}, "followers: unknown key"),
        ({"id": None}, "id: "),
        ({"settings": {"x1_priority": "vip"}}, "settings > x1_priority: "),
        ({"slots": {"plazo_respuesta": {"fr": "un jour"}}}, "slots > plazo_respuesta: languages not among"),
    ],
)
def test_a_broken_account_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump({"id": "x", "name": "X", **change}), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_account(file)
    assert message in str(caught.value)
