"""Format of the lexicons: YAML under ``policies/lexicons/`` (``signals*``, ``complaint*``), read and checked here."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import ArtifactError
from models.understanding.complaint_marks import ComplaintMark, Wants
from models.understanding.report import Criterion, Seriousness, Situation
from models.vocabulary import Intent, Relevance, SignalCode
from models.yaml_files import read_yaml

M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")

Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Words = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class Strength(StrEnum):
    """How sure a cue is alone. ``weak`` cues count for the heads, and for the lexicon only with others."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


STRENGTHS = {Strength.STRONG: 0.9, Strength.MEDIUM: 0.6, Strength.WEAK: 0.25}
"""Share of one cue in the noisy-or of a signal. Two weak cues (0.44) stay under a medium one."""


class Entry(BaseModel):
    """One cue: patterns, what they mean, and when they do not mean it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")]
    signal: SignalCode | None = None
    tag: Name | None = None
    relevance: Relevance | None = None
    criterion: Criterion | None = None
    situation: Situation | None = None
    """Special situation that the cue tells of: it may come without a reaction."""
    seriousness: Seriousness | None = None
    complaint: ComplaintMark | None = None
    """What a turn of the thread shows of a complaint (lexicons ``complaint*.yaml`` only)."""
    wants: Wants | None = None
    """What the customer asks for, or we promise (the same files)."""
    times: Annotated[int, Field(ge=2, le=20)] | None = None
    """How often the customer says to have asked already, this time included."""
    effect: bool = True
    """False for a cue of an adverse event that tells of an intake or exposure, not of a reaction."""
    topic: Name | None = None
    """What needs to be looked at, for in-person referral; may go with a signal or stand alone."""
    intent: Intent | None = None
    bonus: Annotated[float, Field(gt=0, le=8)] = 2.0
    """Log-odds that the cue adds to its intent."""
    strength: Strength = Strength.STRONG
    patterns: Words
    near: list[Words] = Field(default_factory=list)
    """Each list needs one match within ``within`` words of the cue, in any order."""
    within: Annotated[int, Field(ge=1, le=200)] = 25
    unless: list[Name] = Field(default_factory=list)
    """Guards that silence the cue when they match within eight words of it."""
    unless_far: list[Name] = Field(default_factory=list)
    """Guards that silence the cue when they match within forty words of it."""
    unless_before: list[Name] = Field(default_factory=list)
    """Guards that silence the cue when they end where it begins, or begin no later and reach into it."""
    told_unless_before: list[Name] = Field(default_factory=list)
    """The same where a report is read: the cue may still raise its signal, and tells of no reaction."""
    alone: bool = False
    """The cue counts only when its matches are the whole message, signs aside."""
    negation: Annotated[int, Field(ge=0, le=6)] = 3
    """Words before the cue in which a negator silences it; 0 where the cue holds its own negation."""

    @property
    def guards(self) -> tuple[Name, ...]:
        """All guards that may silence the cue."""
        return (*self.unless, *self.unless_far, *self.unless_before, *self.told_unless_before)

    @model_validator(mode="after")
    def _means_something(self) -> "Entry":
        report = (self.criterion, self.situation, self.seriousness, self.complaint, self.wants)
        if not any((self.signal, self.tag, self.relevance, self.topic, self.intent, *report)):
            raise ValueError(
                "needs a signal, tag, relevance, criterion, situation, seriousness, complaint, wants, topic"
                " or intent"
            )
        return self


class LexiconFile(BaseModel):
    """One file of the lexicon. Groups and guards are shared by all files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1)]
    about: str
    negators: list[str] = Field(default_factory=list)
    negation_ends: list[str] = Field(default_factory=list)
    """Words that end the reach of a negator (``pero``)."""
    order_openers: list[str] = Field(default_factory=list)
    """Words that introduce an order to the software and go with it when it is left out (``por favor``)."""
    groups: dict[Name, Words] = Field(default_factory=dict)
    guards: dict[Name, Words] = Field(default_factory=dict)
    entries: list[Entry] = Field(default_factory=list)


def read_lexicon(path: Path, model: type[M]) -> M:
    """Read and validate one YAML file. Raises ArtifactError with file, entry and field in one line."""
    raw = read_yaml(path)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise ArtifactError(f"{path.name}: {_place(raw, first['loc'])}: {first['msg']}") from None


def _place(raw: object, loc: tuple[int | str, ...]) -> str:
    """Where in the file, with the id of the entry instead of its number."""
    if len(loc) > 1 and loc[0] == "entries" and isinstance(raw, dict) and isinstance(loc[1], int):
        entry = raw["entries"][loc[1]]
        name = entry.get("id", f"number {loc[1] + 1}") if isinstance(entry, dict) else f"number {loc[1] + 1}"
        return f"entry {name}: {'.'.join(map(str, loc[2:])) or 'entry'}"
    return ".".join(map(str, loc)) or "file"


def lexicon_paths(folder: Path, stem: str = "signals") -> list[Path]:
    """Files of one lexicon in a folder, cases aside. Raises ArtifactError when there are none."""
    paths = sorted(p for p in folder.glob(f"{stem}*.yaml") if not p.name.endswith(".cases.yaml"))
    if not paths:
        raise ArtifactError(f"{folder.name}: no {stem}*.yaml")
    return paths


def merge(
    files: Iterable[tuple[str, LexiconFile]], pick: Callable[[LexiconFile], dict[str, V]]
) -> dict[str, V]:
    """Join a named part of all files. Raises ArtifactError when two files define one name."""
    joined: dict[str, V] = {}
    for name, file in files:
        for key, value in pick(file).items():
            if key in joined:
                raise ArtifactError(f"{name}: {key} is defined twice")
            joined[key] = value
    return joined
