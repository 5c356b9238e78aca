"""Messages redacted together are redacted as each alone."""

import pytest

from cases.bulk import redact_messages
from cases.errors import UnknownAccountError
from cases.message import Message
from cases.pipeline import Pipeline
from models.errors import TextError

TEXTS = ("Soy Ana Ruiz, tel. 612 345 678", "hola", "mi dni es 12345678Z", "Soy Luis Gil", "x" * 5000)


def test_together_as_alone_and_in_order(pipeline: Pipeline) -> None:
    messages = [Message(text=text) for text in TEXTS]
    account = pipeline.account(None)
    alone = [pipeline.redact_text(text, account=account) for text in TEXTS]
    assert redact_messages(pipeline, messages) == alone
    assert redact_messages(pipeline, messages[::-1]) == alone[::-1]


def test_each_message_has_numbers_of_its_own(pipeline: Pipeline) -> None:
    first, second = redact_messages(pipeline, [Message(text="soy Ana Ruiz"), Message(text="soy Luis Gil")])
    assert (first.text.value, second.text.value) == ("soy [PERSONA_1]", "soy [PERSONA_1]")


def test_no_messages_are_no_work(pipeline: Pipeline) -> None:
    assert redact_messages(pipeline, []) == []


def test_an_unknown_account_and_a_text_that_cannot_be_read_give_nothing_back(pipeline: Pipeline) -> None:
    good = Message(text="hola")
    with pytest.raises(UnknownAccountError):
        redact_messages(pipeline, [good, Message(text="hola", account="nobody")])
    with pytest.raises(TextError):
        redact_messages(pipeline, [good, Message.model_construct(text="a\ud800", account=None)])
