"""Cases of invented people with the decisions that agents took on them."""

from typing import Any

from api.settings import ROOT
from cases.case import Case, CaseDraft, CaseSentence, ScoredCode
from cases.decisions import Verb
from cases.learning.policy import LearningPolicy, load_learning
from cases.records import Records
from cases.stored import Origin
from models.text import RawText
from policies.vocabulary import Channel, Visibility
from tests.cases.samples import ORIGINALS, RECEIVED, case, decision, record

POLICY: LearningPolicy = load_learning(ROOT / "policies")
DRAFT = "Hola, gracias por tu mensaje. Lo estamos mirando con el equipo de producto."


def drafts(*sentences: str) -> tuple[CaseDraft, ...]:
    """One draft of these sentences; of none, no draft."""
    if not sentences:
        return ()
    text = " ".join(sentences)
    parts = tuple(CaseSentence(text=one, source="bank:x") for one in sentences)
    return (CaseDraft(audience=Visibility.PUBLIC, text=text, length=len(text), limit=500, sentences=parts),)


def made(**changes: Any) -> Case:
    """A case with a draft and no health data in it."""
    fields = {
        "redacted_text": "¿Volvéis a tener la crema?",
        "entities": (),
        "intents": (ScoredCode(code="product_information", score=0.9),),
        "drafts": drafts("Hola, gracias por tu mensaje.", "Lo estamos mirando con el equipo de producto."),
    }
    return case(**{**fields, **changes})


def recorded(
    records: Records, account: str = "demo", channel: Channel = Channel.INSTAGRAM, **changes: Any
) -> str:
    """Record a case; gives its id."""
    one = made(**changes)
    origin = Origin(account, channel, changes.pop("received_at", RECEIVED))
    entries = {**ORIGINALS, "MESSAGE": RawText(one.id)}
    return record(records, one, account=account, origin=origin, vault_entries=entries).stored.case.id


def decided(
    records: Records,
    verb: Verb,
    sent: str | None = None,
    *,
    by: str = "key_ana",
    account: str = "demo",
    **changes: Any,
) -> str:
    """Record a case and a decision on it; gives the case's id."""
    case_id = recorded(records, account, **changes)
    take(records, case_id, verb, sent, by=by, account=account)
    return case_id


def take(
    records: Records,
    case_id: str,
    verb: Verb,
    sent: str | None = None,
    *,
    by: str = "key_ana",
    account: str = "demo",
) -> None:
    """Record a decision."""
    records.store.decide(case_id, decision(verb, sent=sent, decided_by=by), account=account)
