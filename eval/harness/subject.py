"""What is evaluated: the shipped pipeline, watched where its drafts are made, and each message run once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cases.case import Case
from cases.message import Message
from cases.pipeline import Pipeline
from drafting.drafter import Drafter, DraftingResult
from drafting.request import ComposeRequest
from knowledge_base.config import RetrievalConfig
from models.encoder import Encoder
from policies.decision import Facts

RECEIVED = datetime(2026, 11, 24, 11, 0, tzinfo=ZoneInfo("Europe/Madrid"))
"""When every message without a time of its own is taken to have come (a working Tuesday): clocks then repeat."""
TRACKING = "REF-XXXX"
"""Stands for the tracking code, which is drawn anew for every case."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the drafter was asked for and what it gave."""

    request: ComposeRequest
    result: DraftingResult


@dataclass(frozen=True, slots=True)
class WatchedDrafter(Drafter):
    """The shipped drafter, which keeps what went through it. Not safe to share between threads."""

    seen: list[Drafted] = field(default_factory=list)

    def draft(self, request: ComposeRequest) -> DraftingResult:
        """Draft as shipped, and remember it."""
        result = Drafter.draft(self, request)
        self.seen.append(Drafted(request, result))
        return result


@dataclass(frozen=True, slots=True)
class Ran:
    """One message, taken the whole way."""

    case: Case
    facts: Facts
    drafted: Drafted
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are that belong to the evaluated version."""

    policies: Path
    heads: Path
    encoder: str
    redaction_model: str
    knowledge_base: Path


class Subject:
    """The evaluated version. A message asked for twice is run once, so that suites share their work."""

    def __init__(self, pipeline: Pipeline, places: Places, load_encoder: Callable[[], Encoder]) -> None:
        shipped = pipeline.engines.drafter
        self._watched = WatchedDrafter(shipped.composer, shipped.verifier, shipped.holding)
        self.pipeline = Pipeline(replace(pipeline.engines, drafter=self._watched))
        self.places = places
        self._load_encoder = load_encoder
        self._ran: dict[str, Ran] = {}
        self._encoder: Encoder | None = None

    @property
    def encoder(self) -> Encoder:
        """The encoder of the version, loaded when a suite needs it alone."""
        if self._encoder is None:
            self._encoder = self._load_encoder()
        return self._encoder

    @property
    def retrieval(self) -> RetrievalConfig:
        """How the version searches."""
        return RetrievalConfig.load(self.places.policies / "retrieval.yaml")

    def run(self, message: Message) -> Ran:
        """Take a message the whole way, or return what came of it before."""
        key = message.model_dump_json()
        if key not in self._ran:
            self._ran[key] = self.run_afresh(message)
        return self._ran[key]

    def run_afresh(self, message: Message) -> Ran:
        """Take a message the whole way."""
        self._watched.seen.clear()
        started = time.perf_counter()
        outcome = self.pipeline.run(message, received_at=message.received_at or RECEIVED)
        milliseconds = (time.perf_counter() - started) * 1e3
        return Ran(outcome.case, outcome.facts, self._watched.seen[-1], milliseconds)


def draft_texts(case: Case) -> list[dict[str, str]]:
    """The drafts of a case without its random name."""
    return [
        {"audience": draft.audience.value, "text": draft.text.replace(case.tracking_code, TRACKING)}
        for draft in case.drafts
    ]
