"""Questions that are one question come together, in the same groups each time."""

import random
from pathlib import Path

import numpy as np
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.gaps import closeness_of, cluster
from knowledge_base.governance import Governance
from knowledge_base.loader import load_directory
from tests.knowledge_base.fakes import HashingEncoder

ROOT = Path(__file__).parents[2]
LEAST = Governance.load(ROOT / "policies" / "knowledge_base.yaml").gaps.closeness
CASES = yaml.safe_load((ROOT / "policies" / "knowledge_gaps.cases.yaml").read_text(encoding="utf-8"))


def test_the_cases_beside_the_policy_come_out_whole() -> None:
    from models.encoder import OnnxEncoder

    groups = [group["questions"] for group in CASES["groups"]] + [[alone] for alone in CASES["alone"]]
    texts = [question for group in groups for question in group]
    random.Random(7).shuffle(texts)
    base = load_directory(ROOT / "knowledge_base" / "answers")
    references = [one for answer in base.answers for one in answer.text_for("es").questions]
    encoder = OnnxEncoder.load(ROOT / "models" / "artifacts" / "encoder", threads=1)
    found = cluster(closeness_of(texts, ["es"] * len(texts), encoder, references), LEAST)
    assert sorted(sorted(texts[member] for member in gap.members) for gap in found) == sorted(
        map(sorted, groups)
    )


def test_the_largest_first_and_the_most_typical_question_first() -> None:
    closeness = np.array(
        [[1, 0.1, 0.5, 0.0], [0.1, 1, 0.6, 0.0], [0.5, 0.6, 1, 0.0], [0.0, 0.0, 0.0, 1]], dtype=np.float32
    )
    assert [gap.members for gap in cluster(closeness, 0.4)] == [(2, 1, 0), (3,)]


def test_no_questions() -> None:
    assert cluster(closeness_of([], [], HashingEncoder(), []), 0.3) == []


@given(st.lists(st.text(max_size=30), min_size=1, max_size=12), st.floats(0.05, 1))
def test_each_question_is_in_one_group_and_again_the_same(texts: list[str], least: float) -> None:
    def groups() -> list[tuple[int, ...]]:
        return [
            gap.members
            for gap in cluster(closeness_of(texts, ["es"] * len(texts), HashingEncoder(), []), least)
        ]

    found = groups()
    assert sorted(member for group in found for member in group) == list(range(len(texts)))
    assert found == groups()
