"""The complaint lexicons against their cases: marks and requests per language, with near misses."""

from pathlib import Path

import pytest
import yaml

from models.understanding.complaint_marks import AGENT_MARKS, CUSTOMER_MARKS, ComplaintMark, Wants
from models.understanding.lexicon import Lexicon

LEXICONS = Path(__file__).parents[3] / "policies" / "lexicons"
LEXICON = Lexicon.load(LEXICONS, stem="complaint")
GROUPS = yaml.safe_load((LEXICONS / "complaint.cases.yaml").read_text(encoding="utf-8"))["groups"]


def cases() -> list[tuple[str, str, str, bool]]:
    return [
        (kind, group[kind], text, on)
        for group in GROUPS
        for kind in ("complaint", "wants")
        if kind in group
        for name, on in (("fires", True), ("silent", False))
        for text in group[name]
    ]


@pytest.mark.parametrize(("kind", "code", "text", "on"), cases())
def test_cases(kind: str, code: str, text: str, on: bool) -> None:
    found = LEXICON.found(text, lambda entry: getattr(entry, kind) is not None)
    assert (code in {str(getattr(entry, kind)) for entry, _, _ in found}) is on, [e.id for e, _, _ in found]


def test_every_mark_and_request_has_entries() -> None:
    entries = LEXICON.entries.values()
    assert {entry.complaint for entry in entries} - {None} == set(ComplaintMark)
    assert {entry.wants for entry in entries} - {None} == set(Wants)


def test_ours_and_theirs_do_not_mix() -> None:
    for group in GROUPS:
        if "complaint" in group:
            ours = group.get("ours", False)
            assert ComplaintMark(group["complaint"]) in (AGENT_MARKS if ours else CUSTOMER_MARKS), group
