"""Thresholds of understanding: policy data (``policies/thresholds.yaml``), read and checked here."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.understanding.lexicon_file import read_lexicon
from models.vocabulary import SignalCode

Share = Annotated[float, Field(ge=0, le=1)]


class SignalThreshold(BaseModel):
    """A signal is on when its lexicon score or its head's score reaches its threshold.

    ``support``: the lexicon counts only where the head's score is at least this. For a signal whose words are also
    those of many harmless questions; 0 where missing one is worse than any false alarm.
    ``sure``: over this the lexicon counts with no support: several cues say it, or it is said in so many words.
    ``passage``: what the head's score of one passage of a long message must reach to count for the whole; 1 where
    passages do not count. Higher than ``head``: what stands around a passage may take the danger out of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lexicon: Share
    head: Share
    support: Share = 0.0
    sure: Share = 1.0
    passage: Share = 1.0


class Abstain(BaseModel):
    """Under these scores of the first choice, a person decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    main_intent: Share
    handling: Share


class Thresholds(BaseModel):
    """All thresholds of understanding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1)]
    about: str
    signals: dict[SignalCode, SignalThreshold]
    second_intent: Share
    """Score from which a further intent is named beside the main one."""
    ignore: Share
    """Score of no_reply from which a message with no need in it is left alone (M56); below, it is watched."""
    monitor: Share
    """Score of no_reply from which a message is watched instead of answered."""
    abstain: Abstain

    @model_validator(mode="after")
    def _complete(self) -> "Thresholds":
        missing = sorted(set(SignalCode) - set(self.signals))
        if missing:
            raise ValueError(f"no threshold for {missing[0]}")
        return self


def load_thresholds(path: Path) -> Thresholds:
    """Read the thresholds. Raises ArtifactError with file and field."""
    return read_lexicon(path, Thresholds)
