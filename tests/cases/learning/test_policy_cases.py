"""The cases beside policies/learning.yaml."""

from typing import Any

import pytest
import yaml

from api.settings import ROOT
from cases.decisions import Verb
from cases.learning.approved_texts import approved_texts
from cases.learning.judged import Span
from cases.learning.phrases import Approved, LeftOut, suggested_phrases
from cases.learning.policy import LearningPolicy
from cases.learning.report import contradictions
from cases.learning.wordings import gather, wording
from cases.records import Records
from policies.vocabulary import Disposition
from tests.cases.learning.history import POLICY, decided
from tests.cases.samples import Clock, open_records

CASES: dict[str, Any] = yaml.safe_load(
    (ROOT / "policies" / "learning.cases.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def approved() -> Approved:
    return approved_texts(ROOT / "policies", (), ())


def clusters(group: dict[str, Any]) -> int:
    said = [
        (wording(text, group["language"], POLICY.phrases.opposites), number)
        for number, text in enumerate(group["sentences"])
    ]
    return len(gather(said, POLICY.phrases.closeness))


@pytest.mark.parametrize("group", CASES["alike"], ids=lambda group: group["sentences"][0][:30])
def test_sentences_that_are_one(group: dict[str, Any]) -> None:
    assert clusters(group) == 1


@pytest.mark.parametrize("group", CASES["apart"], ids=lambda group: group["sentences"][0][:30])
def test_sentences_that_are_close_and_not_one(group: dict[str, Any]) -> None:
    assert clusters(group) == len(group["sentences"])


@pytest.mark.parametrize("one", [*CASES["left_out"], *CASES["kept"]], ids=lambda one: one["sentence"][:30])
def test_what_is_left_out_and_why(one: dict[str, Any], approved: Approved, tmp_path: Any) -> None:
    records: Records = open_records(f"sqlite:///{tmp_path / 's.sqlite3'}", tmp_path, Clock())
    for number in range(POLICY.phrases.least_cases):
        decided(records, Verb.RESPOND, one["sentence"], by=f"key_{number}", language=one["language"])
    with records.database.read() as session:
        found = suggested_phrases(session, Span(), POLICY.phrases, approved)
    records.close()
    if "reason" in one:
        assert found.phrases == ()
        assert set(found.left_out) == {LeftOut(one["reason"])}
    else:
        assert [phrase.text for phrase in found.phrases] == [one["sentence"]]


@pytest.mark.parametrize("one", CASES["contradictions"], ids=str)
def test_decisions_that_contradict(one: dict[str, Any]) -> None:
    verbs = [Verb(verb) for verb in one["decisions"]]
    found = contradictions(one["disposition"], one["drafted"], verbs, POLICY.contradicting)
    assert found == {Verb(verb) for verb in one["against"]}


def test_every_disposition_says_what_contradicts_it() -> None:
    assert set(POLICY.overruled.contradict) == set(Disposition)


@pytest.mark.parametrize("field", ["least_cases", "least_people"])
def test_one_person_s_habit_is_never_enough(field: str) -> None:
    data = POLICY.model_dump()
    data["phrases"] = {**data["phrases"], field: 1}
    with pytest.raises(ValueError, match=field):
        LearningPolicy.model_validate(data)
