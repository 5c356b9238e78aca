"""docs/SECURITY.md points at code and tests that exist, and every threat has both."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| [STRIDE]\d+ \|", line)
]
POINTERS = sorted(
    set(re.findall(r"`((?:api|cases|models|drafting|tests|policies)/[\w./]+(?:::\w+)?)`", PAGE))
)


def test_every_kind_of_threat_is_there() -> None:
    assert {row[0][0] for row in ROWS} == set("STRIDE")
    numbers = [row[0] for row in ROWS]
    assert len(set(numbers)) == len(numbers) >= 25


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_threat_has_code_and_a_test(row: list[str]) -> None:
    assert len(row) == 6
    _, threat, by, answer, code, tests = row
    assert threat
    assert answer
    assert re.fullmatch(r"P\d(?: P\d)*", by)
    assert re.findall(r"`[^`]+`", code)
    assert "::test_" in tests


@pytest.mark.parametrize("pointer", POINTERS)
def test_what_it_points_at_exists(pointer: str) -> None:
    name, _, function = pointer.partition("::")
    file = ROOT / name
    assert file.exists()
    if function:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_it_says_how_to_report() -> None:
    assert "## Reporting a vulnerability" in PAGE
