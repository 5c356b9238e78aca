"""Day zero and the clocks of reports, against their cases and the law's ceilings."""

from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies.adverse_events import LONGEST, POLICY_FILE, load_adverse_events
from policies.errors import PolicyError

CASES = yaml.safe_load(POLICY_FILE.with_name("adverse_events.cases.yaml").read_text(encoding="utf-8"))[
    "clocks"
]
POLICY = load_adverse_events()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["received"])
def test_clocks(case: dict) -> None:
    day_zero = datetime.fromisoformat(case["received"]).date()
    assert day_zero == case["day_zero"]
    assert POLICY.submit_by(day_zero, "serious" if case["serious"] else "non_serious") == case["submit_by"]


@given(st.dates(max_value=date(9000, 1, 1)))
def test_serious_is_due_first_and_in_calendar_days(day_zero: date) -> None:
    serious, other = POLICY.submit_by(day_zero, "serious"), POLICY.submit_by(day_zero, "non_serious")
    assert (serious - day_zero).days == LONGEST["serious"]
    assert (other - day_zero).days == LONGEST["non_serious"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("calendar_days: 15", "calendar_days: 16"), "serious: 16 days, and the law gives 15"),
        (("calendar_days: 90", "calendar_days: 91"), "non_serious: 91 days"),
        (("  non_serious:", "  other:"), "clocks"),
        (("counts_from: received_at", "counts_from: opened_at"), "counts_from"),
        (('source: "[S] Directive', 'source: "Directive'), "source"),
        (("calendar_days: 15", "calendar_days: 15\n    working_days: 5"), "unknown key"),
    ],
)
def test_a_broken_policy_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = POLICY_FILE.read_text(encoding="utf-8")
    assert change[0] in text
    file = tmp_path / "adverse_events.yaml"
    file.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_adverse_events(file)
    assert message in str(error.value)


def test_every_code_needs_its_reason() -> None:
    known = {"situations": tuple(POLICY.situations), "seriousness": tuple(POLICY.seriousness)}
    POLICY.check_codes(**known)
    with pytest.raises(PolicyError, match="situations: missing or unknown: new"):
        POLICY.check_codes(situations=(*known["situations"], "new"), seriousness=known["seriousness"])
