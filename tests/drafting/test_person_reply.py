"""Replies that people write: the same rules as drafts, by the shipped pipeline."""

from pathlib import Path

import pytest
import yaml

from cases.message import Message
from cases.pipeline import Pipeline
from cases.reply_check import ReplyCheck
from drafting.person_reply import OWN_WORDS, ReplyVerifier
from policies.errors import PolicyError
from policies.vocabulary import Channel, Visibility

POLICIES = Path(__file__).parents[2] / "policies"
FILE = POLICIES / "person_replies.yaml"
CASES = yaml.safe_load(FILE.with_name("person_replies.cases.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def check(pipeline: Pipeline) -> ReplyCheck:
    return ReplyCheck(pipeline, FILE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_cases_beside_the_policy(check: ReplyCheck, case: dict) -> None:
    report = check.of_message(case["text"], Message.model_validate(case["message"]))
    failed = {finding.rule: finding.words for finding in report.findings if not finding.advice}
    for rule, words in case.get("fails", {}).items():
        assert any(one.rule == rule and words in one.words for one in report.findings), failed
    assert report.passed is (not failed)
    assert report.passed is case.get("passes", False), failed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_offsets_lead_to_the_words(check: ReplyCheck, case: dict) -> None:
    report = check.of_message(case["text"], Message.model_validate(case["message"]))
    for finding in report.findings:
        if finding.start is not None:
            assert case["text"][finding.start : finding.end] == finding.words


def test_a_draft_of_ours_passes_with_its_sources_and_one_word_more_is_the_persons(
    check: ReplyCheck, pipeline: Pipeline
) -> None:
    from datetime import UTC, datetime

    message = Message(text="El pedido no llega y nadie contesta.", channel=Channel.FACEBOOK, id="m-1")
    at = datetime(2026, 11, 18, 10, tzinfo=UTC)
    draft = pipeline.run(message, received_at=at).case.drafts[0]
    report = check.of_message(draft.text + " Buen día.", message, now=at)
    assert report.passed
    sources = [sentence.source for sentence in report.sentences]
    assert sources[-1] == OWN_WORDS
    assert report.length == draft.length + len(" Buen día.")


@pytest.mark.parametrize("text", ["", "   ", "\r\n\r\n"])
def test_nothing_is_no_reply(check: ReplyCheck, text: str) -> None:
    report = check.of_message(text, Message(text="Hola"))
    assert [finding.rule for finding in report.findings] == ["length"]
    assert not report.passed


def test_without_its_message_a_reply_is_checked_strictly(check: ReplyCheck, pipeline: Pipeline) -> None:
    account = pipeline.account(None)
    told = check.alone(
        "El plazo es de 9 días.", account=account, channel=Channel.X, audience=Visibility.PUBLIC
    )
    assert [finding.words for finding in told.findings if finding.rule == "unknown_fact"] == ["9 días"]
    fine = check.alone("Lo miramos.", account=account, channel=Channel.X, audience=Visibility.PUBLIC)
    assert fine.passed


def test_a_rule_that_protects_cannot_be_made_advice(tmp_path: Path, pipeline: Pipeline) -> None:
    file = tmp_path / "person_replies.yaml"
    file.write_text("version: 1\nadvice: {personal_data: no reason is good enough}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="personal_data"):
        ReplyVerifier.load(file, pipeline.engines.drafter.verifier, lambda text: [])
