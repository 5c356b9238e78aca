"""The first who decides has the case until it is handed over, to somebody who can decide it."""

from zoneinfo import ZoneInfo

import pytest

from cases.decisions import Verb
from cases.errors import CaseNotFoundError
from cases.flag_names import FLAG_NAMES
from cases.handover import HandoverError, Handovers
from cases.handover_text import summary
from cases.keys import Scope
from cases.records import Records
from models.text import RawText, RedactedText
from policies.vocabulary import Disposition, Flag
from tests.cases.samples import ORIGINALS, Clock, case, decision, flag, record
from tests.cases.timekeeping.keeping import keeper, told

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def handovers(records: Records, clock: Clock) -> Handovers:
    return Handovers(records.database, records.audit, records.outbox, records.keys, clock)


def key(records: Records, *scopes: Scope, account: str = "demo") -> str:
    made = records.keys.create(name="Ana", account=account, scopes=scopes or (Scope.AGENT,), actor="cli")
    return made.key.id


def test_the_first_who_decides_has_it_until_it_is_handed_over(records: Records, handovers: Handovers):
    made = record(records).stored.case
    first, second = key(records), key(records)
    assert handovers.holding(made.id, account="demo").owner is None
    records.store.decide(made.id, decision(Verb.ESCALATE, decided_by=first), account="demo")
    records.store.decide(made.id, decision(Verb.ACCEPT, decided_by=second), account="demo")
    assert handovers.holding(made.id, account="demo").owner == first
    done = handovers.hand_over(made.id, second, account="demo", actor=first)
    assert (done.number, done.giver, done.receiver) == (1, first, second)
    handovers.hand_over(made.id, first, account="demo", actor=second)
    holding = handovers.holding(made.id, account="demo")
    assert holding.owner == first
    assert [one.receiver for one in holding.handovers] == [second, first]
    assert [data["to"] for _, data in told(records, "case.handed")] == [second, first]
    assert records.verify().ok


def test_nobody_may_get_it_who_cannot_decide(records: Records, handovers: Handovers):
    made = record(records).stored.case
    gone = key(records)
    records.keys.revoke(gone, actor="cli")
    held = key(records)
    handovers.hand_over(made.id, held, account="demo", actor="cli")
    for receiver in (
        key(records, Scope.AUDITOR),
        key(records, Scope.AGENT, account="other"),
        gone,
        held,
        "key_unknown",
        "Ana",
    ):
        with pytest.raises(HandoverError) as caught:
            handovers.hand_over(made.id, receiver, account="demo", actor="cli")
        assert receiver not in str(caught.value)
    with pytest.raises(CaseNotFoundError):
        handovers.hand_over(made.id, held, account="other", actor="cli")
    with pytest.raises(CaseNotFoundError):
        handovers.holding(made.id, account="other")
    assert len(handovers.holding(made.id, account="demo").handovers) == 1


def test_the_summary_says_what_is_asked_answered_and_due_and_nothing_raw(
    records: Records, handovers: Handovers, clock: Clock
):
    made = record(
        records, case(flags=(flag(Flag.ADVERSE_EVENT),), disposition=Disposition.ACKNOWLEDGE)
    ).stored.case
    keep = keeper(records)
    before = summary(
        handovers.holding(made.id, account="demo"), keep.due(made.id, account="demo"), MADRID
    ).splitlines()
    assert before == [
        f"Caso {made.tracking_code} · Instagram · recibido 18/11/2026 a las 11:00 · P2 · sin decidir.",
        "Lo lleva: nadie todavía.",
        "",
        f"Qué se pide: «{made.redacted_text}»",
        "Avisos: posible reacción adversa.",
        "",
        "Qué se ha respondido:",
        "- nada todavía",
        "",
        "Qué falta:",
        "- acuse de recibo, antes del 18/11/2026 a las 11:30 (en plazo)",
        "- primera respuesta de fondo, antes del 18/11/2026 a las 13:00 (en plazo)",
        "- resolución, antes del 11/12/2026 a las 18:00 (en plazo)",
    ]
    clock.move(minutes=10)
    sent = "Hola, [PERSON_1]. Te llamamos mañana."
    said = decision(
        Verb.EDIT,
        sent=sent,
        original="Hola, Remedios. Te llamamos mañana.",
        note=RedactedText("Llamar de tarde"),
    )
    records.store.decide(made.id, said, account="demo")
    receiver = key(records)
    handovers.hand_over(made.id, receiver, account="demo", actor="key_agent")
    clock.move(days=2)
    after = summary(handovers.holding(made.id, account="demo"), keep.due(made.id, account="demo"), MADRID)
    assert after.splitlines()[1:] == [
        f"Lo lleva: {receiver}.",
        "",
        f"Qué se pide: «{made.redacted_text}»",
        "Avisos: posible reacción adversa.",
        "",
        "Qué se ha respondido:",
        f"- 18/11/2026 a las 11:10, key_agent, borrador editado y enviado: «{sent}». Nota: «Llamar de tarde»",
        "",
        "Qué falta:",
        "- primera respuesta de fondo, antes del 18/11/2026 a las 13:00 (FUERA DE PLAZO)",
        "- resolución, antes del 11/12/2026 a las 18:00 (en plazo)",
        "- lo prometido («Te llamamos mañana.»), antes del 19/11/2026 a las 18:00",
        "- preguntar si le ha servido la respuesta, antes del 23/11/2026 a las 18:00",
        f"Traspaso 1: de key_agent a {receiver}, 18/11/2026 a las 11:10.",
    ]
    for original in (*ORIGINALS.values(), RawText("Remedios")):
        assert original.reveal() not in after


def test_every_flag_has_its_words():
    assert set(FLAG_NAMES) == set(Flag)
