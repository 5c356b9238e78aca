"""Cases, originals and decisions of invented people, for the tests of record keeping."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cases.case import (
    Case,
    CaseDraft,
    CaseFlag,
    CaseSentence,
    Entity,
    Provenance,
    ScoredCode,
    Sla,
)
from cases.decisions import DecisionRecord, SentText, Verb
from cases.identifiers import new_case_id, new_tracking_code
from cases.outbox import Event, EventState, events_of
from cases.records import Records
from cases.store import Recorded
from cases.stored import Origin
from cases.tables import OutboxRow
from models.text import RawText, RedactedText
from policies.vocabulary import Channel, Disposition, Flag, Priority, Visibility

RECEIVED = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
RAW_TEXT = "Hola, soy Remedios Quiñonero, mi móvil es el 612 34 58 79 y me ha salido un eccema enorme."
REDACTED_TEXT = "Hola, soy [PERSONA_1], mi móvil es el [TELEFONO_1] y me ha salido un [SALUD_1]."
ORIGINALS = {
    "MESSAGE": RawText(RAW_TEXT),
    "[PERSONA_1]": RawText("Remedios Quiñonero"),
    "[TELEFONO_1]": RawText("612 34 58 79"),
    "[SALUD_1]": RawText("eccema enorme"),
}
DRAFT = "Hola, [PERSONA_1]: sentimos lo que nos cuentas. Deja de usarlo y consulta con tu médico."


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = RECEIVED) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def draft(text: str = DRAFT, audience: Visibility = Visibility.PRIVATE) -> CaseDraft:
    sentence = CaseSentence(text=text, source="bank:ack-0001")
    return CaseDraft(audience=audience, text=text, length=len(text), limit=500, sentences=(sentence,))


def case(**changes: Any) -> Case:
    """A case; ``changes`` replace fields."""
    fields: dict[str, Any] = {
        "id": new_case_id(),
        "message_id": None,
        "tracking_code": new_tracking_code(),
        "thread_version": 1,
        "language": "es",
        "redacted_text": REDACTED_TEXT,
        "entities": (Entity(type="PERSON", start=10, end=28, placeholder="[PERSONA_1]", score=0.9),),
        "intents": (ScoredCode(code="adverse_event", score=0.93),),
        "emotion": ScoredCode(code="worried", score=0.7),
        "relevance": "answer",
        "flags": (),
        "disposition": Disposition.ACKNOWLEDGE,
        "priority": Priority.P2,
        "queue": "care",
        "rules": ("acknowledge-first",),
        "reasons": ("Primero se acusa recibo.",),
        "sla": Sla(
            acknowledge_by=datetime.fromisoformat("2026-11-18T11:30:00+01:00"),
            answer_by=datetime.fromisoformat("2026-11-18T13:00:00+01:00"),
            resolve_by=datetime.fromisoformat("2026-12-11T18:00:00+01:00"),
        ),
        "evidence": (),
        "abstained": True,
        "drafts": (draft(),),
        "referral": None,
        "adverse_event": None,
        "allowed_decisions": ("accept", "edit", "respond", "ignore", "escalate"),
        "provenance": Provenance(
            service="0.1.0",
            policy="health@1",
            knowledge_base="abc",
            models={"encoder": "def"},
            drafter="composer",
        ),
    }
    return Case(**{**fields, **changes})


def flag(code: Flag) -> CaseFlag:
    return CaseFlag(code=code, score=0.9, reason="Un motivo.", rule="a-rule")


def open_records(url: str, folder: Path, clock: Clock | None = None) -> Records:
    """Records with keys under a folder, deaf to the environment."""
    return Records.open(url, folder, environment={}, now=clock or Clock())


def record(
    records: Records,
    made: Case | None = None,
    *,
    account: str = "demo",
    events: Sequence[Event] | None = None,
    **changes: Any,
) -> Recorded:
    """Record a case with the originals of ``RAW_TEXT``; ``events`` and ``changes`` replace what it would give."""
    made = made or case()
    arguments: dict[str, Any] = {
        "origin": Origin(account, Channel.INSTAGRAM, RECEIVED),
        "vault_entries": ORIGINALS,
        "actor": "key_test",
        "events": events_of if events is None else lambda _: events,
    }
    return records.store.record(made, **{**arguments, **changes})


def pending(records: Records) -> list[OutboxRow]:
    """The events that were not handed on yet, oldest first."""
    query = select(OutboxRow).where(OutboxRow.state == EventState.PENDING).order_by(OutboxRow.position)
    with records.database.read() as session:
        return list(session.scalars(query))


def decision(
    verb: Verb, *, sent: str | None = None, original: str | None = None, **changes: Any
) -> DecisionRecord:
    """A decision; ``sent`` is the redacted text, ``original`` what really went out."""
    text = None if sent is None else SentText(RawText(original or sent), RedactedText(sent))
    fields: dict[str, Any] = {"decision": verb, "thread_version": 1, "decided_by": "key_agent", "sent": text}
    return DecisionRecord(**{**fields, **changes})
