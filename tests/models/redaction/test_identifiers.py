"""Every writing of every identifier, from the cases beside the policy: found whole, with its type, and no more."""

from pathlib import Path

import pytest
import yaml

FILE = Path(__file__).parents[3] / "policies" / "redaction_identifiers.cases.yaml"
CASES = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def marked(kind):
    return [(entity, text) for entity, texts in CASES[kind].items() for text in texts]


@pytest.mark.parametrize(("entity", "text"), marked("written") + marked("disguised"))
def test_each_writing_is_found_whole_with_its_type(redactor, entity, text):
    start, end = text.index("⟦"), text.index("⟧") - 1
    plain = text.replace("⟦", "").replace("⟧", "")
    found = [(span.entity_type, span.start, span.end) for span in redactor.find(plain)]
    assert (entity, start, end) in found, [(kind, plain[left:right]) for kind, left, right in found]


@pytest.mark.parametrize("text", CASES["innocent"])
def test_near_misses_stay(redactor, text):
    found = redactor.find(text)
    assert found == [], [(span.entity_type, text[span.start : span.end]) for span in found]
