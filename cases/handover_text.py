"""The summary that goes with a case from one person to another, in Spanish: asked, answered, due. All redacted."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from cases.decisions import CaseStatus, RecordedDecision, Verb
from cases.flag_names import FLAG_NAMES
from cases.handover import Holding
from cases.stored import StoredCase
from cases.timekeeping.clock_book import ClockStanding, ClockState
from cases.timekeeping.keeper import DueWork
from cases.timekeeping.policy import Clock
from cases.timekeeping.promise_book import Promise, PromiseKind, PromiseState
from policies.vocabulary import Channel

_CLOCKS: Mapping[Clock, str] = {
    Clock.ACKNOWLEDGE: "acuse de recibo",
    Clock.ANSWER: "primera respuesta de fondo",
    Clock.RESOLVE: "resolución",
}
_CLOCK_STATES: Mapping[ClockState, str] = {
    ClockState.RUNNING: "en plazo",
    ClockState.WARNED: "se acerca",
    ClockState.BREACHED: "FUERA DE PLAZO",
    ClockState.STOPPED: "hecho",
}
_STATUSES: Mapping[CaseStatus, str] = {
    CaseStatus.OPEN: "sin decidir",
    CaseStatus.SENT: "respondido",
    CaseStatus.IGNORED: "cerrado sin respuesta",
    CaseStatus.ESCALATED: "escalado, sin responder",
}
_VERBS: Mapping[Verb, str] = {
    Verb.ACCEPT: "borrador enviado tal cual",
    Verb.EDIT: "borrador editado y enviado",
    Verb.RESPOND: "respuesta propia",
    Verb.IGNORE: "no se responde",
    Verb.ESCALATE: "escalado",
}
_CHANNELS: Mapping[Channel, str] = {
    Channel.X: "X",
    Channel.FACEBOOK: "Facebook",
    Channel.INSTAGRAM: "Instagram",
    Channel.WHATSAPP: "WhatsApp",
    Channel.EMAIL: "correo electrónico",
    Channel.WEB: "web",
}
NOTHING = "nada"


def summary(holding: Holding, due: DueWork, zone: ZoneInfo) -> str:
    """Write the summary; times on the account's clock."""
    stored = holding.stored
    lines = [_heading(stored, zone), f"Lo lleva: {holding.owner or 'nadie todavía'}.", "", *_asked(stored)]
    lines += ["", "Qué se ha respondido:", *(_answers(stored, zone) or [f"- {NOTHING} todavía"])]
    lines += ["", "Qué falta:", *(_due(due, zone) or [f"- {NOTHING}"])]
    for given in holding.handovers:
        lines.append(
            f"Traspaso {given.number}: de {given.giver or 'nadie'} a {given.receiver}, {_at(given.handed_at, zone)}."
        )
    return "\n".join(lines)


def _heading(stored: StoredCase, zone: ZoneInfo) -> str:
    where, status = _CHANNELS[stored.channel], _STATUSES[stored.status]
    replaced = "; lo sustituye otro caso, de la misma conversación" if stored.superseded_by else ""
    code, priority = stored.case.tracking_code, stored.case.priority.value.upper()
    return (
        f"Caso {code} · {where} · recibido {_at(stored.received_at, zone)} · {priority} · {status}{replaced}."
    )


def _asked(stored: StoredCase) -> list[str]:
    case = stored.case
    lines = [
        f"Qué se pide: «{case.redacted_text}»"
        if case.redacted_text
        else "Qué se pide: el texto se ha borrado."
    ]
    if case.flags:
        lines.append(
            "Avisos: " + "; ".join(dict.fromkeys(FLAG_NAMES[flag.code] for flag in case.flags)) + "."
        )
    if case.referral is not None:
        lines.append(f"Derivación: {case.referral.professional}.")
    return lines


def _answers(stored: StoredCase, zone: ZoneInfo) -> list[str]:
    return [_answer(decision, zone) for decision in stored.decisions]


def _answer(decision: RecordedDecision, zone: ZoneInfo) -> str:
    said = f": «{decision.sent_text}»" if decision.sent_text else ""
    note = f" Nota: «{decision.note}»" if decision.note else ""
    return (
        f"- {_at(decision.decided_at, zone)}, {decision.decided_by}, {_VERBS[decision.decision]}{said}.{note}"
    )


def _due(due: DueWork, zone: ZoneInfo) -> list[str]:
    clocks = [_clock(one, zone) for one in due.clocks if one.stopped_at is None]
    waiting = (PromiseState.OPEN, PromiseState.BROKEN)
    return clocks + [_promise(one, zone) for one in due.promises if one.state in waiting]


def _clock(standing: ClockStanding, zone: ZoneInfo) -> str:
    return f"- {_CLOCKS[standing.clock]}, antes del {_at(standing.due_at, zone)} ({_CLOCK_STATES[standing.state]})"


def _promise(promise: Promise, zone: ZoneInfo) -> str:
    what = (
        "preguntar si le ha servido la respuesta" if promise.kind is PromiseKind.FOLLOW_UP else "lo prometido"
    )
    said = f" («{promise.text}»)" if promise.text else ""
    late = " (FUERA DE PLAZO)" if promise.state is PromiseState.BROKEN else ""
    return f"- {what}{said}, antes del {_at(promise.due_at, zone)}{late}"


def _at(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%d/%m/%Y a las %H:%M")
