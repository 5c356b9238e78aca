"""Requests made by hand for the tests of drafting: no customer, company or product in them is real."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from drafting.request import ComposeRequest
from knowledge_base.answer import AnswerText, ApprovedAnswer
from knowledge_base.evidence import Evidence, Retrieval
from models.text import RedactedText
from models.understanding.types import Understanding
from models.vocabulary import Emotion, Handling, Intent, Language, Relevance
from policies.account import Account
from policies.decision import Decision, RaisedFlag, Referral, SlaTargets
from policies.loader import load_account
from policies.vocabulary import Channel, Disposition, Flag, Priority, ReplyTier, Strategy, Visibility

ROOT = Path(__file__).parents[2]
NUMBERS = {"numero_emergencias": "112", "linea_ayuda": "024", "telefono_toxicologia": "91 562 04 20"}


@cache
def account(treatment: str = "tu") -> Account:
    """The demo company."""
    demo = load_account(ROOT / "policies" / "accounts" / "demo.yaml")
    return demo.model_copy(update={"treatment": treatment})


def answer(
    full: str, short: str, *, private: str | None = None, audience: str = "any", language: str = "es"
) -> ApprovedAnswer:
    """An approved answer of one language."""
    text = AnswerText(title="Prueba", full=full, short=short, private=private)
    return ApprovedAnswer.model_validate(
        {"id": "plazo-de-entrega", "version": 2, "texts": {language: text}, "audience": audience}
    )


def retrieval(*answers: ApprovedAnswer, cross_language: bool = False) -> Retrieval:
    """What the retriever would return for these answers; abstained without any."""
    evidence = tuple(
        Evidence(found, 0.9, next(iter(found.texts.values())).short, cross_language) for found in answers
    )
    return Retrieval(evidence, not evidence)


def decision(
    disposition: str = "acknowledge",
    *,
    flags: Sequence[str] = (),
    audiences: Sequence[str] = ("public",),
    constraints: Sequence[str] = (),
    queue: str = "customer_care",
    referral: str | None = None,
) -> Decision:
    """A decision as the policy engine would return it."""
    return Decision(
        disposition=Disposition(disposition),
        flags=tuple(RaisedFlag(Flag(code), 0.9, "motivo", "regla") for code in flags),
        priority=Priority.P3,
        queue=queue,
        strategy=Strategy.ACKNOWLEDGE_AND_CONSULT,
        reply_tier=ReplyTier.STANDARD,
        audiences=tuple(Visibility(audience) for audience in audiences),
        sla=SlaTargets(30, 300, 15),
        referral=None if referral is None else Referral(referral, "profesional", "motivo", None),
        rules=("regla",),
        reasons=("motivo",),
        draft_constraints=frozenset(constraints),
        policy="health@1",
    )


def request(
    text: str = "mi pedido no llega",
    *,
    decided: Decision | None = None,
    intents: Sequence[str] = ("order_or_delivery",),
    emotion: str = "neutral",
    language: str | None = "es",
    channel: str = "facebook",
    found: Retrieval | None = None,
    treatment: str = "tu",
    seed: str = "m-1",
    agent_texts: Sequence[str] = (),
    name: str | None = None,
    topic: str | None = None,
    tags: Sequence[str] = (),
    numbers: dict[str, str] | None = None,
    company: Account | None = None,
) -> ComposeRequest:
    """A request with everything given by hand."""
    understanding = Understanding(
        language=Language(language) if language else None,
        language_code=language or "und",
        intents=tuple((Intent(code), 0.9) for code in intents),
        emotion=Emotion(emotion),
        emotion_score=0.9,
        relevance=Relevance.ANSWER,
        signals=(),
        handling=tuple((handling, 0.2) for handling in Handling),
        abstained=False,
        referral_topic=topic,
        tags=frozenset(tags),
    )
    return ComposeRequest(
        text=RedactedText(text),
        understanding=understanding,
        decision=decided or decision(),
        retrieval=found or Retrieval((), True),
        account=company or account(treatment),
        channel=Channel(channel),
        seed=seed,
        safety_numbers=NUMBERS if numbers is None else numbers,
        tracking_code="AL-7Q2K",
        agent_texts=tuple(agent_texts),
        customer_name=name,
    )
