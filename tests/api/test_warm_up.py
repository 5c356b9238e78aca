"""Before the first request the engines have read their longest texts; what fails then stops no start."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import pytest

from api.warm_up import LONG, warm_up
from cases.message import Message
from cases.pipeline import Pipeline


class Reads:
    """Keeps what it was given to draft, or breaks with words in its mouth."""

    def __init__(self, fail: bool = False) -> None:
        self.messages: list[Message] = []
        self.fail = fail

    def run(self, message: Message, *, received_at: datetime) -> None:
        self.messages.append(message)
        if self.fail:
            raise ValueError("Remedios")


def warmed(reads: Reads, at_once: int) -> None:
    warm_up(cast(Pipeline, reads), at_once=at_once)


def test_each_that_works_at_once_reads_a_long_message_with_its_thread() -> None:
    reads = Reads()
    warmed(reads, 3)
    assert len(reads.messages) == 3
    for message in reads.messages:
        assert len(message.text) == LONG
        assert [len(turn.text) for turn in message.thread] == [LONG]


def test_a_failure_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    warmed(Reads(fail=True), 2)
    said = capsys.readouterr()
    assert "warm_up.failed" in said.out + said.err
    assert "Remedios" not in said.out + said.err


def test_the_shipped_pipeline_drafts_it(pipeline: Pipeline) -> None:
    """Were the invented message refused, nothing would be warm, and only a line of the log would say so."""
    seen: list[Any] = []
    whole: Callable[..., Any] = pipeline.run

    class Watched:
        def run(self, message: Message, *, received_at: datetime) -> None:
            seen.append(whole(message, received_at=received_at).case)

    warm_up(cast(Pipeline, Watched()), at_once=1)
    assert [bool(case.drafts) for case in seen] == [True]
