"""A reply that a person wrote, checked against its case: what the case knows becomes what the verifier knows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cases.case import Case
from cases.errors import CaseError
from cases.facts import UNKNOWN, build_facts
from cases.message import Message
from cases.pipeline import Pipeline
from cases.stored import StoredCase
from cases.working_time import working_time
from drafting.draft import Sentence
from drafting.person_reply import ReplyReport, ReplyVerifier
from drafting.request import ComposeRequest
from drafting.slots import product_named
from knowledge_base.evidence import Evidence, Retrieval
from models.spans import Redaction
from models.text import RawText, RedactedText
from models.understanding.types import AdverseEventCriteria, Signal, Understanding
from models.vocabulary import Emotion, Intent, Language, Relevance, SignalCode
from policies.account import Account
from policies.decision import Facts
from policies.engine import evaluate
from policies.vocabulary import Channel, Visibility

MOST_ANSWERS = 5
"""Approved answers that a reply without a case may take its facts from."""


_MEDICINES = frozenset({"MEDICATION", "TREATMENT"})


class ReplyCheckError(CaseError):
    """A case that says too little to check a reply against."""

    code = "case_not_checkable"


@dataclass(frozen=True, slots=True)
class _Known:
    """What a reply is checked against."""

    request: ComposeRequest
    evidence: tuple[Evidence, ...]
    sentences: tuple[Sentence, ...] = ()


class ReplyCheck:
    """Checks replies to cases on record, to messages, and alone. Stores nothing."""

    def __init__(self, pipeline: Pipeline, file: Path) -> None:
        self._pipeline = pipeline
        self._verifier = ReplyVerifier.load(file, pipeline.engines.drafter.verifier, self._medicines)

    def of_case(
        self,
        text: str,
        stored: StoredCase,
        audience: Visibility | None = None,
        *,
        customer_name: str | None = None,
    ) -> ReplyReport:
        """Check a reply to a case on record.

        Args:
            customer_name: the customer's own first name, which a private reply may say.

        Raises:
            ReplyCheckError: the case was recorded before facts were kept, or was erased.
            UnknownAccountError: its account is no longer configured.
        """
        known = self._of_stored(stored)
        known = replace(known, request=replace(known.request, customer_name=customer_name))
        return self._check(text, known, audience or self._facts(stored).visibility)

    def request_of(self, stored: StoredCase) -> ComposeRequest:
        """What the drafts of a case on record were asked for, as far as the record tells. Raises as ``of_case``."""
        return self._of_stored(stored).request

    def of_message(
        self, text: str, message: Message, *, audience: Visibility | None = None, now: datetime | None = None
    ) -> ReplyReport:
        """Check a reply to a message, which is worked as any other and not stored.

        Raises:
            UnknownAccountError: the message names an account that is not configured.
        """
        at = message.received_at or now or datetime.now(UTC)
        outcome = self._pipeline.run(message, received_at=at)
        account = self._pipeline.account(outcome.origin.account)
        known = self._of_case(outcome.case, outcome.facts, account, outcome.origin.received_at)
        return self._check(text, known, audience or message.effective_visibility)

    def alone(
        self,
        text: str,
        *,
        account: Account,
        channel: Channel,
        audience: Visibility,
        language: str | None = None,
    ) -> ReplyReport:
        """Check a reply of which nobody says what it answers: as to a message that nobody understood.

        Its facts may come from approved answers that are found by the reply's own words.
        """
        engines = self._pipeline.engines
        code = language or engines.languages.identify(text)[0]
        known = Language(code) if code in set(Language) else None
        understanding = replace(UNKNOWN, language=known, language_code=code)
        retrieval, _ = self._pipeline.search(
            text, account=account, language=code, channel=channel, audience=audience, k=MOST_ANSWERS
        )
        message = Message(text="[SIN_MENSAJE]", channel=channel, visibility=audience)
        redaction = Redaction(RedactedText(message.text), (), {})
        facts = build_facts(
            message,
            account=account,
            redaction=redaction,
            understanding=understanding,
            retrieval=retrieval,
            failed_steps=(),
        )
        request = self._request(
            redaction.text, understanding, facts, retrieval, account, datetime.now(UTC), tracking_code=None
        )
        return self._check(text, _Known(request, retrieval.evidence), audience)

    def _medicines(self, text: str) -> list[str]:
        """Medicines and treatments that a text names.

        By the lists of names as well as the token model: the model looks for what somebody takes, not for
        what somebody is told to take.
        """
        redactor = self._pipeline.engines.redactor
        spans = (*redactor.patterns_alone.redact(RawText(text)).spans, *redactor.redact(RawText(text)).spans)
        return [text[span.start : span.end] for span in spans if span.entity_type in _MEDICINES]

    def _check(self, text: str, known: _Known, audience: Visibility) -> ReplyReport:
        context = self._verifier.verifier.context(known.request, audience)
        # A person sees all that was found, and chooses: also where nothing answered surely enough to draft from.
        context = replace(context, evidence=known.evidence)
        return self._verifier.check(text, context, known.sentences)

    def _of_stored(self, stored: StoredCase) -> _Known:
        facts = self._facts(stored)
        return self._of_case(stored.case, facts, self._pipeline.account(stored.account), stored.received_at)

    def _facts(self, stored: StoredCase) -> Facts:
        if stored.facts is None:
            raise ReplyCheckError("the case was erased, or recorded before facts were kept")
        return stored.facts

    def _of_case(self, case: Case, facts: Facts, account: Account, received_at: datetime) -> _Known:
        evidence = tuple(self._evidence(case, account))
        request = self._request(
            RedactedText(case.redacted_text),
            _understanding(case, facts),
            facts,
            Retrieval(evidence, abstained=case.abstained),
            account,
            received_at,
            tracking_code=case.tracking_code,
            agent_texts=tuple(turn.text for turn in case.thread if turn.role == "agent"),
        )
        sentences = tuple(
            Sentence(sentence.text, sentence.source, "")
            for draft in case.drafts
            for sentence in draft.sentences
        )
        return _Known(request, evidence, sentences)

    def _request(
        self,
        text: RedactedText,
        understanding: Understanding,
        facts: Facts,
        retrieval: Retrieval,
        account: Account,
        received_at: datetime,
        *,
        tracking_code: str | None,
        agent_texts: tuple[str, ...] = (),
    ) -> ComposeRequest:
        engines = self._pipeline.engines
        # Records keep instants in UTC; the rules were those of the account's day, as when the case was decided.
        day = working_time(account.hours).day(received_at)
        policy = engines.policies[account.id].in_force(day)
        return ComposeRequest(
            text=text,
            understanding=understanding,
            decision=evaluate(facts, policy),
            retrieval=retrieval,
            account=account,
            channel=facts.channel,
            seed="",
            safety_numbers=engines.safety_slots[account.id],
            tracking_code=tracking_code,
            agent_texts=agent_texts,
            product=product_named(text.value, account.products),
            customer_turns=facts.customer_turns,
        )

    def _evidence(self, case: Case, account: Account) -> list[Evidence]:
        """The answers shown with the case that are still in force as they were."""
        found = []
        for item in case.evidence:
            answer = self._pipeline.engines.retriever.knows(item.answer_id)
            if answer is None or answer.version != item.version:
                continue
            if answer.accounts and account.id not in answer.accounts:
                continue
            other = case.language not in answer.by_language()
            evidence = Evidence(answer, item.score, item.quote, cross_language=other)
            if self._pipeline.engines.retriever.holds(Retrieval((evidence,), abstained=False)):
                found.append(evidence)
        return found


def _understanding(case: Case, facts: Facts) -> Understanding:
    """What was understood, from the scores and codes on record."""
    event = case.adverse_event
    criteria = None
    if event is not None:
        criteria = AdverseEventCriteria(
            **event.criteria.model_dump(),
            serious_hint=event.serious_hint,
        )
    return replace(
        UNKNOWN,
        language=Language(facts.language) if facts.language else None,
        language_code=case.language,
        intents=tuple((Intent(intent.code), intent.score) for intent in case.intents),
        emotion=Emotion(case.emotion.code),
        emotion_score=case.emotion.score,
        relevance=Relevance(case.relevance),
        signals=tuple(Signal(SignalCode(code), score, ()) for code, score in facts.signals.items()),
        abstained=facts.understanding_abstained,
        referral_topic=facts.referral_topic,
        adverse_event=criteria,
        tags=facts.tags,
    )
