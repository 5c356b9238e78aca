"""The documents for compliance: every rule, check, gate, test, record and file that they name exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from cases.audit import Action
from cases.retention import EntryKind, load_retention
from policies.vocabulary import Flag

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "compliance"
DOCUMENTS = sorted(FOLDER.glob("*.md"))
PARTS = ("AI Act", "GDPR", "GVP", "RD 1416/1994", "Ley 10/2025")
_QUOTED = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(r"[\w./-]+/[\w.-]+\.(?:py|yaml|md)")


@cache
def _rules() -> frozenset[str]:
    model = yaml.safe_load((ROOT / "policies/rules/health.yaml").read_text(encoding="utf-8"))
    rules = [*model["invariants"], *model["flags"], *model["dispositions"], *model["modifiers"]]
    return frozenset(rule["id"] for rule in rules)


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@cache
def _names(file: str, key: str) -> frozenset[str]:
    found = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))[key]
    return frozenset(one["id"] for one in found) if isinstance(found, list) else frozenset(found)


def exists(name: str) -> bool:
    """Whether what a document points to is there; what points to nothing is no pointer, and passes."""
    kind, _, rest = name.partition(":")
    if kind == "rule":
        return rest in _rules()
    if kind == "check":
        return rest in _names("policies/verification.yaml", "words")
    if kind == "gate":
        return rest in _names("policies/gates.yaml", "gates")
    if kind == "action":
        return rest in set(Action)
    if kind == "retention":
        retention = load_retention(ROOT / "policies/retention.yaml")
        return rest in set(EntryKind) or (rest in set(Flag) and Flag(rest) in retention.flags)
    if kind == "test":
        file, _, test = rest.partition("::")
        return (ROOT / file).is_file() and test in _tests(file)
    return (ROOT / name).is_file() if _FILE.fullmatch(name) else True


def pointers(file: Path) -> list[str]:
    return _QUOTED.findall(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_all_that_a_document_points_to_is_there(file: Path) -> None:
    found = pointers(file)
    assert len(found) > 15
    assert [name for name in found if not exists(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "rule:emergency-urgently", "check:guilty", "gate:none", "action:case.read", "retention:forever",
        "retention:minor", "test:tests/api/test_logging.py::test_none", "test:tests/none.py::test_x",
        "cases/none.py", "docs/compliance/none.md",
    ],
)  # fmt: skip
def test_what_is_not_there_is_found_out(name: str) -> None:
    assert not exists(name)


def test_the_annex_takes_up_every_law_and_says_what_is_not_answered() -> None:
    text = (FOLDER / "articles.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    for part in PARTS:
        assert any(part in heading for heading in headings), part
    rows = [
        line
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("|---", "| article", "| part", "| matter"))
    ]
    assert len(rows) > 25
    for row in rows:
        assert _QUOTED.search(row), row
    assert text.count("**Not answered**") >= 5
    for article in ("50(1)", "50(2)", "50(4)", "| 9 ", "| 22 ", "| 25 ", "32(1)(a)", "| 35 "):
        assert article in text, article


def test_there_is_a_statement_an_assessment_and_an_annex() -> None:
    assert {"intended-purpose.md", "dpia-template.md", "articles.md"} <= {file.name for file in DOCUMENTS}
