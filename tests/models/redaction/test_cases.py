"""The case files beside the policies."""

from pathlib import Path

import pytest
import yaml

from models.text import RawText

POLICIES = Path(__file__).parents[3] / "policies"


def _cases(name):
    return yaml.safe_load((POLICIES / name).read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", _cases("redaction.cases.yaml"), ids=lambda case: case["id"])
def test_redaction_cases(redactor, case):
    _check(redactor, case)


@pytest.mark.parametrize("case", _cases("lexicons/health_terms.cases.yaml"), ids=lambda case: case["text"])
def test_health_cases(redactor, case):
    _check(redactor, case)


def _check(redactor, case):
    redacted = redactor.redact(RawText(case["text"]), allowed=case.get("allowed", ())).text.value
    for value in case.get("masked", ()):
        assert str(value) in case["text"]
        assert str(value) not in redacted, redacted
    for value in case.get("kept", ()):
        assert str(value) in redacted, redacted
