"""Intent cues shift the heads' scores, and leave them alone when there is none."""

import pytest

from models.understanding.heads import Predictions
from models.understanding.intents import named_intents, unsure, with_cues
from models.understanding.types import Signal
from models.vocabulary import Intent, SignalCode


def scores(**main: float) -> Predictions:
    return Predictions(main_intent=main, handling={}, emotion={}, intents=dict(main), signals={})


def test_no_cue_changes_nothing() -> None:
    before = scores(complaint=0.3, praise=0.7)
    assert with_cues(before, {}) is before


def test_a_cue_adds_log_odds_and_shares_still_sum_to_one() -> None:
    after = with_cues(scores(complaint=0.2, praise=0.8), {Intent.COMPLAINT: 3.0})
    assert sum(after.main_intent.values()) == pytest.approx(1)
    assert after.main_intent["complaint"] == pytest.approx(0.834, abs=0.001)  # 0.25 * e^3 odds
    assert after.intents["complaint"] == pytest.approx(0.834, abs=0.001)
    assert after.intents["praise"] == 0.8


def test_a_cue_does_not_overrule_a_sure_head_with_a_small_bonus() -> None:
    after = with_cues(scores(complaint=0.01, praise=0.99), {Intent.COMPLAINT: 1.0})
    assert max(after.main_intent, key=lambda name: after.main_intent[name]) == "praise"


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_extreme_scores_stay_shares(score: float) -> None:
    after = with_cues(scores(complaint=score, praise=1 - score), {Intent.COMPLAINT: 5.0})
    assert all(0 <= value <= 1 for value in (*after.main_intent.values(), *after.intents.values()))


def test_an_adverse_event_is_always_named() -> None:
    found = [Signal(SignalCode.ADVERSE_EVENT, 0.9, ("ae.since",))]
    assert (Intent.ADVERSE_EVENT, 0.9) in named_intents(scores(praise=0.8, complaint=0.2), found, 0.5)


def test_unsure_below_the_least() -> None:
    assert unsure({"a": 0.2, "b": 0.1}, 0.25)
    assert not unsure({"a": 0.3}, 0.25)
