"""The page of a case: why, evidence and drafts; checking while a person edits; and what the person decides."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.console.desk_access import REVEALERS, DeskDep, Reader, can_write, may, told
from api.console.desk_asked import GONE, NOTE, Asked
from api.console.desk_errors import message_of, refused
from api.console.desk_named import named_again
from api.console.desk_original import original_of
from api.console.pages import SameOrigin, see_other
from api.deps import ServiceDep
from api.desk_texts import Turn
from api.desk_wiring import Wording
from api.routes.verifications import verification
from cases.customer_name import LONGEST
from cases.decisions import Verb
from cases.errors import CaseError, CaseNotFoundError
from cases.message import MAX_TEXT
from cases.named_draft import NamedDraft
from cases.stored import StoredCase
from drafting.person_reply import ReplyReport
from policies.vocabulary import Visibility

router = APIRouter(prefix="/console/cases", include_in_schema=False)

READ_ONLY = "Esta clave solo permite leer."


@router.get("/{case_id}")
def case_page(
    request: Request, service: ServiceDep, desk: DeskDep, key: Reader, case_id: str
) -> HTMLResponse:
    """Show a case."""
    return Asked(request, service, desk, key, case_id).page()


@router.post("/{case_id}/original", dependencies=[SameOrigin])
def show_original(
    request: Request, service: ServiceDep, desk: DeskDep, key: Reader, case_id: str
) -> HTMLResponse:
    """Show the message as it came, to who may see it; the look is on the audit log before it happens."""
    asked = Asked(request, service, desk, key, case_id)
    if not may(key, REVEALERS):
        return asked.wrong(403, "Esta clave no permite ver el original.")
    try:
        return asked.page(original=original_of(service, case_id, key=key))
    except CaseNotFoundError as problem:
        return refused(request, message_of(request, problem), 404)
    except CaseError:
        return asked.wrong(410, GONE)


@router.post("/{case_id}/check", dependencies=[SameOrigin])
def check_text(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: Reader,
    case_id: str,
    text: Annotated[str, Form(max_length=MAX_TEXT)] = "",
    audience: Annotated[str, Form(max_length=10)] = "",
    customer_name: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Check the text that a person is editing: its length, and the rules that it breaks, as JSON.

    The name is the form's own, put there with the draft: a look into the vault for each stroke would fill the
    audit log. What is sent is checked with the vault's.
    """
    if not can_write(key):
        return JSONResponse({"error": told(request, READ_ONLY)}, status_code=403)
    try:
        stored = service.get_case(case_id, key=key)
        with service.turn():
            name = customer_name if may(key, REVEALERS) and customer_name else None
            report = desk.reply_check.of_case(text, stored, _audience(audience), customer_name=name)
    except CaseError as problem:
        status = 404 if isinstance(problem, CaseNotFoundError) else 409
        return JSONResponse({"error": message_of(request, problem)}, status_code=status)
    return JSONResponse(verification(report).model_dump())


@router.post("/{case_id}/decision", dependencies=[SameOrigin])
def decide(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: Reader,
    case_id: str,
    decision: Annotated[str, Form(max_length=20)],
    thread_version: Annotated[int, Form()],
    draft: Annotated[int | None, Form()] = None,
    audience: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
    reason: Annotated[str, Form(max_length=50)] = "",
    note: Annotated[str, Form(max_length=NOTE)] = "",
    overrule: Annotated[str, Form(max_length=5)] = "",
    customer_name: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Record what a person decided. An unchanged draft is accepted, a changed one edited."""
    asked = Asked(request, service, desk, key, case_id)
    if not can_write(key):
        return asked.wrong(403, READ_ONLY)
    try:
        if decision in ("send", "respond"):
            return _send(
                asked, decision, thread_version, draft, _audience(audience), text, overrule == "yes",
                customer_name,
            )  # fmt: skip
        return _set_aside(asked, decision, thread_version, reason, note.strip())
    except CaseNotFoundError as problem:
        return refused(request, message_of(request, problem), 404)
    except CaseError as problem:
        return asked.page(409, error=message_of(request, problem))


def _send(
    asked: Asked,
    decision: str,
    thread_version: int,
    draft: int | None,
    audience: Visibility | None,
    text: str,
    overrule: bool,
    customer_name: str,
) -> Response:
    """Send a draft or a text of one's own. What breaks a rule is held back once, and then noted.

    Args:
        customer_name: with which the text began, where it began as the draft with the customer's name.
    """
    stored, turn = asked.service.get_case(asked.case_id, key=asked.key), asked.service.patient()
    drafts = stored.case.drafts
    sent = text.replace("\r\n", "\n")
    known = drafts[draft] if draft is not None and 0 <= draft < len(drafts) else None
    if decision == "send" and known is not None and sent.strip() == known.text.strip():
        asked.service.decide(
            asked.case_id, key=asked.key, verb=Verb.ACCEPT, thread_version=thread_version, draft=draft
        )
        return see_other(f"/console/cases/{asked.case_id}")
    named = named_again(asked, stored, draft, turn) if customer_name and decision == "send" else None
    if named is not None and sent.strip() == named.text.strip():
        # The greeting by name is no edit: the draft counts as accepted.
        asked.service.decide(
            asked.case_id,
            key=asked.key,
            verb=Verb.ACCEPT,
            thread_version=thread_version,
            draft=draft,
            text=named.text,
            named=named,
            turn=turn,
        )
        return see_other(f"/console/cases/{asked.case_id}")
    report = _report(asked, stored, sent, known.audience if known is not None else audience, named, turn)
    failed = [] if report is None else [one.rule for one in report.findings if not one.advice]
    if failed and not overrule:
        held = {
            "number": draft,
            "text": sent,
            "findings": report.findings if report else (),
            "name": named.name if named else None,
        }
        return asked.wrong(
            422,
            "No se ha enviado: el texto incumple reglas. Corrígelo, o confirma que respondes de él.",
            held=held,
        )
    asked.service.decide(
        asked.case_id,
        key=asked.key,
        verb=Verb.RESPOND if decision == "respond" else Verb.EDIT,
        thread_version=thread_version,
        draft=draft if decision == "send" else None,
        text=sent,
        note=f"overruled: {', '.join(dict.fromkeys(failed))}" if failed else None,
        named=named,
        customer_name=customer_name,
        turn=turn,
    )
    return see_other(f"/console/cases/{asked.case_id}")


def _report(
    asked: Asked,
    stored: StoredCase,
    text: str,
    audience: Visibility | None,
    named: NamedDraft | None,
    turn: Turn,
) -> ReplyReport | None:
    """What the rules say; None for a case that keeps too little to check against."""
    if stored.facts is None:
        return None
    with turn():
        name = named.name if named is not None else None
        return asked.desk.reply_check.of_case(text, stored, audience, customer_name=name)


def _set_aside(asked: Asked, decision: str, thread_version: int, reason: str, note: str) -> Response:
    """Ignore a case, or hand it to an expert with a question."""
    choices = asked.desk.choices
    reasons = choices.ignore_reasons if decision == "ignore" else choices.escalate_reasons
    if decision not in ("ignore", "escalate"):
        return asked.wrong(422, "Esa decisión no existe.")
    chosen: Wording | None = reasons.get(reason)
    if chosen is None or (reason == "other" and not note):
        return asked.wrong(422, "Falta el motivo.")
    said = f"{chosen.es}. {note}".strip() if note else chosen.es
    asked.service.decide(
        asked.case_id, key=asked.key, verb=Verb(decision), thread_version=thread_version, note=said
    )
    return see_other(f"/console/cases/{asked.case_id}" if decision == "escalate" else "/console")


def _audience(code: str) -> Visibility | None:
    return Visibility(code) if code in set(Visibility) else None
