"""The experts' page: what is asked of them, and their answer, which may become a proposed approved answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.console.desk_access import EXPERTS, DeskDep, Reader, may, told
from api.console.desk_errors import message_of, refused
from api.console.desk_inbox import PAGE, InboxRow, row_of
from api.console.desk_view import queue_names
from api.console.pages import SameOrigin, render, see_other
from api.deps import ServiceDep
from api.desk_wiring import Desk
from api.service import Service
from cases.decisions import CaseStatus, RecordedDecision, Verb
from cases.desk_reading import DeskFilters, desk_page
from cases.errors import CaseError, CursorError
from cases.expert_answers import MAX_ANSWER
from cases.keys import ApiKey
from cases.stored import StoredCase
from drafting.request import LANGUAGES
from knowledge_base.answer import LanguageCode
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.proposals import Proposal

router = APIRouter(prefix="/console/experts", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A case put to an expert: what was asked, by whom, and whether it is answered."""

    row: InboxRow
    asked: RecordedDecision | None
    answered: bool


def question_of(stored: StoredCase, answered: bool) -> Question:
    """The last question of a case."""
    asked = [one for one in stored.decisions if one.decision is Verb.ESCALATE]
    return Question(row_of(stored), asked[-1] if asked else None, answered)


@router.get("")
def expert_queue(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: Reader,
    queue: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Show what is asked of experts, by its clocks; the unanswered first."""
    names = queue_names(desk.policies, key.account)
    filters = DeskFilters(states=(CaseStatus.ESCALATED,), queue=queue if queue in names else None)
    try:
        with service.records.database.read() as session:
            page = desk_page(session, account=key.account, limit=PAGE, cursor=cursor or None, filters=filters)
    except CursorError as problem:
        return refused(request, message_of(request, problem), 400)
    answered = desk.experts.answered([stored.case.id for stored in page.cases])
    questions = [question_of(stored, stored.case.id in answered) for stored in page.cases]
    return render(
        request,
        "desk_experts.html",
        key=key,
        page="experts",
        questions=sorted(questions, key=lambda one: one.answered),
        queues=names,
        chosen_queue=filters.queue or "",
        next_cursor=page.next_cursor,
        may_answer=may(key, EXPERTS),
    )


def _question_page(
    request: Request,
    service: Service,
    desk: Desk,
    key: ApiKey,
    case_id: str,
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    stored = service.get_case(case_id, key=key)
    answers = desk.experts.of(case_id, account=key.account)
    return render(
        request,
        "desk_question.html",
        status,
        key=key,
        page="experts",
        stored=stored,
        case=stored.case,
        question=question_of(stored, bool(answers)),
        answers=answers,
        waits=_waits(stored, [one.number for one in answers]),
        may_answer=may(key, EXPERTS),
        longest=MAX_ANSWER,
        **context,
    )


def _waits(stored: StoredCase, answered: Sequence[int]) -> bool:
    asked = [one.number for one in stored.decisions if one.decision is Verb.ESCALATE]
    return stored.status is CaseStatus.ESCALATED and bool(asked) and asked[-1] not in answered


@router.get("/{case_id}")
def question_page(
    request: Request, service: ServiceDep, desk: DeskDep, key: Reader, case_id: str
) -> HTMLResponse:
    """Show one question with its case, and the form to answer it."""
    try:
        return _question_page(request, service, desk, key, case_id)
    except CaseError as problem:
        return refused(request, message_of(request, problem), 404)


@router.post("/{case_id}/answer", dependencies=[SameOrigin])
def answer(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: Reader,
    case_id: str,
    text: Annotated[str, Form(max_length=MAX_ANSWER)] = "",
    title: Annotated[str, Form(max_length=120)] = "",
    propose: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Keep an expert's answer, and write it as a draft of an approved answer where that is wanted."""
    said = text.replace("\r\n", "\n").strip()
    written = {"text": said, "title": title, "propose": propose}

    def wrong(status: int, message: str) -> HTMLResponse:
        return _question_page(
            request, service, desk, key, case_id, status, error=told(request, message), written=written
        )

    try:
        if not may(key, EXPERTS):
            return wrong(403, "Esta clave no permite responder como experto.")
        stored = service.get_case(case_id, key=key)
        desk.experts.check(case_id, account=key.account)
        if not said:
            return wrong(422, "Falta la respuesta.")
        if propose == "yes" and not title.strip():
            return wrong(422, "Para proponerla, ponle un título.")
        kept = service.desk_texts.answer(stored, title, said, turn=service.patient())
        if kept is None:
            written.update(text="", title="")  # no page carries what was not redacted
            return wrong(
                422, "La respuesta lleva datos personales. Escríbela sin ellos: sirve para cualquiera."
            )
        title, said = kept
        proposed = _propose(service, desk, key, stored, title, said) if propose == "yes" else None
        desk.experts.record(case_id, said, account=key.account, actor=key.id, proposed_as=proposed)
    except KnowledgeBaseError:
        return wrong(
            409, "No se ha podido escribir la propuesta en la base de respuestas; no se ha guardado nada."
        )
    except CaseError as problem:
        return refused(
            request, message_of(request, problem), 404 if problem.code == "case_not_found" else 409
        )
    return see_other(f"/console/experts/{case_id}")


def _language(stored: StoredCase) -> LanguageCode:
    code = stored.case.language
    return cast(LanguageCode, code if code in LANGUAGES else "es")


def _propose(service: Service, desk: Desk, key: ApiKey, stored: StoredCase, title: str, said: str) -> str:
    """Write the draft answer; give its id."""
    proposal = Proposal(
        title=title,
        question=stored.case.redacted_text if len(stored.case.redacted_text) <= 300 else "",
        answer=said,
        language=_language(stored),
        account=stored.account,
        proposed_by=key.name,
    )
    return desk.proposals.add(proposal, at=service.records.now()).id
