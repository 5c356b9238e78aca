"""The retention policy: its cases beside it, and what a broken file is told."""

from pathlib import Path

import pytest
import yaml

from cases.retention import RETENTION_FILE, EntryKind, load_retention
from policies.errors import PolicyError
from policies.vocabulary import Flag
from tests.cases.samples import RECEIVED

CASES = yaml.safe_load(RETENTION_FILE.with_name("retention.cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("expected", CASES, ids=[entry["name"] for entry in CASES])
def test_the_policy_does_what_its_cases_say(expected: dict[str, object]):
    flags = [Flag(code) for code in expected["flags"]]  # type: ignore[attr-defined]
    assert load_retention().days(EntryKind(expected["kind"]), flags) == expected["days"]


def test_days_count_from_the_recording():
    retention = load_retention()
    expires_at = retention.expires_at(EntryKind.MESSAGE, (), RECEIVED)
    assert expires_at is not None
    assert (expires_at - RECEIVED).days == 90
    assert retention.expires_at(EntryKind.MESSAGE, {Flag.ADVERSE_EVENT}, RECEIVED) is None


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("version: 1", "version: 2", "version"),
        ("days: 90,", "days: 0,", "kinds > message > days"),
        ("days: 90,", "days: siempre,", "kinds > message > days"),
        ("  turn:", "  torn:", "kinds"),
        ("  adverse_event:", "  adverse_events:", "flags"),
        ("  sent: {days: 365, ", "  sent: {days: 365, tage: 3, ", "kinds > sent > tage: unknown key"),
        ("version: 1", "version: 1\nversion: 1", "repeated key"),
    ],
)
def test_a_broken_file_is_told_where(tmp_path: Path, before: str, after: str, message: str):
    text = RETENTION_FILE.read_text(encoding="utf-8")
    assert before in text
    broken = tmp_path / "retention.yaml"
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=message) as error:
        load_retention(broken)
    assert str(broken) in str(error.value)
    assert "\n" not in str(error.value)
