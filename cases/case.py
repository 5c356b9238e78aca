"""The case: what a message became. The same JSON from HTTP and command line."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.vocabulary import Disposition, Flag, Priority, Visibility

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


class Sla(_Frozen):
    """The three clocks (X5), as absolute times with offset."""

    acknowledge_by: datetime | None
    answer_by: datetime | None
    resolve_by: datetime | None


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


class CaseAdverseEvent(_Frozen):
    """What pharmacovigilance needs to start from."""

    criteria: Criteria
    day_zero: datetime | None
    """When the four criteria were first met here: the day the message was received (GVP VI.B.7)."""
    serious_hint: bool


class Provenance(_Frozen):
    """Versions and hashes of everything that made the case."""

    service: str
    policy: str
    knowledge_base: str
    models: dict[str, str]
    drafter: str
    ai_generated: Literal[True] = True


class Case(_Frozen):
    """One message, what it is, what must happen to it, and the drafts a person can send."""

    id: str
    message_id: str | None
    tracking_code: str
    thread_version: int
    language: str
    redacted_text: str
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
    allowed_decisions: tuple[AllowedDecision, ...] = Field(min_length=1)
    provenance: Provenance
