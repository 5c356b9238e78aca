"""Two runs compared: paired tests by hand, flips, new dangerous errors, the sentence."""

import numpy as np
import pytest

from eval.harness.catalogue import load_catalogue
from eval.harness.compare import Direction, Verdict, compare
from eval.harness.errors import EvaluationError
from eval.harness.paired import holm, mcnemar, paired_test
from eval.harness.report.comparison import comparison_json, markdown, sentence
from eval.harness.scores import DangerousError, Score
from tests.eval.harness.builders import judged, missed, results, rights

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("lost", "won", "p"),
    [(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0), (0, 5, 2 / 32), (0, 6, 2 / 64), (2, 8, 2 * (1 + 10 + 45) / 1024)],
)
def test_mcnemar_is_the_exact_binomial(lost: int, won: int, p: float) -> None:
    assert mcnemar(lost, won) == pytest.approx(p)
    assert mcnemar(won, lost) == mcnemar(lost, won)


def test_holm_corrects_for_being_several() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_counts_of_spans_are_tested_by_a_paired_bootstrap() -> None:
    first = np.array([(3, 10)] * 20, dtype=np.float64)
    second = np.array([(1, 10)] * 20, dtype=np.float64)
    found = paired_test(first, second)
    assert found.method == "bootstrap"
    assert found.difference == pytest.approx(-0.2)
    assert found.p_value < 0.01
    assert paired_test(first, first).p_value == 1


def test_better() -> None:
    one = results(rights("emergency.recall", [False] * 12 + [True] * 20))
    other = results(rights("emergency.recall", [True] * 32))
    found = compare(one, other, CATALOGUE)
    assert found.verdict is Verdict.BETTER
    (change,) = found.changes
    assert change.direction is Direction.BETTER
    assert change.test.difference == pytest.approx(12 / 32)
    assert change.test.p_value == pytest.approx(2 / 2**12)
    assert len(found.flips) == 12
    assert all(flip.to_right for flip in found.flips)
    assert sentence(found).startswith("Ship:")


def test_worse_also_where_lower_is_better() -> None:
    one = results(rights("urgent.false_alarm", [False] * 30))
    other = results(rights("urgent.false_alarm", [True] * 12 + [False] * 18))
    found = compare(one, other, CATALOGUE)
    assert found.verdict is Verdict.WORSE
    assert not any(flip.to_right for flip in found.flips)
    assert sentence(found).startswith("Do not ship:")


def test_a_small_difference_is_not_called_one() -> None:
    one = results(rights("emergency.recall", [True] * 30))
    other = results(rights("emergency.recall", [False] * 2 + [True] * 28))
    found = compare(one, other, CATALOGUE)
    assert found.verdict is Verdict.NO_DIFFERENCE
    assert found.changes[0].direction is Direction.NEITHER
    assert len(found.flips) == 2


def test_coverage_alone_is_neither_better_nor_worse() -> None:
    one = results(rights("decision.coverage", [True] * 30, suite="end_to_end"))
    other = results(rights("decision.coverage", [False] * 30, suite="end_to_end"))
    assert compare(one, other, CATALOGUE).verdict is Verdict.NO_DIFFERENCE


def test_a_new_dangerous_error_must_be_read() -> None:
    safe = judged("m-1", Score("emergency.recall", 1))
    found = compare(results([safe]), results([missed("m-1")]), CATALOGUE)
    assert [error.error for error in found.new_errors] == [DangerousError.MISSED_EMERGENCY]
    assert "must first read 1 new dangerous errors" in sentence(found)
    assert "m-1" in markdown(found, CATALOGUE)
    back = compare(results([missed("m-1")]), results([safe]), CATALOGUE)
    assert back.mended == {"MissedEmergency": 1}
    assert back.new_errors == ()


def test_a_gate_newly_failed_stops_the_version() -> None:
    samples = rights("emergency.recall", [True] * 3)
    found = compare(results(samples), results(samples, failed_gates=["emergencies-found"]), CATALOGUE)
    assert found.verdict is Verdict.WORSE
    assert "emergencies-found" in sentence(found)


def test_only_common_samples_are_compared_and_other_data_is_told() -> None:
    one = results(rights("emergency.recall", [True] * 4))
    other = results(rights("emergency.recall", [True] * 6), data_sha256={"x": "other"})
    found = compare(one, other, CATALOGUE)
    assert (found.common, found.only_one, found.changes[0].samples) == (4, 2, 4)
    assert "data of the two runs differ" in sentence(found)
    assert comparison_json(found)["verdict"] == "no_difference"


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="no sample in common"):
        compare(results(rights("leak", [True])), results([judged("other", suite="speed")]), CATALOGUE)
