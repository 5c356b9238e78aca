"""Chooses thresholds from out-of-fold scores of the training split and writes them as policy data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.vocabulary import SignalCode

Array = npt.NDArray[Any]

FALSE_ALARMS: Mapping[str, float] = {
    SignalCode.EMERGENCY: 0.03,
    SignalCode.SELF_HARM: 0.03,
    SignalCode.ADVERSE_EVENT: 0.08,
    SignalCode.EXPERT_REVIEW: 0.12,
    SignalCode.CRISIS_RISK: 0.02,
    SignalCode.PREGNANCY: 0.02,
}
"""Share of the other messages that a head may raise by mistake: bearable for the people who read them.
Missing one of these is worse than a false alarm; for the other signals the best F1 decides."""

LEXICON = 0.5
"""One medium cue is enough (0.6), one weak cue is not (0.25)."""

ABOUT = """\
# Written by `python -m models.training.heads --thresholds policies/thresholds.yaml` from scores of messages that the
# heads were not fitted on. Compliance staff may change any number; `python -m eval.understanding --split dev` shows
# what it does.
version: 1
about: >-
  A signal is on when its lexicon score (noisy-or of its cues: strong 0.9, medium 0.6, weak 0.25) or the calibrated
  score of its head reaches the number here. Lower means that more is caught and more false alarms are raised.
  `support`: the lexicon counts only where the head's score is at least this (0 when left out). `passage`: score that
  one passage of a long message must reach alone (passages do not count when it is left out).
"""


def suggest(targets: Mapping[str, tuple[list[str], Array]], held: Mapping[str, Array]) -> dict[str, float]:
    """Head threshold of every signal."""
    names, labels = targets["signals"]
    return {
        name: _by_false_alarms(held["signals"][:, k], labels[:, k], FALSE_ALARMS[name])
        if name in FALSE_ALARMS
        else _by_f1(held["signals"][:, k], labels[:, k])
        for k, name in enumerate(names)
    }


def _by_false_alarms(scores: Array, labels: Array, share: float) -> float:
    return round(float(np.quantile(scores[labels == 0], 1 - share)), 3)


def _by_f1(scores: Array, labels: Array) -> float:
    def f1(threshold: float) -> float:
        on = scores >= threshold
        hits = float((on & (labels == 1)).sum())
        return 2 * hits / max(float(on.sum() + labels.sum()), 1.0)

    return round(float(max(np.linspace(0.05, 0.9, 86), key=f1)), 3)


def write_thresholds(path: Path, heads: Mapping[str, float]) -> None:
    """Write the policy file."""
    lines = [f"  {name}: {{lexicon: {LEXICON}, head: {value}}}" for name, value in heads.items()]
    rest = [
        "second_intent: 0.35 # a further intent is named beside the main one",
        "ignore: 0.75 # no_reply: from here a message with no need in it is left alone (M56)",
        "monitor: 0.45 # no_reply: from here it is watched; nobody with a need is dropped (M53)",
        "abstain: {main_intent: 0.25, handling: 0.4} # under these, a person decides",
    ]
    path.write_text("\n".join([ABOUT + "signals:", *lines, *rest]) + "\n", encoding="utf-8")
