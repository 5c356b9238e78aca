"""The words of stages and requests: none is missing, none is made up."""

import pytest

from models.understanding.complaint_marks import Wants
from models.understanding.complaint_stage import Stage
from policies.complaints import load_complaints
from policies.errors import PolicyError


def test_every_stage_and_request_has_words() -> None:
    policy = load_complaints()
    policy.check_codes(stages=tuple(Stage), asks=tuple(Wants))
    assert len({words.es for words in policy.stages.values()}) == len(Stage)


@pytest.mark.parametrize(("stages", "asks"), [(("opened",), tuple(Wants)), (tuple(Stage), (*Wants, "gift"))])
def test_a_code_without_words_is_refused(stages: tuple[str, ...], asks: tuple[str, ...]) -> None:
    with pytest.raises(PolicyError, match="missing or unknown"):
        load_complaints().check_codes(stages=stages, asks=asks)
