"""COVERAGE.md names every practice, only rules that exist, and agrees with what the rules say of themselves."""

import re
from collections import defaultdict

from policies.account import Account
from tests.policies.builders import POLICIES, rule_ids, rule_models, shipped

PRACTICES = [f"M{number}" for number in range(1, 85)] + [f"X{number}" for number in range(1, 7)]
ROW = re.compile(r"^\| ([MX]\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
ROWS = {match[1]: match for match in ROW.finditer((POLICIES / "COVERAGE.md").read_text(encoding="utf-8"))}


def _named(practice: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", ROWS[practice][3]))


def test_every_practice_has_one_row_in_order() -> None:
    assert list(ROWS) == PRACTICES


def test_every_row_has_a_known_status() -> None:
    for practice, row in ROWS.items():
        assert re.match(r"(done|partly|confirm|open)\b", row[4]), practice


def test_every_name_is_a_rule_a_profile_or_a_field_of_the_account() -> None:
    policy = shipped()
    known = set(rule_ids(policy)) | set(policy.model.sla_profiles) | set(Account.model_fields)
    for practice in ROWS:
        assert _named(practice) <= known, practice


def test_rules_and_rows_name_each_other() -> None:
    policy, by_practice = shipped(), defaultdict[str, set[str]](set)
    for model in rule_models(policy):
        for practice in model.practices:
            assert practice in ROWS, model.id
            by_practice[practice].add(model.id)
    for practice in ROWS:
        assert _named(practice) & set(rule_ids(policy)) == by_practice[practice], practice


def test_a_practice_without_rule_or_component_is_open() -> None:
    for practice, row in ROWS.items():
        if row[3] == "none":
            assert row[4].startswith("open"), practice
