"""How hits of scenes are counted, and that only the development split is read."""

from drafting.nearby import Near
from eval.harness.datasets import Request
from eval.nearby import CALIBRATED, CHECKED, LABELS, Hit, counts, read_labels, spanish


def test_hits_are_counted_over_moved_thresholds() -> None:
    found = [
        Hit("a", "", Near("x", 0.5, 0.1)),
        Hit("a", "", Near("y", 0.4, -0.02)),
        Hit("b", "", Near("x", 0.3, 0.0)),
    ]
    by_shift = {each.shift: each for each in counts(found, {("a", "x"): True, ("a", "y"): False})}
    now, wider = by_shift[0.0], by_shift[-0.03]
    assert (now.messages, now.right, now.wrong, now.unread, now.precision) == (2, 1, 0, 1, 1.0)
    assert (wider.messages, wider.right, wider.wrong, wider.precision) == (2, 1, 1, 0.5)


def test_the_parts_are_of_development_and_do_not_meet() -> None:
    samples = Request().samples()
    first, second = ({each.id for each in spanish(samples, part)} for part in ("calibrate", "check"))
    assert first.isdisjoint(second)
    assert len(first) == CALIBRATED
    assert len(second) <= CHECKED


def test_every_verdict_is_of_a_message_of_development() -> None:
    assert {name for name, _ in read_labels(LABELS)} <= {each.id for each in Request().samples()}
