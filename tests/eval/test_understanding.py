"""The figures of the understanding report, checked by hand on small examples."""

import pytest

from eval.understanding import Judged, calibration_error, choice_table, report, signal_table, urgent_line
from models.training.head_report import share, wilson
from models.training.messages import LabelledMessage
from models.understanding.types import Signal, Understanding
from models.vocabulary import Emotion, Handling, Intent, Language, Relevance, SignalCode


def judged(
    flags: list[str], signals: list[tuple[SignalCode, str]], handling: Handling = Handling.DRAFT
) -> Judged:
    row = LabelledMessage.model_validate(
        {
            "id": "x-1",
            "text": "hola",
            "channel": "web",
            "visibility": "private",
            "language": "es",
            "variety": "es-ES",
            "intents": ["praise"],
            "flags": flags,
            "disposition": "draft",
            "emotion": "neutral",
            "personal": [],
            "health": [],
            "note": "",
        }
    )
    got = Understanding(
        language=Language.ES,
        language_code="es",
        intents=((Intent.PRAISE, 0.9),),
        emotion=Emotion.NEUTRAL,
        emotion_score=0.8,
        relevance=Relevance.ANSWER,
        signals=tuple(Signal(code, 0.9, (cue,)) for code, cue in signals),
        handling=((handling, 0.7),),
        abstained=False,
    )
    return Judged(row, got)


EMERGENCY = SignalCode.EMERGENCY
FOUR = [
    judged(["emergency"], [(EMERGENCY, "em.chest")]),
    judged(["emergency"], []),
    judged([], [(EMERGENCY, "head:emergency")]),
    judged([], []),
]


def test_signal_table_counts() -> None:
    line = next(line for line in signal_table(FOUR) if line.startswith("| emergency |"))
    assert "0.50 (1/2" in line.split("|")[2]
    assert "0.50 (1/2" in line.split("|")[3]
    assert line.split("|")[4].strip() == "0.50"
    lexicon = signal_table(FOUR, lambda cue: cue.startswith("em."))
    assert "| 1.00 (1/1" in next(line for line in lexicon if line.startswith("| emergency |"))


def test_urgent_line_joins_both_signals() -> None:
    both = [judged(["self_harm"], [(EMERGENCY, "em.x")]), judged([], [(SignalCode.SELF_HARM, "sh.x")])]
    assert urgent_line(both, lambda cue: True).startswith("1.00 (1/1")
    assert "| 1.00 (1/1" in urgent_line(both, lambda cue: True)


def test_choice_table() -> None:
    lines = choice_table(["a", "a", "b"], ["a", "b", "b"])
    assert lines[-1].startswith("Accuracy 0.67 (2/3")
    assert lines[-1].endswith("macro-F1 0.67.")


@pytest.mark.parametrize(
    ("scored", "error"),
    [([(0.95, True)], 0.05), ([(0.55, True), (0.55, False)], 0.05), ([(0.9, False), (0.1, True)], 0.9)],
)
def test_calibration_error(scored: list[tuple[float, bool]], error: float) -> None:
    assert calibration_error(scored) == pytest.approx(error)


def test_wilson_interval() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490, abs=0.001), pytest.approx(0.943, abs=0.001))
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(1, 4).startswith("0.25 (1/4;")


def test_report_names_every_part() -> None:
    text = report(FOUR, "Understanding")
    for part in ("Signals", "Ablation", "Main intent", "Handling", "Emotion", "Calibration", "Languages"):
        assert part in text
    assert "hola" not in text
