"""The customer's first name: the cases beside the policy, and what no text can bring about."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.customer_name import LONGEST, CustomerNames
from cases.message import Message, Turn
from cases.name_patterns import NAMES_FILE
from cases.redacted import RedactedMessage, redact_message, withheld
from models.redaction.redactor import Redactor
from models.spans import RedactedSpan, Redaction
from models.text import RawText, RedactedText
from policies.errors import PolicyError

ROOT = Path(__file__).parents[2]
CASES: dict[str, Any] = yaml.safe_load(
    NAMES_FILE.with_name("customer_names.cases.yaml").read_text(encoding="utf-8")
)
SAID = [one for told in CASES["messages"].values() for one in told] + CASES["conversations"]


@pytest.fixture(scope="module")
def names() -> CustomerNames:
    return CustomerNames.load()


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    """The shipped rules and lists; the model beside them is not needed to see these names."""
    return Redactor.load(
        policy_file=ROOT / "policies" / "redaction.yaml", lexicons_dir=ROOT / "policies" / "lexicons"
    ).patterns_alone


def _message(one: dict[str, Any]) -> Message:
    thread = tuple(
        Turn.model_validate({"role": role, "text": text})
        for role, _, text in (turn.partition(": ") for turn in one.get("thread", ()))
    )
    return Message(text=one["text"], thread=thread)


@pytest.mark.parametrize("one", SAID, ids=lambda one: one["text"][:40])
def test_the_cases_beside_the_policy(one: dict[str, Any], names: CustomerNames, redactor: Redactor) -> None:
    found = names.find(redact_message(redactor, _message(one), allowed=()), one.get("sender"))
    assert (found.reveal() if found else None) == one["name"]


@pytest.mark.parametrize("one", CASES["senders"], ids=lambda one: one["name"])
def test_the_senders_beside_the_policy(one: dict[str, Any], names: CustomerNames) -> None:
    assert names.of_sender(one["name"]) == one["first"]


@pytest.mark.parametrize("one", CASES["called"], ids=lambda one: one["sender"])
def test_what_a_sender_may_be_called(one: dict[str, Any], names: CustomerNames) -> None:
    called = names.called(withheld(Message(text="Hola")), one["sender"])
    assert sorted({name.reveal() for name in called}) == one["names"]


def test_every_language_has_names_and_near_misses() -> None:
    for language, told in CASES["messages"].items():
        assert sum(one["name"] is not None for one in told) >= 3, language
        assert sum(one["name"] is None for one in told) >= 2, language


def test_where_redaction_failed_only_the_sender_tells(names: CustomerNames) -> None:
    message = withheld(Message(text="Hola, soy Marta"))
    assert names.find(message) is None
    found = names.find(message, "Juan Pérez")
    assert found is not None
    assert found.reveal() == "Juan"


@settings(deadline=None)
@given(st.text(max_size=120))
def test_a_sender_gives_letters_only_or_nothing(sender: str) -> None:
    found = CustomerNames.load().of_sender(sender) if sender.strip() else None
    assert found is None or (len(found) <= LONGEST and found.replace(" ", "").replace("-", "").isalpha())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["soy", "Marta", "me llamo", "Un saludo,", "\n", "no", "Juan", "y", "«", ". "]))
)
def test_what_is_found_is_a_name_of_the_text(
    names: CustomerNames, redactor: Redactor, words: list[str]
) -> None:
    text = " ".join(words)
    if not text.strip():
        return
    found = names.find(redact_message(redactor, Message(text=text), allowed=()))
    assert found is None or (found.reveal() in ("Marta", "Juan") and found.reveal() in text)


def test_a_list_of_names_introduces_nobody_in_no_time(names: CustomerNames) -> None:
    text = "soy Marta, " * 1_800
    spans = tuple(
        RedactedSpan("PERSON", at + 4, at + 9, 0.9, "[PERSONA_1]") for at in range(0, len(text) - 1, 11)
    )
    message = RedactedMessage(RawText(text), Redaction(RedactedText("x"), spans, {}))
    assert names.find(message) is None
    few = Redaction(RedactedText("x"), spans[:1], {})
    assert names.find(RedactedMessage(RawText(text), few)) == RawText("Marta")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "customer_names.yaml"
    file.write_text("version: 1\nintroductions: {}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="introductions"):
        CustomerNames.load(file)


NO_FIRST_NAMES = {"dom", "dona", "mama", "papa", "senor"}
"""In the lists of names, and still no way to greet."""


def test_no_list_of_words_shuts_out_a_known_name(names: CustomerNames) -> None:
    shut_out = {one for one in names.lists.given if names.first_name(one.capitalize()) is None}
    assert shut_out == NO_FIRST_NAMES
