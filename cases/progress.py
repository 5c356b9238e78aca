"""The steps of a case being made, told as they are done: codes and counts, never text."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from cases.canonical import Json

if TYPE_CHECKING:  # records are opened without the engines, which take seconds to import
    from drafting.drafter import DraftingResult
    from knowledge_base.evidence import Retrieval
    from models.spans import Redaction
    from models.understanding.types import Understanding
    from policies.decision import Decision


class Step(StrEnum):
    """What has been done so far, in this order."""

    REDACTED = "redacted"
    UNDERSTOOD = "understood"
    RETRIEVED = "retrieved"
    DECIDED = "decided"
    DRAFTED = "drafted"
    RECORDED = "recorded"
    """The case can be read."""

    @property
    def number(self) -> int:
        """Its place, from 1: the same at every attempt, so that a repeated one is told once."""
        return list(Step).index(self) + 1


Tell = Callable[[Step, Mapping[str, Json]], None]


def silent(_step: Step, _detail: Mapping[str, Json]) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step, when it was done, and what it found in codes."""

    step: Step
    at: datetime
    detail: Mapping[str, Json]


def redacted(redaction: "Redaction") -> dict[str, Json]:
    """How many of each kind were masked."""
    return {"entities": dict(sorted(Counter(span.entity_type for span in redaction.spans).items()))}


def understood(understanding: "Understanding") -> dict[str, Json]:
    """The language and what is wanted."""
    intents = [intent.value for intent, _ in understanding.intents]
    return {"language": understanding.language_code, "intents": intents}


def retrieved(retrieval: "Retrieval") -> dict[str, Json]:
    """The approved answers found."""
    answers = [f"{found.answer.id}@{found.answer.version}" for found in retrieval.evidence]
    return {"answers": answers, "abstained": retrieval.abstained}


def decided(decision: "Decision") -> dict[str, Json]:
    """What must happen."""
    return {
        "disposition": decision.disposition.value,
        "priority": decision.priority.value,
        "queue": decision.queue,
        "flags": [flag.code.value for flag in decision.flags],
    }


def drafted(drafting: "DraftingResult") -> dict[str, Json]:
    """For whom there are drafts."""
    return {"drafts": [draft.audience.value for draft in drafting.drafts], "drafter": drafting.drafter}
