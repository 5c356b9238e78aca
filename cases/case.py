"""The case: what a message became. The same JSON from HTTP and command line."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cases.complaint import CaseComplaint
from policies.vocabulary import Disposition, Flag, Priority, Strategy, Visibility

AllowedDecision = Literal["accept", "edit", "respond", "ignore", "escalate"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entity(_Frozen):
    """A masked span: offsets are code points into the ORIGINAL text; the value is never here."""

    type: str
    start: int
    end: int
    placeholder: str
    score: float


class ScoredCode(_Frozen):
    """A code with its score from 0 to 1."""

    code: str
    score: float


class CaseFlag(_Frozen):
    """A flag, why, and the rule that raised it."""

    code: Flag
    score: float
    reason: str
    rule: str
    cues: tuple[str, ...] = ()
    """Ids of the lexicon's entries, and names of heads, that gave the signal of this name; none: a rule alone."""


class CaseTurn(_Frozen):
    """An earlier turn of the conversation, redacted with the message: one person keeps one placeholder."""

    role: Literal["customer", "agent"]
    text: str


class Sla(_Frozen):
    """The three clocks (X5), as absolute times with offset."""

    acknowledge_by: datetime | None
    answer_by: datetime | None
    resolve_by: datetime | None
    around_the_clock: tuple[Literal["acknowledge", "answer"], ...] = ()
    """Clocks that run at night and on holidays too: a share of their time is counted the same way."""


class CaseEvidence(_Frozen):
    """An approved answer that the draft may use, with the passage that fits."""

    answer_id: str
    version: int
    score: float
    title: str
    quote: str


class CaseSentence(_Frozen):
    """A sentence of a draft and where it comes from."""

    text: str
    source: str


class CaseDraft(_Frozen):
    """A reply that a person may send. ``length`` is in the channel's own units."""

    audience: Visibility
    text: str
    length: int
    limit: int
    sentences: tuple[CaseSentence, ...]
    subject: CaseSentence | None = Field(default=None, exclude_if=lambda value: value is None)
    """An e-mail's subject with its source; absent on every other channel."""


class CaseReferral(_Frozen):
    """To whom the customer or the case is referred."""

    kind: str
    professional: str
    reason: str
    contact: str | None


class Criteria(_Frozen):
    """The four minimum criteria of GVP VI.B.2."""

    reporter: bool
    patient: bool
    product: bool
    reaction: bool


class ReportPlace(_Frozen):
    """What speaks for a finding. Offsets are code points into ``redacted_text``, where it stands in the text."""

    source: str
    """text · thread · sender · product_field"""
    cue: str
    start: int | None = None
    end: int | None = None


class CodedPlaces(_Frozen):
    """A special situation or a criterion of seriousness, why, and where."""

    code: str
    reason: str
    places: tuple[ReportPlace, ...]


class CaseReportQuestion(_Frozen):
    """The approved question that would get what a report lacks."""

    about: str
    """product · reaction · patient · product_name"""
    text: str
    source: str


class CaseReportClock(_Frozen):
    """The term of submission in calendar days, by the hint; a person settles whether it is serious."""

    day_zero: date
    applies: Literal["serious", "non_serious"]
    calendar_days: int
    submit_by: date
    if_serious: date
    if_not_serious: date
    reason: str
    source: str


class CaseAdverseEvent(_Frozen):
    """What pharmacovigilance needs to start from."""

    criteria: Criteria
    day_zero: datetime | None
    """When the four criteria were first met here: the day the message was received (GVP VI.B.7)."""
    serious_hint: bool
    support: dict[str, tuple[ReportPlace, ...]] = Field(default_factory=dict)
    """By criterion: what speaks for it."""
    reporter_kind: Literal["consumer", "health_professional"] = "consumer"
    """Without a qualification, a consumer (GVP VI.B.2)."""
    missing: tuple[str, ...] = ()
    """Criteria that nothing speaks for."""
    questions: tuple[CaseReportQuestion, ...] = ()
    """Approved questions, the most useful first; one at a time, and never in public."""
    situations: tuple[CodedPlaces, ...] = ()
    seriousness: tuple[CodedPlaces, ...] = ()
    clock: CaseReportClock | None = None
    """None while a criterion is missing: then no report is due yet, only its follow-up."""


class CaseRisk(_Frozen):
    """What stepping in may cause (M55), with reasons in Spanish."""

    level: Literal["none", "low", "high"]
    reasons: tuple[str, ...]


class CaseStrategy(_Frozen):
    """When to answer (M6, M7), and why: the reason of the rule that decided."""

    code: Strategy
    reason: str


class Provenance(_Frozen):
    """Versions and hashes of everything that made the case."""

    service: str
    policy: str
    knowledge_base: str
    models: dict[str, str]
    drafter: str
    drafter_reason: str | None = None
    """Why the composed draft stands where a language model is set: ``llm_timeout``, ``llm_not_grounded:fact``…; or
    ``failed:`` and the name of the error because of which the fixed safe reply stands, or questions are missing."""
    ai_generated: Literal[True] = True


class Case(_Frozen):
    """One message, what it is, what must happen to it, and the drafts a person can send."""

    id: str
    message_id: str | None
    tracking_code: str
    thread_version: int
    language: str
    redacted_text: str
    thread: tuple[CaseTurn, ...] = ()
    """The turns before the message, oldest first."""
    entities: tuple[Entity, ...]
    intents: tuple[ScoredCode, ...]
    emotion: ScoredCode
    relevance: str
    flags: tuple[CaseFlag, ...]
    disposition: Disposition
    priority: Priority
    queue: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    sla: Sla
    evidence: tuple[CaseEvidence, ...]
    abstained: bool
    drafts: tuple[CaseDraft, ...]
    referral: CaseReferral | None
    adverse_event: CaseAdverseEvent | None
    complaint: CaseComplaint | None = None
    """Where the complaint stands, what is asked for, what was promised (M42-M49); None where there is none."""
    relevance_reasons: tuple[str, ...] = ()
    """Why it is answered, watched or left, in Spanish. Empty in cases made before there were reasons."""
    risk_of_intervening: CaseRisk | None = None
    strategy: CaseStrategy | None = None
    allowed_decisions: tuple[AllowedDecision, ...] = Field(min_length=1)
    provenance: Provenance
