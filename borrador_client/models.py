"""Bodies of the API. Written by `make client`: change the routes, not this file."""

from __future__ import annotations

# ruff: noqa: RUF012 - pydantic copies defaults
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from borrador_client.model import Model


class AcceptanceFigures(Model):
    """
    What became of the drafts of some cases. Shares from 0 to 1, intervals of 95 %; null: nothing was counted.
    """

    cases: int
    drafted: int
    coverage: float | None = Field(..., description="Share of the cases that had a draft.")
    judged: int = Field(..., description="Drafts accepted, edited or rejected.")
    accepted: int
    edited: int
    rejected: int
    handed_on: int = Field(..., description="Escalated, and not settled yet.")
    acceptance_rate: float | None
    interval: list[float] | None
    median_edit_distance: float | None = Field(
        ..., description="Of the edited drafts: share of characters changed."
    )


class Answer(StrEnum):
    """
    What the sender is told.
    """

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


class Author(Model):
    """
    Who wrote, as the network tells it. Followers are accepted and never used (M54, X1).
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    handle: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool | None = None
    tier: str | None = None


class AllowedDecision(StrEnum):
    ACCEPT = "accept"
    EDIT = "edit"
    RESPOND = "respond"
    IGNORE = "ignore"
    ESCALATE = "escalate"


class ReporterKind(StrEnum):
    CONSUMER = "consumer"
    HEALTH_PROFESSIONAL = "health_professional"


class CaseEvidence(Model):
    """
    An approved answer that the draft may use, with the passage that fits.
    """

    answer_id: str
    version: int
    score: float
    title: str
    quote: str


class CaseReferral(Model):
    """
    To whom the customer or the case is referred.
    """

    kind: str
    professional: str
    reason: str
    contact: str | None


class Applies(StrEnum):
    SERIOUS = "serious"
    NON_SERIOUS = "non_serious"


class CaseReportClock(Model):
    """
    The term of submission in calendar days, by the hint; a person settles whether it is serious.
    """

    day_zero: date
    applies: Applies
    calendar_days: int
    submit_by: date
    if_serious: date
    if_not_serious: date
    reason: str
    source: str


class CaseReportQuestion(Model):
    """
    The approved question that would get what a report lacks.
    """

    about: str
    text: str
    source: str


class Level(StrEnum):
    NONE = "none"
    LOW = "low"
    HIGH = "high"


class CaseRisk(Model):
    """
    What stepping in may cause (M55), with reasons in Spanish.
    """

    level: Level
    reasons: list[str]


class CaseSentence(Model):
    """
    A sentence of a draft and where it comes from.
    """

    text: str
    source: str


class CaseStatus(StrEnum):
    """
    Where a case stands.
    """

    OPEN = "open"
    SENT = "sent"
    IGNORED = "ignored"
    ESCALATED = "escalated"


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


class CaseTurn(Model):
    """
    An earlier turn of the conversation, redacted with the message: one person keeps one placeholder.
    """

    role: Role
    text: str


class Changed(Model):
    """
    Whether something changed: false where it was so already.
    """

    changed: bool


class Channel(StrEnum):
    """
    Where the message came from and the reply goes (M12).
    """

    X = "x"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WEB = "web"


class Clock(StrEnum):
    """
    The three clocks (X5).
    """

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    RESOLVE = "resolve"


class ClockState(StrEnum):
    """
    Where a clock stands.
    """

    RUNNING = "running"
    WARNED = "warned"
    BREACHED = "breached"
    STOPPED = "stopped"


class Source(StrEnum):
    TEXT = "text"
    THREAD = "thread"


class ComplaintPlace(Model):
    """
    Where something stands: code points, half open, into ``redacted_text`` or into ``thread[turn].text``.
    """

    source: Source
    turn: int | None = None
    cue: str
    start: int
    end: int


class Criteria(Model):
    """
    The four minimum criteria of GVP VI.B.2.
    """

    reporter: bool
    patient: bool
    product: bool
    reaction: bool


class Dimension(StrEnum):
    """
    What the figures are told by.
    """

    DISPOSITION = "disposition"
    INTENT = "intent"
    CHANNEL = "channel"
    LANGUAGE = "language"
    ACCOUNT = "account"
    WEEK = "week"


class Disposition(StrEnum):
    """
    What happens to the case; exactly one.
    """

    DRAFT = "draft"
    ACKNOWLEDGE = "acknowledge"
    REFER_IN_PERSON = "refer_in_person"
    URGENT_REFERRAL = "urgent_referral"
    NO_REPLY = "no_reply"


class Entity(Model):
    """
    A masked span: offsets are code points into the ORIGINAL text; the value is never here.
    """

    type: str
    start: int
    end: int
    placeholder: str
    score: float


class FieldError(Model):
    """
    One field that is wrong: where, and why. The value given is left out: it may be personal data.
    """

    field: str
    message: str


class FindingOnReply(Model):
    """
    A rule that the reply breaks. Offsets are code points into the reply; null where no words stand for it.
    """

    rule: str
    message: str
    words: str
    start: int | None
    end: int | None
    advice: bool = Field(..., description="True: the person may send it all the same.")


class Flag(StrEnum):
    """
    What a person must know before acting on the case.
    """

    EMERGENCY = "emergency"
    SELF_HARM = "self_harm"
    ADVERSE_EVENT = "adverse_event"
    EXPERT_REVIEW = "expert_review"
    IN_PERSON_REFERRAL = "in_person_referral"
    PERSONAL_DATA_PUBLIC = "personal_data_public"
    HEALTH_DATA = "health_data"
    MINOR = "minor"
    PREGNANCY = "pregnancy"
    CRISIS_RISK = "crisis_risk"
    PROMPT_INJECTION = "prompt_injection"


class FoundAnswer(Model):
    """
    An approved answer in force, with the passage that fits the question.
    """

    answer_id: str
    version: int
    score: float
    title: str
    short: str
    quote: str
    cross_language: bool


class HandoverBody(Model):
    """
    To whom the case goes.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    to: str = Field(..., description="Id of the receiver's key, `key_…`.")


class HandoverOnCase(Model):
    """
    The case went from one key to another.
    """

    number: int
    giver: str | None = Field(..., description="Null where nobody had it.")
    receiver: str
    handed_by: str
    handed_at: AwareDatetime


class Health(Model):
    """
    ``ok``, or what is not.
    """

    status: str
    checks: dict[str, str] = {}


class Outcome(StrEnum):
    """
    What became of the draft, for the acceptance rate.
    """

    SENT_UNEDITED = "sent_unedited"
    SENT_EDITED = "sent_edited"
    DISCARDED = "discarded"
    UNDECIDED = "undecided"


class OverruledFigures(Model):
    """
    How often people decided against a rule, with the others that fired.
    """

    rule: str
    decided: int
    overruled: int
    share: float
    interval: list[float] | None
    escalated: int
    ignored: int
    replaced: int
    enough: bool = Field(..., description="Whether so many were decided that the share is worth reading.")
    examples: list[str]


class PhraseTold(Model):
    """
    A sentence that people add again and again: a suggestion, in use nowhere. Redacted.
    """

    id: str
    account: str
    language: str
    text: str
    cases: int
    people: int
    others: list[str]
    dispositions: dict[str, int]
    intents: dict[str, int]
    first: date
    last: date
    case_ids: list[str]


class Priority(StrEnum):
    """
    p1 is now.
    """

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class PrivateDraft(Model):
    """
    The private draft as it would be sent. `length` and `limit` are in the channel's own units.
    """

    text: str
    length: int
    limit: int
    name_used: bool = Field(
        ..., description="Whether it greets the customer by name; false: it is the draft as stored."
    )


class ProblemBody(Model):
    """
    Problem details (RFC 9457) with a stable ``code``.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str | None = None
    errors: list[FieldError] | None = None


class PromiseKind(StrEnum):
    """
    What is to be done.
    """

    PROMISE = "promise"
    FOLLOW_UP = "follow_up"


class PromiseState(StrEnum):
    """
    Whether it was done.
    """

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    DROPPED = "dropped"


class PromisedTime(Model):
    """
    By when, as it was said: a number of units, a weekday from 0 (Monday), or a day of a month from 1.
    """

    unit: str
    count: int
    month: int | None = None


class Provenance(Model):
    """
    Versions and hashes of everything that made the case.
    """

    service: str
    policy: str
    knowledge_base: str
    models: dict[str, str]
    drafter: str
    drafter_reason: str | None = None
    ai_generated: Literal[True] = True


class Reason(StrEnum):
    """
    Why an event was acknowledged and left.
    """

    UNKNOWN_EVENT = "unknown_event"
    OUTGOING = "outgoing"
    PRIVATE = "private"
    BOT = "bot"
    OTHER_ACCOUNT = "other_account"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    TEST = "test"


class Receipt(Model):
    """
    What became of an event: accepted to be drafted, known already, or left, and why.
    """

    status: Answer
    reason: Reason | None = None


class RedactionRequest(Model):
    """
    A text to redact.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    text: str
    id: str | None = None
    language: str | None = Field(
        None,
        description="Accepted for compatibility and not used: texts of every language are redacted alike.",
    )
    account: str | None = None


class RedactionResult(Model):
    """
    Redacted text; offsets are code points into the original.
    """

    id: str | None
    text: str
    entities: list[Entity]


class ReportPlace(Model):
    """
    What speaks for a finding. Offsets are code points into ``redacted_text``, where it stands in the text.
    """

    source: str
    cue: str
    start: int | None = None
    end: int | None = None


class SatisfactionBody(Model):
    """
    A customer's grade for a case, and what they wrote with it.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    score: int = Field(..., description="1, very bad, to 5, very good.")
    comment: str | None = Field(None, description="Kept redacted; the original is not kept.")


class SatisfactionOnCase(Model):
    """
    A grade as recorded; the comment is redacted.
    """

    case_id: str
    score: int
    comment: str | None
    recorded_by: str
    recorded_at: AwareDatetime


class SatisfactionTold(Model):
    """
    Grades from 1 to 5 of the answered cases.
    """

    answered: int
    rated: int
    response_rate: float | None
    mean: float | None
    interval: list[float] | None
    satisfied: float | None = Field(..., description="Share of grades of 4 and 5.")
    satisfied_interval: list[float] | None
    counts: dict[str, int]


class ScoredCode(Model):
    """
    A code with its score from 0 to 1.
    """

    code: str
    score: float


class SearchResult(Model):
    """
    Best first; ``abstained`` when nothing answers the question well enough to draft from.
    """

    results: list[FoundAnswer]
    abstained: bool


class SentenceOfReply(Model):
    """
    A sentence, and the approved text that holds it whole; `person:own_words` where none does.
    """

    text: str
    source: str


class AroundTheClockEnum(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"


class Sla(Model):
    """
    The three clocks (X5), as absolute times with offset.
    """

    acknowledge_by: AwareDatetime | None
    answer_by: AwareDatetime | None
    resolve_by: AwareDatetime | None
    around_the_clock: list[AroundTheClockEnum] = []


class Stage(StrEnum):
    """
    Where a complaint stands once the customer's last message is in.
    """

    OPENED = "opened"
    COLLECTING = "collecting"
    SCOPE_EXPLAINED = "scope_explained"
    WAITING = "waiting"
    OVERDUE = "overdue"
    SOLUTION_OFFERED = "solution_offered"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    CLOSED = "closed"


class Strategy(StrEnum):
    """
    When to answer (M6, M7).
    """

    ANSWER_NOW = "answer_now"
    ACKNOWLEDGE_AND_CONSULT = "acknowledge_and_consult"
    HOLD_AND_MONITOR = "hold_and_monitor"
    DO_NOT_ANSWER = "do_not_answer"


class Turn(Model):
    """
    An earlier turn of the conversation.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    role: Role
    text: str


class Verb(StrEnum):
    """
    The verbs of the review contract; the same words as ``Case.allowed_decisions``.
    """

    ACCEPT = "accept"
    EDIT = "edit"
    RESPOND = "respond"
    IGNORE = "ignore"
    ESCALATE = "escalate"


class Verification(Model):
    """
    What the rules say of a reply. `length` is in the channel's own units.
    """

    passed: bool
    length: int
    limit: int
    findings: list[FindingOnReply]
    sentences: list[SentenceOfReply]


class Visibility(StrEnum):
    """
    Who can read the message, or a draft (its audience).
    """

    PUBLIC = "public"
    PRIVATE = "private"


class Wants(StrEnum):
    """
    What a customer asks for.
    """

    REFUND = "refund"
    REPLACEMENT = "replacement"
    DELIVERY = "delivery"
    INFORMATION = "information"
    SOLUTION = "solution"
    APPOINTMENT = "appointment"
    DOCUMENT = "document"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    APOLOGY = "apology"
    COMPENSATION = "compensation"
    CALL = "call"
    PERSON = "person"
    DATA_ERASURE = "data_erasure"
    COMPLAINT_FORM = "complaint_form"


class WithdrawalDone(Model):
    """
    The answer is out: no search, draft or sending uses it any more, in any process on this database.
    """

    answer_id: str
    version: int | None
    file_changed: bool = Field(
        ..., description="False: the folder cannot be written; the audit log keeps the withdrawal."
    )
    open_cases: list[str] = Field(
        ...,
        description="Open cases whose draft quotes it: those drafts are refused when somebody sends them.",
    )
    open_count: int


class WithdrawalReason(StrEnum):
    """
    Why an answer was withdrawn; a code, so that no free text gets into records.
    """

    SAFETY = "safety"
    WRONG = "wrong"
    OUTDATED = "outdated"
    LEGAL = "legal"
    OTHER = "other"


class WorkState(StrEnum):
    """
    How far accepted work is.
    """

    ACCEPTED = "accepted"
    WORKING = "working"
    DONE = "done"


class AcceptanceGroup(Model):
    """
    The figures of one value of a dimension.
    """

    cases: int
    drafted: int
    coverage: float | None = Field(..., description="Share of the cases that had a draft.")
    judged: int = Field(..., description="Drafts accepted, edited or rejected.")
    accepted: int
    edited: int
    rejected: int
    handed_on: int = Field(..., description="Escalated, and not settled yet.")
    acceptance_rate: float | None
    interval: list[float] | None
    median_edit_distance: float | None = Field(
        ..., description="Of the edited drafts: share of characters changed."
    )
    dimension: Dimension
    value: str


class CaseAsk(Model):
    """
    Something that the customer asks for.
    """

    code: Wants
    places: list[ComplaintPlace]


class CaseDraft(Model):
    """
    A reply that a person may send. ``length`` is in the channel's own units.
    """

    audience: Visibility
    text: str
    length: int
    limit: int
    sentences: list[CaseSentence]
    subject: CaseSentence | None = None


class CaseFlag(Model):
    """
    A flag, why, and the rule that raised it.
    """

    code: Flag
    score: float
    reason: str
    rule: str
    cues: list[str] = []


class CasePromised(Model):
    """
    What an earlier turn of ours promised.
    """

    what: Wants
    by: PromisedTime | None
    place: ComplaintPlace


class CaseStrategy(Model):
    """
    When to answer (M6, M7), and why: the reason of the rule that decided.
    """

    code: Strategy
    reason: str


class ClockOnCase(Model):
    """
    One clock of a case.
    """

    clock: Clock
    state: ClockState
    warn_at: AwareDatetime
    due_at: AwareDatetime
    stopped_at: AwareDatetime | None


class CodedPlaces(Model):
    """
    A special situation or a criterion of seriousness, why, and where.
    """

    code: str
    reason: str
    places: list[ReportPlace]


class DecisionBody(Model):
    """
    What a person decided.

    `accept` sends a draft as it is; `edit` sends `text` instead of it; `respond` sends a `text` of one's own;
    `ignore` sends nothing; `escalate` hands the case on.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    decision: Verb
    thread_version: int = Field(..., description="Version of the case that the person saw.")
    draft: int | None = Field(None, description="Which draft, from 0.")
    text: str | None = None
    note: str | None = None


class DecisionOnRecord(Model):
    """
    A decision as recorded: texts redacted; the sent original is in the vault.
    """

    number: int
    decision: Verb
    outcome: Outcome
    draft: int | None
    sent_text: str | None
    edit_distance: float | None = Field(
        ..., description="Share of the draft's characters that were changed, 0 to 1."
    )
    decided_by: str
    decided_at: AwareDatetime
    note: str | None


class LearningTold(Model):
    """
    Everything of a span.
    """

    account: str
    from_: date | None = Field(..., alias="from")
    to: date | None
    as_of: AwareDatetime = Field(..., description="All that was recorded until then counts.")
    total: AcceptanceFigures
    groups: list[AcceptanceGroup]
    overruled: list[OverruledFigures]
    satisfaction: SatisfactionTold


class Message(Model):
    """
    One incoming message, as JSON over HTTP or one line of JSONL.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    text: str
    id: str | None = None
    channel: Channel = Channel.WEB
    visibility: Visibility | None = None
    language: str | None = None
    thread: list[Turn] = Field([], validate_default=True)
    account: str | None = None
    author: Author | None = None
    received_at: AwareDatetime | None = None
    product: str | None = None


class PhrasePage(Model):
    """
    Those of most cases first. `next_cursor` leads on; null at the end.
    """

    data: list[PhraseTold]
    next_cursor: str | None
    has_more: bool


class PromiseOnCase(Model):
    """
    Something promised to the customer, or a follow-up. `text` is the sentence, redacted.
    """

    number: int
    kind: PromiseKind
    text: str | None
    owner: str
    promised_at: AwareDatetime
    due_at: AwareDatetime
    state: PromiseState


class SatisfactionIfAny(Model):
    """
    The grade of a case, null where it has none.
    """

    satisfaction: SatisfactionOnCase | None


class SearchRequest(Model):
    """
    A question to the approved answers.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    q: str = Field(..., description="The question, in the customer's words.")
    k: int = 10
    language: str | None = None
    channel: Channel | None = None
    audience: Visibility | None = None
    account: str | None = None


class VerificationRequest(Model):
    """
    A reply, and what it answers: a case on record, a message, or neither.

    With neither, it is checked as a reply to a message that nobody understood: say its channel.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    text: str
    case_id: str | None = None
    message: Message | None = None
    audience: Visibility | None = Field(None, description="Who will read the reply; the message's own.")
    channel: Channel | None = Field(None, description="Without case and message: where it is sent.")
    language: str | None = None
    account: str | None = None


class WithdrawalBody(Model):
    """
    Why the answer is withdrawn.
    """

    model_config = ConfigDict(
        extra="forbid",
    )
    reason: WithdrawalReason = WithdrawalReason.OTHER


class Work(Model):
    """
    Accepted work: the message is kept, and its case will be recorded.
    """

    id: str
    status: WorkState
    case_id: str = Field(..., description="Id that the case has, or will have.")
    case_url: str
    events_url: str = Field(..., description="Server-Sent Events of the case, from now on.")
    attempts: int
    error: str | None = Field(..., description="Code of the last failure; the work is tried again.")
    accepted_at: AwareDatetime
    finished_at: AwareDatetime | None


class CaseAdverseEvent(Model):
    """
    What pharmacovigilance needs to start from.
    """

    criteria: Criteria
    day_zero: AwareDatetime | None
    serious_hint: bool
    support: dict[str, list[ReportPlace]] | None = None
    reporter_kind: ReporterKind = ReporterKind.CONSUMER
    missing: list[str] = []
    questions: list[CaseReportQuestion] = Field([], validate_default=True)
    situations: list[CodedPlaces] = Field([], validate_default=True)
    seriousness: list[CodedPlaces] = Field([], validate_default=True)
    clock: CaseReportClock | None = None


class CaseComplaint(Model):
    """
    A complaint: where it stands, what is asked for, what we promised (M42-M49).
    """

    stage: Stage
    reason: str
    support: list[ComplaintPlace] = Field([], validate_default=True)
    asks_for: list[CaseAsk] = Field([], validate_default=True)
    promised: list[CasePromised] = Field([], validate_default=True)
    other_channel: list[ComplaintPlace] = Field([], validate_default=True)
    open_case: list[ComplaintPlace] = Field([], validate_default=True)
    chases: int = 0
    chase_places: list[ComplaintPlace] = Field([], validate_default=True)


class CaseOnRecord(Model):
    """
    A case, with where it stands.
    """

    id: str
    message_id: str | None
    tracking_code: str
    thread_version: int
    language: str
    redacted_text: str
    thread: list[CaseTurn] = Field([], validate_default=True)
    entities: list[Entity]
    intents: list[ScoredCode]
    emotion: ScoredCode
    relevance: str
    flags: list[CaseFlag]
    disposition: Disposition
    priority: Priority
    queue: str
    rules: list[str]
    reasons: list[str]
    sla: Sla
    evidence: list[CaseEvidence]
    abstained: bool
    drafts: list[CaseDraft]
    referral: CaseReferral | None
    adverse_event: CaseAdverseEvent | None
    complaint: CaseComplaint | None = None
    relevance_reasons: list[str] = []
    risk_of_intervening: CaseRisk | None = None
    strategy: CaseStrategy | None = None
    allowed_decisions: list[AllowedDecision]
    provenance: Provenance
    account: str
    channel: Channel
    status: CaseStatus
    received_at: AwareDatetime
    recorded_at: AwareDatetime
    superseded_by: str | None
    decisions: list[DecisionOnRecord]


class CasePage(Model):
    """
    Newest first. `next_cursor` leads to older cases; null at the end.
    """

    data: list[CaseOnRecord]
    next_cursor: str | None
    has_more: bool


class HandoverSummary(Model):
    """
    What the next person needs: asked, answered, due. All redacted; `summary` says it in Spanish.
    """

    case_id: str
    tracking_code: str
    status: CaseStatus
    owner: str | None = Field(
        ..., description="Id of the key that has the case: the first to decide, or the last receiver."
    )
    summary: str
    clocks: list[ClockOnCase]
    promises: list[PromiseOnCase]
    handovers: list[HandoverOnCase]


class Case(Model):
    """
    One message, what it is, what must happen to it, and the drafts a person can send.
    """

    id: str
    message_id: str | None
    tracking_code: str
    thread_version: int
    language: str
    redacted_text: str
    thread: list[CaseTurn] = Field([], validate_default=True)
    entities: list[Entity]
    intents: list[ScoredCode]
    emotion: ScoredCode
    relevance: str
    flags: list[CaseFlag]
    disposition: Disposition
    priority: Priority
    queue: str
    rules: list[str]
    reasons: list[str]
    sla: Sla
    evidence: list[CaseEvidence]
    abstained: bool
    drafts: list[CaseDraft]
    referral: CaseReferral | None
    adverse_event: CaseAdverseEvent | None
    complaint: CaseComplaint | None = None
    relevance_reasons: list[str] = []
    risk_of_intervening: CaseRisk | None = None
    strategy: CaseStrategy | None = None
    allowed_decisions: list[AllowedDecision]
    provenance: Provenance


class BatchItem(Model):
    """
    What became of one message: exactly one of case, work and problem.
    """

    index: int
    status: int = Field(..., description="The status that the message alone would have been answered with.")
    case: Case | None = None
    work: Work | None = None
    problem: ProblemBody | None = None


class BatchResult(Model):
    """
    One result for each message, in their order.
    """

    results: list[BatchItem]
    succeeded: int
    failed: int
