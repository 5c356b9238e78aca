"""The page of a case: why, evidence and drafts; checking while a person edits; and what the person decides."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.console import desk_view
from api.console.desk_access import REVEALERS, DeskDep, Reader, can_write, may, told
from api.console.desk_complaint import complaint_told
from api.console.desk_errors import message_of, refused
from api.console.desk_original import original_of
from api.console.pages import SameOrigin, render, see_other
from api.deps import ServiceDep
from api.desk_wiring import Desk, Wording
from api.routes.verifications import verification
from api.service import WAIT_SECONDS, Service
from cases.decisions import WAITING, Verb
from cases.errors import CaseError, CaseNotFoundError
from cases.keys import ApiKey
from cases.message import MAX_TEXT
from cases.stored import StoredCase
from cases.working_time import working_time
from drafting.person_reply import ReplyReport
from policies.vocabulary import Visibility

router = APIRouter(prefix="/console/cases", include_in_schema=False)

READ_ONLY = "Esta clave solo permite leer."
NOTE = 1_000
"""Code points of a reason or a question."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for the page of which case."""

    request: Request
    service: Service
    desk: Desk
    key: ApiKey
    case_id: str

    def page(self, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """The page of the case; ``context`` adds what a form has to say."""
        try:
            stored = self.service.get_case(self.case_id, key=self.key)
        except CaseNotFoundError as problem:
            return refused(self.request, message_of(self.request, problem), 404)
        return render(self.request, "desk_case.html", status, **self._shown(stored), **context)

    def wrong(self, status: int, text: str, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """The page with what went wrong above it."""
        return self.page(status, error=told(self.request, text), **context)

    def _shown(self, stored: StoredCase) -> dict[str, Any]:
        case, key, desk = stored.case, self.key, self.desk
        withdrawn = self.service.pipeline.engines.retriever.withdrawn_ids()
        stale = stored.superseded_by is not None
        waiting = stored.status in WAITING
        policy = desk.policies.get(stored.account)
        return {
            "key": key,
            "page": "inbox",
            "stored": stored,
            "case": case,
            "case_status": stored.status.value,
            "why": desk_view.why(stored, policy, self._day_received(stored)),
            "clocks": desk_view.clocks(stored),
            "pieces": desk_view.pieces(case),
            "complaint": complaint_told(case, self.service.pipeline.engines.complaints.policy),
            "drafts": [(draft, desk_view.sourced(draft, case)) for draft in case.drafts],
            "withdrawn": desk_view.withdrawn_in(case, withdrawn),
            "stale": stale,
            "open": waiting and not stale,
            "may_write": can_write(key),
            "may_reveal": may(key, REVEALERS),
            "queue_name": desk_view.queue_names(desk.policies, stored.account).get(case.queue, case.queue),
            "experts": desk.experts.of(case.id, account=key.account),
            "choices": desk.choices,
            "audience": stored.facts.visibility.value if stored.facts else "private",
            "longest": NOTE,
        }

    def _day_received(self, stored: StoredCase) -> date:
        """The day where the account is; in UTC for an account that is configured no longer."""
        account = self.service.pipeline.engines.accounts.get(stored.account)
        at = stored.received_at
        return (working_time(account.hours).local(at) if account else at).date()


@router.get("/{case_id}")
def case_page(
    request: Request, service: ServiceDep, desk: DeskDep, key: Reader, case_id: str
) -> HTMLResponse:
    """Show a case."""
    return _Asked(request, service, desk, key, case_id).page()


@router.post("/{case_id}/original", dependencies=[SameOrigin])
def show_original(
    request: Request, service: ServiceDep, desk: DeskDep, key: Reader, case_id: str
) -> HTMLResponse:
    """Show the message as it came, to who may see it; the look is on the audit log before it happens."""
    asked = _Asked(request, service, desk, key, case_id)
    if not may(key, REVEALERS):
        return asked.wrong(403, "Esta clave no permite ver el original.")
    try:
        return asked.page(original=original_of(service, case_id, key=key))
    except CaseNotFoundError as problem:
        return refused(request, message_of(request, problem), 404)
    except CaseError:
        return asked.wrong(410, "El original ya no está en la cámara: ha pasado su plazo o se ha borrado.")


@router.post("/{case_id}/check", dependencies=[SameOrigin])
def check_text(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: Reader,
    case_id: str,
    text: Annotated[str, Form(max_length=MAX_TEXT)] = "",
    audience: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Check the text that a person is editing: its length, and the rules that it breaks, as JSON."""
    if not can_write(key):
        return JSONResponse({"error": told(request, READ_ONLY)}, status_code=403)
    try:
        stored = service.get_case(case_id, key=key)
        with service.turn():
            report = desk.reply_check.of_case(text, stored, _audience(audience))
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
) -> Response:
    """Record what a person decided. An unchanged draft is accepted, a changed one edited."""
    asked = _Asked(request, service, desk, key, case_id)
    if not can_write(key):
        return asked.wrong(403, READ_ONLY)
    try:
        if decision in ("send", "respond"):
            return _send(asked, decision, thread_version, draft, _audience(audience), text, overrule == "yes")
        return _set_aside(asked, decision, thread_version, reason, note.strip())
    except CaseNotFoundError as problem:
        return refused(request, message_of(request, problem), 404)
    except CaseError as problem:
        return asked.page(409, error=message_of(request, problem))


def _send(
    asked: _Asked,
    decision: str,
    thread_version: int,
    draft: int | None,
    audience: Visibility | None,
    text: str,
    overrule: bool,
) -> Response:
    """Send a draft or a text of one's own. What breaks a rule is held back once, and then noted."""
    stored = asked.service.get_case(asked.case_id, key=asked.key)
    drafts = stored.case.drafts
    sent = text.replace("\r\n", "\n")
    known = drafts[draft] if draft is not None and 0 <= draft < len(drafts) else None
    if decision == "send" and known is not None and sent.strip() == known.text.strip():
        asked.service.decide(
            asked.case_id, key=asked.key, verb=Verb.ACCEPT, thread_version=thread_version, draft=draft
        )
        return see_other(f"/console/cases/{asked.case_id}")
    report = _report(asked, stored, sent, known.audience if known is not None else audience)
    failed = [] if report is None else [one.rule for one in report.findings if not one.advice]
    if failed and not overrule:
        held = {"number": draft, "text": sent, "findings": report.findings if report else ()}
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
    )
    return see_other(f"/console/cases/{asked.case_id}")


def _report(asked: _Asked, stored: StoredCase, text: str, audience: Visibility | None) -> ReplyReport | None:
    """What the rules say; None for a case that keeps too little to check against."""
    if stored.facts is None:
        return None
    with asked.service.turn(WAIT_SECONDS):
        return asked.desk.reply_check.of_case(text, stored, audience)


def _set_aside(asked: _Asked, decision: str, thread_version: int, reason: str, note: str) -> Response:
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
