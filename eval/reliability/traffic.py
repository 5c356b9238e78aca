"""Messages as customers write them: the development split of the labelled messages, in a seeded order."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.training.messages import LabelledMessage, read_messages

MESSAGES = Path(__file__).resolve().parents[1] / "data" / "messages"


@dataclass(slots=True)
class Traffic:
    """Draws messages. Not thread-safe: one for each sender."""

    rows: list[LabelledMessage]
    random: random.Random

    @classmethod
    def load(cls, seed: int) -> "Traffic":
        """Read the split. Raises ArtifactError where a row breaks its format."""
        return cls(read_messages(MESSAGES, "dev"), random.Random(seed))

    def next(self) -> dict[str, Any]:
        """A message for ``POST /v1/cases``, with its thread; without an id, so that none is a repetition."""
        row = self.random.choice(self.rows)
        # A word that differs each time, so that no cache can answer for the work.
        text = f"{row.text} {self.random.randrange(16**4):04x}"
        message: dict[str, Any] = {"text": text, "channel": row.channel, "visibility": row.visibility}
        if row.thread:
            message["thread"] = [turn.model_dump() for turn in row.thread]
        return message
