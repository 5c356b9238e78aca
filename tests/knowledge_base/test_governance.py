"""Which answers may be used: the cases beside the policy, and the errors of the policy file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.governance import Governance, in_force
from tests.knowledge_base.fakes import answer

POLICIES = Path(__file__).parents[2] / "policies"
CASES = yaml.safe_load((POLICIES / "knowledge_base.cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases_beside_the_policy(case: dict[str, Any]) -> None:
    governance = Governance.load(POLICIES / "knowledge_base.yaml")
    approvals = [{"role": role, "name": "N.", "date": day} for role, day in case["approvals"].items()]
    kept = {key: case[key] for key in ("tags", "withdrawn", "valid_from", "valid_until") if key in case}
    refusal = in_force(answer("a", approvals=approvals, **kept), date(2026, 6, 1), governance.required_roles)
    assert (str(refusal.code) if refusal else "in_force") == case["expect"]
    assert refusal is None or refusal.reason.endswith(".")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("required_roles: {always: [sales]}", r"g\.yaml:1: required_roles\.always\.0"),
        ("required: {}", r"g\.yaml:\d: "),
        ("a: [", r"g\.yaml:\d: not valid YAML"),
    ],
)
def test_policy_errors_name_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "g.yaml"
    file.write_text(text)
    with pytest.raises(KnowledgeBaseError, match=message):
        Governance.load(file)


def test_missing_policy_file(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match=r"none\.yaml: No such file"):
        Governance.load(tmp_path / "none.yaml")
