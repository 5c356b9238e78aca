"""The shipped file says for every decision which clocks stop; what contradicts itself is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cases.decisions import Verb
from cases.timekeeping.policy import CLOCKS_FILE, Clock, load_clocks
from models.vocabulary import Intent
from policies.errors import PolicyError
from policies.vocabulary import Disposition


def test_every_decision_on_every_case_has_an_answer():
    policy = load_clocks()
    for verb in Verb:
        for disposition in Disposition:
            stopped = policy.stopped_by(verb, disposition)
            # Whoever answers has acknowledged; whoever resolves has answered.
            assert list(stopped) == list(Clock)[: len(stopped)]
    # A holding reply answers nothing, and an escalated case has told the customer nothing.
    assert policy.stopped_by(Verb.ACCEPT, Disposition.ACKNOWLEDGE) == (Clock.ACKNOWLEDGE,)
    assert policy.stopped_by(Verb.ESCALATE, Disposition.DRAFT) == ()


def test_follow_ups_name_intents_that_there_are():
    known = {code.value for code in Intent}
    assert all(set(rule.intents) <= known for rule in load_clocks().follow_ups)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data["warn_at_share"].update(answer=1.0), "warning comes before the end"),
        (lambda data: data["warn_at_share"].pop("answer"), "warn_at_share"),
        (lambda data: data["stops"]["sent"].pop("draft"), "sent"),
        (lambda data: data["stops"].update(wait=[]), "unknown key"),
        (lambda data: data["follow_ups"][0].pop("intents"), "after which cases"),
        (lambda data: data["crisis"].update(cases=0), "crisis"),
        (lambda data: data.update(forget_after_days=0), "forget_after_days"),
    ],
)
def test_a_broken_file_is_refused(change: Callable[[Any], Any], message: str, tmp_path: Path):
    data = yaml.safe_load(CLOCKS_FILE.read_text(encoding="utf-8"))
    change(data)
    file = tmp_path / "clocks.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        load_clocks(file)
