"""Puts the results of the steps together into the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.adverse_events import NOTHING_KNOWN, adverse_event_of
from cases.case import (
    AllowedDecision,
    Case,
    CaseAdverseEvent,
    CaseDraft,
    CaseEvidence,
    CaseFlag,
    CaseReferral,
    CaseRisk,
    CaseSentence,
    CaseStrategy,
    CaseTurn,
    Entity,
    Provenance,
    ScoredCode,
)
from cases.clocks import sla_for
from cases.complaint import CaseComplaint
from cases.message import Message
from cases.places import Masking
from cases.redacted import RedactedMessage
from drafting.draft import Draft
from drafting.drafter import DraftingResult
from knowledge_base.evidence import Retrieval
from models.spans import Redaction
from models.understanding.order_edges import Stretch
from models.understanding.types import Understanding
from policies.account import Account
from policies.adverse_events import AdverseEventPolicy
from policies.decision import Decision
from policies.relevance import Weighed
from policies.vocabulary import Flag


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions and hashes of what makes cases, for their provenance."""

    service: str
    knowledge_base: str
    models: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Results:
    """What the steps before drafting found, and the case's names."""

    case_id: str
    tracking_code: str
    message: Message
    account: Account
    redacted: RedactedMessage
    understanding: Understanding
    retrieval: Retrieval
    decision: Decision
    received_at: datetime
    message_id: str | None
    """The sender's id with what is personal in it masked."""
    adverse_events: AdverseEventPolicy
    """Day zero and the clocks of reports."""
    weighed: Weighed
    """Relevance and what stepping in may cause, with reasons."""
    complaint: CaseComplaint | None = None
    cut: tuple[Stretch, ...] = ()
    """Orders to the software that were left out of the message before it was understood."""


def assemble(results: Results, drafting: DraftingResult, versions: Versions) -> Case:
    """Build the case: redacted text and codes only."""
    understanding, decision, retrieval = results.understanding, results.decision, results.retrieval
    return Case(
        id=results.case_id,
        message_id=results.message_id,
        tracking_code=results.tracking_code,
        thread_version=len(results.message.thread) + 1,
        language=understanding.language_code,
        redacted_text=results.redacted.redaction.text.value,
        thread=_thread(results.redacted),
        entities=entities_of(results.redacted.redaction),
        intents=tuple(_scored(intent.value, score) for intent, score in understanding.intents),
        emotion=_scored(understanding.emotion.value, understanding.emotion_score),
        relevance=results.weighed.relevance,
        relevance_reasons=results.weighed.reasons,
        risk_of_intervening=CaseRisk(level=results.weighed.risk.level, reasons=results.weighed.risk.reasons),
        strategy=CaseStrategy(code=decision.strategy, reason=decision.reasons[0]),
        complaint=results.complaint,
        flags=tuple(
            CaseFlag(
                code=flag.code,
                score=round(flag.score, 4),
                reason=flag.reason,
                rule=flag.rule,
                cues=_cues(understanding, flag.code),
            )
            for flag in decision.flags
        ),
        disposition=decision.disposition,
        priority=decision.priority,
        queue=decision.queue,
        rules=decision.rules,
        reasons=decision.reasons,
        sla=sla_for(decision.sla, results.account.hours, results.received_at, results.account.settings),
        evidence=_evidence(retrieval, understanding.language_code),
        abstained=retrieval.abstained,
        drafts=tuple(_draft(draft) for draft in drafting.drafts),
        referral=_referral(decision),
        adverse_event=_adverse_event(results, drafting),
        allowed_decisions=_allowed(decision, drafting),
        provenance=Provenance(
            service=versions.service,
            policy=decision.policy,
            knowledge_base=versions.knowledge_base,
            models=dict(versions.models),
            drafter=drafting.drafter,
            drafter_reason=drafting.language_model
            if drafting.failure is None
            else f"failed:{drafting.failure}",
        ),
    )


def _thread(redacted: RedactedMessage) -> tuple[CaseTurn, ...]:
    return tuple(
        CaseTurn(role="agent" if turn.role == "agent" else "customer", text=turn.redaction.text.value)
        for turn in redacted.turns
    )


def _cues(understanding: Understanding, flag: Flag) -> tuple[str, ...]:
    """What gave the signal of a flag's name: codes, which quote nobody."""
    return next((signal.cues for signal in understanding.signals if signal.code.value == flag.value), ())


def _scored(code: str, score: float) -> ScoredCode:
    return ScoredCode(code=code, score=round(score, 4))


def entities_of(redaction: Redaction) -> tuple[Entity, ...]:
    """The spans of a redaction as the contract shows them: never the value."""
    return tuple(
        Entity(
            type=span.entity_type,
            start=span.start,
            end=span.end,
            placeholder=span.placeholder,
            score=round(span.score, 4),
        )
        for span in redaction.spans
    )


def _evidence(retrieval: Retrieval, language: str) -> tuple[CaseEvidence, ...]:
    return tuple(
        CaseEvidence(
            answer_id=found.answer.id,
            version=found.answer.version,
            score=round(found.score, 4),
            title=found.answer.text_for(language).title,
            quote=found.quote,
        )
        for found in retrieval.evidence
    )


def _draft(draft: Draft) -> CaseDraft:
    return CaseDraft(
        audience=draft.audience,
        text=draft.text,
        length=draft.length,
        limit=draft.limit,
        sentences=tuple(
            CaseSentence(text=sentence.text, source=sentence.source) for sentence in draft.sentences
        ),
        subject=CaseSentence(text=draft.subject.text, source=draft.subject.source) if draft.subject else None,
    )


def _referral(decision: Decision) -> CaseReferral | None:
    referral = decision.referral
    if referral is None:
        return None
    return CaseReferral(
        kind=referral.kind,
        professional=referral.professional,
        reason=referral.reason,
        contact=referral.contact,
    )


def _adverse_event(results: Results, drafting: DraftingResult) -> CaseAdverseEvent | None:
    if not results.decision.has(Flag.ADVERSE_EVENT):
        return None
    whole = results.redacted
    return adverse_event_of(
        results.understanding.adverse_event or NOTHING_KNOWN,
        masking=Masking(whole.raw, whole.redaction, results.cut),
        questions=drafting.questions,
        policy=results.adverse_events,
        received_at=results.received_at,
    )


def _allowed(decision: Decision, drafting: DraftingResult) -> tuple[AllowedDecision, ...]:
    """A person may always write, ignore or escalate; accept and edit need a draft."""
    with_draft: tuple[AllowedDecision, ...] = ("accept", "edit") if drafting.drafts else ()
    return (*with_draft, "respond", "ignore", "escalate")
