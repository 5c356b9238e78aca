"""The acceptance entries themselves are sound: closed words, exact pieces, full coverage, whole pairs."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from knowledge_base.loader import load_directory
from models.vocabulary import Intent, Language
from policies.vocabulary import Channel, Disposition, Flag, Visibility
from tests.acceptance.expectation import Expectation, read_expectations

EXPECTATIONS = read_expectations()


def test_there_are_at_least_seventy_entries_with_ids_of_their_own() -> None:
    ids = Counter(entry.id for entry in EXPECTATIONS)
    assert len(EXPECTATIONS) >= 70
    assert [name for name, times in ids.items() if times > 1] == []


def test_no_text_stands_twice_except_in_a_pair() -> None:
    texts = Counter((entry.message.text, entry.pair) for entry in EXPECTATIONS)
    assert [text for (text, pair), times in texts.items() if times > 1 and pair is None] == []


@pytest.mark.parametrize("disposition", Disposition)
def test_every_disposition_is_demanded(disposition: Disposition) -> None:
    assert any(entry.must.disposition == (disposition,) for entry in EXPECTATIONS)


@pytest.mark.parametrize("intent", Intent)
def test_every_intent_is_demanded(intent: Intent) -> None:
    assert any(intent in entry.must.main_intent for entry in EXPECTATIONS)


@pytest.mark.parametrize("flag", Flag)
def test_every_flag_is_demanded_and_forbidden(flag: Flag) -> None:
    assert any(flag in entry.must.flags for entry in EXPECTATIONS)
    assert any(flag in entry.must_not.flags for entry in EXPECTATIONS)


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_is_used(channel: Channel) -> None:
    assert any(entry.message.channel is channel for entry in EXPECTATIONS)


def test_every_language_is_demanded() -> None:
    assert {entry.must.language for entry in EXPECTATIONS} >= set(Language)


def test_a_private_message_never_demands_a_public_draft() -> None:
    wrong = [
        entry.id
        for entry in EXPECTATIONS
        if entry.message.effective_visibility is Visibility.PRIVATE
        and (Visibility.PUBLIC in entry.must.audiences or entry.must.public_contains_any)
    ]
    assert wrong == []


def test_no_reply_demands_no_draft() -> None:
    silent = [entry for entry in EXPECTATIONS if entry.must.disposition == (Disposition.NO_REPLY,)]
    assert [entry.id for entry in silent if entry.must.audiences or entry.must.draft_contains_any] == []


def test_pairs_are_whole_and_say_the_same() -> None:
    pairs: dict[str, list[Expectation]] = defaultdict(list)
    for entry in EXPECTATIONS:
        if entry.pair:
            pairs[entry.pair].append(entry)
    assert pairs
    for name, members in pairs.items():
        assert len(members) == 2, name
        assert members[0].must.same_as_pair == members[1].must.same_as_pair, name
        assert members[0].must.disposition == members[1].must.disposition, name


def test_evidence_names_answers_of_the_demo_company() -> None:
    known = {
        answer.id
        for answer in load_directory(Path(__file__).parents[2] / "knowledge_base" / "answers").answers
    }
    named = {key for entry in EXPECTATIONS for key in (*entry.must.evidence_any, *entry.must_not.evidence)}
    assert len(named) >= 40
    assert named - known == set()
