"""Reads the labelled messages of ``eval/data/messages`` for training and for evaluation."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import ArtifactError
from models.vocabulary import Emotion, Handling, Intent, Language, Relevance, SignalCode


class Turn(BaseModel):
    """An earlier turn of the conversation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal["customer", "agent"]
    text: str


class LabelledMessage(BaseModel):
    """One row of the labelled set (fields: ``eval/data/GUIDE.md``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    channel: str
    visibility: Literal["public", "private"]
    language: Language
    variety: str
    thread: list[Turn] = Field(default_factory=list)
    intents: Annotated[list[Intent], Field(min_length=1)]
    flags: list[SignalCode]
    disposition: Handling
    emotion: Emotion
    relevance: Relevance | None = None
    """None in the files of the first two waves, which were written before it was labelled."""
    personal: list[str]
    health: list[str]
    note: str


def read_messages(folder: Path, split: str) -> list[LabelledMessage]:
    """Read the rows of a split (train, dev or test); a row without a split yet is in none.

    Raises:
        ArtifactError: a row does not follow the format; names file, line and field.
    """
    splits = json.loads((folder / "splits.json").read_text(encoding="utf-8"))
    rows = []
    for path in sorted(folder.glob("messages_*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = LabelledMessage.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"]))
                raise ArtifactError(f"{path.name}:{number}: {place}: {first['msg']}") from None
            if splits.get(row.id) == split:
                rows.append(row)
    return rows
