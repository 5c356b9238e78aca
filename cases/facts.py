"""From what the models found to the facts that policy may know."""

from collections.abc import Collection, Sequence

from cases.message import Message
from knowledge_base.evidence import Retrieval
from models.spans import HEALTH_ENTITIES, Redaction
from models.understanding.types import Understanding
from models.vocabulary import Emotion, Handling, Intent, Relevance
from policies.account import Account
from policies.decision import Facts

UNKNOWN = Understanding(
    language=None,
    language_code="und",
    intents=((Intent.OFF_TOPIC, 0.0),),
    emotion=Emotion.NEUTRAL,
    emotion_score=0.0,
    relevance=Relevance.ANSWER,
    signals=(),
    handling=tuple((handling, 1 / len(Handling)) for handling in Handling),
    abstained=True,
)
"""Stands in when understanding failed: nothing is known, so a person must look."""


def entity_types(redaction: Redaction, *, health: bool) -> frozenset[str]:
    """The types found, of health data or of personal data."""
    return frozenset(
        span.entity_type for span in redaction.spans if (span.entity_type in HEALTH_ENTITIES) == health
    )


def build_facts(
    message: Message,
    *,
    account: Account,
    redaction: Redaction,
    understanding: Understanding,
    retrieval: Retrieval,
    failed_steps: Sequence[str],
    tiers: Collection[str] = (),
    said: frozenset[str] = frozenset(),
) -> Facts:
    """Gather the facts of one message. The author's followers, mark and name are left out (M54, X1).

    Args:
        tiers: contract tiers that the policy knows; any other, which could be anything, is none.
        said: tags of a complaint or request in the message or its thread.
    """
    tier = message.author.tier if message.author else None
    agent_turns = sum(turn.role == "agent" for turn in message.thread)
    quoted = () if retrieval.abstained else retrieval.evidence[: retrieval.quoted]
    criteria = understanding.adverse_event
    return Facts(
        channel=message.channel,
        visibility=message.effective_visibility,
        language=understanding.language.value if understanding.language else None,
        intents=tuple(intent.value for intent, _ in understanding.intents),
        emotion=understanding.emotion.value,
        relevance=understanding.relevance.value,
        signals={signal.code.value: signal.score for signal in understanding.signals},
        handling={handling.value: score for handling, score in understanding.handling},
        understanding_abstained=understanding.abstained,
        evidence_abstained=retrieval.abstained,
        personal_entities=entity_types(redaction, health=False),
        health_entities=entity_types(redaction, health=True),
        customer_turns=len(message.thread) - agent_turns + 1,
        agent_turns=agent_turns,
        country=account.country,
        referral_topic=understanding.referral_topic,
        tags=understanding.tags | said | _account_tags(account, understanding),
        tier=tier if tier in tiers else None,
        serious_hint=criteria is not None and criteria.serious_hint,
        # Of several answers, what each of them is about: one on children does not make the other one so.
        top_answer_tags=frozenset.intersection(*(frozenset(found.answer.tags) for found in quoted))
        if quoted
        else frozenset(),
        failed_steps=tuple(failed_steps),
    )


def _account_tags(account: Account, understanding: Understanding) -> frozenset[str]:
    """What follows from the account: a language we answer in, on an account that does not (M66)."""
    language = understanding.language
    known = language is None or language.value in account.languages
    return frozenset() if known else frozenset({"wrong_account_language"})
