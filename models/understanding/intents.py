"""What the message is about: the heads' scores, shifted by the lexicon's intent cues."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.understanding.heads import Predictions, Scores
from models.understanding.types import Signal
from models.vocabulary import Intent, SignalCode

MOST_INTENTS = 3
_FLOOR = 1e-6
"""Keeps a score of 0 or 1 within reach of a cue."""


def with_cues(scores: Predictions, cues: Mapping[Intent, float]) -> Predictions:
    """Add the log-odds of the intent cues to the heads' intents; what no cue names keeps its share."""
    if not cues:
        return scores
    raised = {
        name: max(score, _FLOOR) * math.exp(cues.get(Intent(name), 0.0))
        for name, score in scores.main_intent.items()
    }
    total = sum(raised.values())
    marks = {
        name: _shifted(score, cues[Intent(name)]) if Intent(name) in cues else score
        for name, score in scores.intents.items()
    }
    return replace(scores, main_intent={name: score / total for name, score in raised.items()}, intents=marks)


def named_intents(
    scores: Predictions, found: Sequence[Signal], second: float
) -> tuple[tuple[Intent, float], ...]:
    """Main intent, then the others over the threshold. An adverse event is always among them (GUIDE)."""
    main = max(scores.main_intent, key=lambda name: scores.main_intent[name])
    others = sorted(
        ((name, score) for name, score in scores.intents.items() if score >= second and name != main),
        key=lambda item: -item[1],
    )
    named = [(main, scores.main_intent[main]), *others[: MOST_INTENTS - 1]]
    event = next((s.score for s in found if s.code == SignalCode.ADVERSE_EVENT), None)
    if event is not None and all(name != Intent.ADVERSE_EVENT for name, _ in named):
        named.append((Intent.ADVERSE_EVENT, event))
    return tuple((Intent(name), score) for name, score in named)


def unsure(scores: Scores, least: float) -> bool:
    """Whether the first choice is too weak to act on."""
    return max(scores.values()) < least


def _shifted(score: float, log_odds: float) -> float:
    odds = max(score, _FLOOR) / max(1 - score, _FLOOR) * math.exp(log_odds)
    return odds / (1 + odds)
