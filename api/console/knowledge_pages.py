"""Approved answers in the console: list, one answer with its life, differences, reminders, findings and gaps."""

from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Annotated, Any, cast

import structlog
from fastapi import APIRouter, Depends, FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.console import knowledge_english
from api.console.compliance_desk import LOADING_SECONDS, RefusedPageError, add_missing, day_asked
from api.console.compliance_work import Told
from api.console.knowledge_views import (
    DUE_DAYS,
    GAP_DAYS,
    PAIRED,
    KnowledgeViews,
    changed,
    changed_by_hand,
    today_of,
    versions,
)
from api.console.pages import SameOrigin, SignedIn, render, see_other
from api.knowledge_desk import KnowledgeDesk
from api.problems import CODES, ProblemError
from api.service import Service
from api.settings import Settings
from cases.answer_record import Content
from cases.audit import Action, utc_now
from cases.keys import ApiKey
from knowledge_base.answer import ApprovedAnswer, Role, WithdrawalReason
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.lifecycle import State
from knowledge_base.shelf import ContentChangedError

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/console/knowledge", include_in_schema=False)
add_missing(knowledge_english.ENGLISH)

PAGE = 100
Text = Annotated[str, Query(max_length=200)]


def install(app: FastAPI, service: Service, settings: Settings) -> None:
    """Add the pages to the application. Raises KnowledgeBaseError: the rules of the life cycle are broken."""
    app.state.knowledge_views = KnowledgeViews(service, settings)
    app.include_router(router)


def get_views(request: Request) -> KnowledgeViews:
    """The views, built once at start."""
    return cast(KnowledgeViews, request.app.state.knowledge_views)


Views = Annotated[KnowledgeViews, Depends(get_views)]


def _show(
    request: Request,
    template: str,
    key: ApiKey,
    *,
    tab: str,
    status: int = 200,
    **context: Any,  # noqa: ANN401 - what each template asks for
) -> HTMLResponse:
    response = render(request, f"knowledge/{template}", status, key=key, page="knowledge", tab=tab, **context)
    if any(isinstance(told, Told) and told.working and told.value is None for told in context.values()):
        response.headers["refresh"] = str(LOADING_SECONDS)
    return response


@router.get("")
def answers_page(
    request: Request,
    key: SignedIn,
    views: Views,
    state: Text = "",
    q: Text = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """List the answers with their states."""
    today, scan = today_of(utc_now()), views.scan()
    lines = [views.line(answer, today) for answer in views.answers(key)]
    counts = {one.value: sum(line.state is one for line in lines) for one in State}
    wanted = q.strip().casefold()
    kept = [line for line in lines if state not in counts or line.state.value == state]
    kept = [line for line in kept if wanted in _searched(line.answer)]
    return _show(
        request, "answers.html", key, tab="answers", lines=kept[(page - 1) * PAGE : page * PAGE], counts=counts,
        total=len(lines), found=len(kept), state=state, q=q, number=page, more=len(kept) > page * PAGE,
        today=today, problems=len(scan.problems) if scan else 0, reading=scan is None,
    )  # fmt: skip


@router.get("/due")
def due_page(request: Request, key: SignedIn, views: Views) -> HTMLResponse:
    """List the answers to review, that expire, or that wait for an approval."""
    today = today_of(utc_now())
    found = views.reminders(key, today)
    return _show(request, "due.html", key, tab="due", reminders=found, today=today, days=DUE_DAYS)


@router.get("/check")
def check_page(request: Request, key: SignedIn, views: Views) -> HTMLResponse:
    """List what a person should mend: near-duplicates first, then all other findings."""
    told = views.findings.get((views.stamp(), today_of(utc_now())))
    seen = {answer.id for answer in views.answers(key)}
    mine = [one for one in told.value or () if set(one.answers) <= seen]
    pairs = [one for one in mine if one.code in PAIRED]
    rest = [one for one in mine if one.code not in PAIRED]
    return _show(request, "check.html", key, tab="check", told=told, pairs=pairs, rest=rest)


@router.get("/gaps")
def gaps_page(request: Request, key: SignedIn, views: Views) -> HTMLResponse:
    """List the answers to write: questions that none answered, gathered."""
    return _show(request, "gaps.html", key, tab="gaps", told=views.gaps.get(key.account), days=GAP_DAYS)


@router.get("/answers/{answer_id}")
def answer_page(
    request: Request,
    key: SignedIn,
    views: Views,
    answer_id: str,
    before: Annotated[int | None, Query(ge=1, le=10**6)] = None,
    after: Annotated[int | None, Query(ge=1, le=10**6)] = None,
) -> HTMLResponse:
    """Show an answer: texts, state, approvals, history, and what changed between versions."""
    return _answer_page(request, key, views, _found(views, answer_id, key), before=before, after=after)


@router.post("/answers/{answer_id}/submit", dependencies=[SameOrigin])
def submit(request: Request, key: SignedIn, views: Views, answer_id: str) -> Response:
    """Hand a draft in for review, in the name of the key."""
    answer = _changeable(views, answer_id, key)
    try:
        with _on_record(request, Action.ANSWER_SUBMITTED, views.shelf.answer(answer.id), key):
            views.shelf.submit(answer.id, name=key.name, at=utc_now().astimezone())
    except KnowledgeBaseError as error:
        return _failed(request, key, views, answer, error)
    log.info("knowledge_base.submitted", key_id=key.id)
    return see_other(f"/console/knowledge/answers/{answer.id}")


@router.post("/answers/{answer_id}/approve", dependencies=[SameOrigin])
def approve(
    request: Request,
    key: SignedIn,
    views: Views,
    answer_id: str,
    role: Annotated[Role, Form()],
    seal: Annotated[str, Form(max_length=16)],
    review_by: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Approve an answer for a department, in the name of the key; only the content that the person saw."""
    answer = _changeable(views, answer_id, key)
    review = day_asked(review_by)
    try:
        current = views.shelf.answer(answer.id)
        if review is None and review_by:
            return _failed(request, key, views, current, "review_by")
        with _on_record(request, Action.ANSWER_APPROVED, current, key, role):
            views.shelf.approve(
                answer.id, role=role, name=key.name, at=utc_now().astimezone(), review_by=review, seal=seal
            )
    except ContentChangedError as error:
        return _failed(request, key, views, views.find(answer.id, key) or answer, error)
    except KnowledgeBaseError as error:
        return _failed(request, key, views, answer, error)
    log.info("knowledge_base.approved", key_id=key.id)
    return see_other(f"/console/knowledge/answers/{answer.id}")


@router.post("/answers/{answer_id}/withdraw", dependencies=[SameOrigin])
def withdraw(
    request: Request,
    key: SignedIn,
    views: Views,
    answer_id: str,
    reason: Annotated[WithdrawalReason, Form()],
    sure: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Withdraw an answer at once and for good."""
    answer = _changeable(views, answer_id, key)
    if sure != "yes":
        return _failed(request, key, views, answer, "sure")
    cast(KnowledgeDesk, request.app.state.knowledge).withdraw(answer.id, reason, key=key)
    return see_other(f"/console/knowledge/answers/{answer.id}")


def _on_record(
    request: Request, action: Action, answer: ApprovedAnswer, key: ApiKey, role: Role | None = None
) -> AbstractContextManager[None]:
    """Put a step on the audit log together with what is done inside."""
    record = cast(KnowledgeDesk, request.app.state.knowledge).record
    content = Content(answer.id, answer.version, answer.seal)
    return record.taking(action, content, actor=key.id, by=key.name, role=role.value if role else None)


def _answer_page(
    request: Request,
    key: ApiKey,
    views: KnowledgeViews,
    answer: ApprovedAnswer,
    *,
    status: int = 200,
    problem: str | None = None,
    before: int | None = None,
    after: int | None = None,
) -> HTMLResponse:
    today, events = today_of(utc_now()), views.shelf.history(answer.id)
    held = answer.approved_roles(today)
    return _show(
        request, "answer.html", key, tab="answers", status=status, line=views.line(answer, today), answer=answer,
        texts=answer.by_language(), required=views.governance.required_roles.of(answer), held=held,
        approvals=[(one, one.content in (None, answer.seal) and one.date <= today) for one in answer.approvals],
        events=events[::-1], versions=versions(answer, events), diff=changed(answer, events, before, after),
        by_hand=changed_by_hand(answer, events), may_change=views.may_change(answer, key), roles=list(Role),
        reasons=list(WithdrawalReason), problem=problem, today=today,
    )  # fmt: skip


def _failed(
    request: Request,
    key: ApiKey,
    views: KnowledgeViews,
    answer: ApprovedAnswer,
    error: KnowledgeBaseError | str,
) -> HTMLResponse:
    """The answer's page with what stood in the way: a code of ours, or the rule's own words."""
    problem = error if isinstance(error, str) else getattr(error, "code", "knowledge_base_error")
    return _answer_page(request, key, views, answer, status=409, problem=problem)


def _found(views: KnowledgeViews, answer_id: str, key: ApiKey) -> ApprovedAnswer:
    answer = views.find(answer_id, key)
    if answer is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "answer_not_found", CODES["answer_not_found"])
    return answer


def _changeable(views: KnowledgeViews, answer_id: str, key: ApiKey) -> ApprovedAnswer:
    """The answer, if the key may change it.

    Raises:
        RefusedPageError: the key lacks the scope, or others use the answer too.
        ProblemError: no such answer for this key.
    """
    answer = _found(views, answer_id, key)
    if not views.may_change(answer, key):
        raise RefusedPageError(key, "knowledge")
    return answer


def _searched(answer: ApprovedAnswer) -> str:
    parts = [answer.id, *answer.tags, *(text.title for text in answer.by_language().values())]
    return " ".join(parts).casefold()
