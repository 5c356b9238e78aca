"""``borrador redact``, ``draft`` and ``search``: a text for a person, or JSON Lines for a program."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, field_validator
from rich.console import Console

from api.commands.batches import run_batches
from api.commands.options import InFile, KnowledgeBaseDir, PoliciesDir, load_settings
from api.commands.printing import print_case, print_redaction, print_search
from api.commands.stream import run_lines
from api.failures import UsageError
from api.record_keeping import keep_texts, open_records
from cases.case import Case
from cases.message import MAX_TEXT, Message, check_readable
from policies.vocabulary import Channel, Visibility

if TYPE_CHECKING:
    from api.settings import Settings
    from cases.pipeline import Pipeline

Text = Annotated[str | None, typer.Argument(help="One text; without it, JSON Lines are read.")]


class SearchLine(BaseModel):
    """A question, as one line."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    text: str = Field(min_length=1, max_length=MAX_TEXT, repr=False)
    id: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    channel: Channel | None = None
    account: str | None = Field(default=None, max_length=100)

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return check_readable(text)


def redact(text: Text = None, source: InFile = None, policies: PoliciesDir = None) -> None:
    """Mask personal and health data."""
    _one_input(text, source)
    message = None if text is None else _message(text)
    pipeline = _pipeline(load_settings(policies=policies))

    from cases.assembly import entities_of
    from cases.bulk import redact_messages

    def work(messages: Sequence[Message]) -> list[dict[str, Any]]:
        redactions = redact_messages(pipeline, messages)
        return [
            {
                "id": pipeline.redact_id(message.id, account=pipeline.account(message.account)),
                "text": redaction.text.value,
                "entities": [entity.model_dump() for entity in entities_of(redaction)],
            }
            for message, redaction in zip(messages, redactions, strict=True)
        ]

    if message is not None:
        print_redaction(Console(), work([message])[0])
        return
    _finish(run_batches(source, Message, work))


def draft(
    text: Text = None,
    source: InFile = None,
    knowledge_base: KnowledgeBaseDir = None,
    policies: PoliciesDir = None,
    channel: Annotated[Channel, typer.Option(help="Channel of the text.")] = Channel.WEB,
    visibility: Annotated[Visibility | None, typer.Option(help="Who can read the text.")] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Record the cases; otherwise nothing is kept.")
    ] = False,
) -> None:
    """Take messages the whole way to verified drafts."""
    _one_input(text, source)
    given = None if text is None else _message(text, channel=channel, visibility=visibility)
    settings = load_settings(knowledge_base=knowledge_base, policies=policies)
    pipeline = _pipeline(settings)
    records = open_records(settings) if store else None
    if records is not None:
        keep_texts(records, settings, pipeline)

    def work(message: Message) -> Case:
        if records is not None:
            account = pipeline.account(message.account).id
            return records.handle(pipeline, message, account=account, actor="cli").case
        return pipeline.run(message, received_at=message.received_at or datetime.now(UTC)).case

    if given is not None:
        print_case(Console(), work(given))
        return
    _finish(run_lines(source, Message, work))


def search(
    text: Text = None,
    source: InFile = None,
    knowledge_base: KnowledgeBaseDir = None,
    policies: PoliciesDir = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Answers to list.")] = 10,
) -> None:
    """Search the approved answers."""
    _one_input(text, source)
    question = None if text is None else SearchLine(text=_message(text).text)
    pipeline = _pipeline(load_settings(knowledge_base=knowledge_base, policies=policies))

    if question is not None:
        print_search(Console(), *_search(pipeline, question, k))
        return

    def work(line: SearchLine) -> dict[str, Any]:
        results, abstained, _titles = _search(pipeline, line, k)
        name = pipeline.redact_id(line.id, account=pipeline.account(line.account))
        return {"id": name, "results": results, "abstained": abstained}

    _finish(run_lines(source, SearchLine, work))


def _pipeline(settings: "Settings") -> "Pipeline":
    """Build the pipeline. The engines are imported here: commands that need none start at once."""
    from api.wiring import build_pipeline

    return build_pipeline(settings)


def _search(pipeline: "Pipeline", line: SearchLine, k: int) -> tuple[list[dict[str, Any]], bool, list[str]]:
    retrieval, language = pipeline.search(
        line.text, account=pipeline.account(line.account), language=line.language, channel=line.channel, k=k
    )
    results = [{"answer_id": found.answer.id, "score": round(found.score, 4)} for found in retrieval.evidence]
    return (
        results,
        retrieval.abstained,
        [found.answer.text_for(language).title for found in retrieval.evidence],
    )


def _message(text: str, *, channel: Channel = Channel.WEB, visibility: Visibility | None = None) -> Message:
    try:
        return Message(text=text, channel=channel, visibility=visibility)
    except ValueError:
        raise UsageError(f"the text is empty, over {MAX_TEXT} characters, or no valid Unicode") from None


def _one_input(text: str | None, source: Path | None) -> None:
    if text is not None and source is not None:
        raise UsageError("give a text or --in FILE, not both")
    if text is None and source is None and sys.stdin.isatty():
        raise UsageError("give a text, --in FILE, or JSON Lines on standard input")
    if source is not None and not source.is_file():
        raise UsageError(f"{source}: no such file")


def _finish(code: int) -> None:
    if code:
        raise typer.Exit(code)
