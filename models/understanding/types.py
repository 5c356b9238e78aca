"""What understanding returns. It carries scores and codes, never customer text."""

from dataclasses import dataclass, field

from models.understanding.report import NOTHING_REPORTED, Report
from models.vocabulary import Emotion, Handling, Intent, Language, Relevance, SignalCode


@dataclass(frozen=True, slots=True)
class Signal:
    """A safety or handling signal, its calibrated score, and which cues gave it.

    ``cues`` are ids of lexicon entries and names of heads (``head:adverse_event``), so that a person can be
    told why without quoting the customer.
    """

    code: SignalCode
    score: float
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdverseEventCriteria:
    """The four minimum criteria of a valid report (EMA GVP module VI, VI.B.2): which are present."""

    reporter: bool
    patient: bool
    product: bool
    reaction: bool
    serious_hint: bool
    report: Report = NOTHING_REPORTED
    """What supports each of them, where, with special situations and seriousness."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything later steps may know of a message besides its redacted text."""

    language: Language | None
    """None: a language Borrador does not answer in, or no language at all."""
    language_code: str
    """ISO 639-1 code as identified, ``und`` when there is no telling."""
    intents: tuple[tuple[Intent, float], ...]
    """Main intent first; at least one."""
    emotion: Emotion
    emotion_score: float
    relevance: Relevance
    signals: tuple[Signal, ...]
    """Only signals over their threshold, highest score first."""
    handling: tuple[tuple[Handling, float], ...]
    """All five, highest first, summing to 1."""
    abstained: bool
    """True when the main intent or the handling is too uncertain to act on without a person."""
    referral_topic: str | None = None
    """What needs to be looked at (``skin``, ``eyes``, ``teeth``…), for choosing the professional (M39, M40)."""
    adverse_event: AdverseEventCriteria | None = None
    tags: frozenset[str] = field(default_factory=frozenset)
    """Finer topics from the lexicon (``delivery_late``, ``price``, ``child``…) that pick sentences of the bank."""

    def has(self, code: SignalCode) -> bool:
        """Whether a signal is present."""
        return any(signal.code == code for signal in self.signals)
