"""SocialDisNER scores against tables worked out by hand."""

import pytest

from eval.socialdisner import DISEASE, score_documents
from eval.span_scores import Counts, Document

TEXT = "Convivir con diabetes tipo 1 y asma"
LONG, SHORT, ASTHMA = (13, 28, DISEASE), (13, 21, DISEASE), (31, 35, DISEASE)


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        ([LONG, ASTHMA], Counts(2, 0, 0)),
        ([SHORT, ASTHMA], Counts(1, 1, 1)),
        ([LONG, SHORT], Counts(1, 1, 1)),
        ([LONG, LONG], Counts(1, 0, 1)),
        ([], Counts(0, 0, 2)),
    ],
)
def test_only_equal_offsets_count(found: list[tuple[int, int, str]], counts: Counts) -> None:
    assert score_documents([Document("t", TEXT, frozenset({LONG, ASTHMA}))], {"t": found}).counts == counts


def test_figures_are_summed_over_tweets() -> None:
    gold = [Document("a", TEXT, frozenset({LONG, ASTHMA})), Document("b", TEXT, frozenset({LONG}))]
    score = score_documents(gold, {"a": [LONG], "b": [LONG, SHORT]})
    assert score.counts == Counts(2, 1, 1)
    assert score.f1.value == pytest.approx(2 / 3)


def test_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="'SINTOMA' is no type of this task"):
        score_documents([Document("t", TEXT, frozenset())], {"t": [(0, 3, "SINTOMA")]})
