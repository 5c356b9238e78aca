"""Two versions of a policy are compared by what they decide, not by how they say it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.compare import changes
from policies.engine import evaluate
from tests.policies.builders import facts, load, small_policy

Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("edit", "fields"),
    [
        (lambda w: w["dispositions"][1].update(priority="p2"), {"priority"}),
        (lambda w: w["dispositions"][1].update(queue="urgent"), {"queue"}),
        (lambda w: w["sla_profiles"]["normal"].update(answer_minutes=60), {"clocks"}),
        (lambda w: w["dispositions"][1].update(flags=["expert_review"]), {"flags"}),
        (lambda w: w["dispositions"][1].update(constraints=["short"]), {"constraints"}),
        (lambda w: w["dispositions"][1].update(private_followup=True), {"audiences"}),
        (lambda w: w["dispositions"][1].update(disposition="draft"), {"disposition"}),
        (lambda w: w["dispositions"][1].update(referral="emergency"), {"referral"}),
        (lambda w: w["dispositions"][1].update(reason="Otra redacción.", title="Otro título"), set()),
        (lambda w: w["dispositions"][1].update(id="renamed-rule"), set()),
        (lambda w: w["dispositions"][2].update(priority="p1"), set()),
    ],
)
def test_what_changes_is_told_and_nothing_else(edit: Edit, fields: set[str], tmp_path: Path) -> None:
    complaint = facts(intents=("complaint",))
    before = evaluate(complaint, load(small_policy(), tmp_path))
    written = small_policy()
    edit(written)
    found = changes(before, evaluate(complaint, load(written, tmp_path)))
    assert {change.field for change in found} == fields
    assert all(change.before != change.after for change in found)
