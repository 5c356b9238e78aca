"""The console: sign-in, inbox, a message to try, and the page of a case where a person decides."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError

from api.console.sessions import COOKIE, LIFETIME_SECONDS
from api.console.words import WORDS
from api.deps import ServiceDep
from api.problems import ProblemError
from cases.errors import CaseError
from cases.keys import ApiKey, Scope
from cases.message import Message
from policies.vocabulary import Channel

router = APIRouter(prefix="/console", include_in_schema=False)
templates = Jinja2Templates(Path(__file__).parent / "templates")

WRITERS = frozenset({Scope.AGENT, Scope.PLUGIN, Scope.ADMIN})


class SignInNeededError(Exception):
    """No session: the browser is sent to the sign-in page."""


def signed_in(request: Request, service: ServiceDep) -> ApiKey:
    """The key of the session.

    Raises:
        SignInNeededError: there is none, or its key was revoked.
    """
    key_id = service.sessions.key_id(request.cookies.get(COOKIE, ""))
    key = service.keys.get(key_id) if key_id else None
    if key is None:
        raise SignInNeededError
    return key


def same_origin(request: Request) -> None:
    """Refuse a form posted from another site (besides SameSite=Strict on the cookie)."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ProblemError(HTTPStatus.FORBIDDEN, "forbidden", "the form comes from another site")


SignedIn = Annotated[ApiKey, Depends(signed_in)]
SameOrigin = Depends(same_origin)


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Render a page, in Spanish."""
    return templates.TemplateResponse(request, template, {"words": WORDS, **context}, status_code=status)


def see_other(url: str) -> RedirectResponse:
    """Send the browser on after a form."""
    return RedirectResponse(url, status_code=303)


async def to_sign_in(_request: Request, _error: Exception) -> Response:
    """Answer of a page that needs a session."""
    return see_other("/console/sign-in")


@router.get("/sign-in")
def sign_in_page(request: Request) -> HTMLResponse:
    """Ask for a key."""
    return render(request, "sign_in.html")


@router.post("/sign-in", dependencies=[SameOrigin])
def sign_in(request: Request, service: ServiceDep, key: Annotated[str, Form(max_length=200)]) -> Response:
    """Start a session."""
    found = service.keys.authenticate(key.strip())
    if found is None:
        return render(request, "sign_in.html", 401, error="Esa clave no existe o se ha revocado.")
    response = see_other("/console")
    response.set_cookie(
        COOKIE,
        service.sessions.issue(found.id),
        max_age=LIFETIME_SECONDS,
        path="/console",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/sign-out", dependencies=[SameOrigin])
def sign_out() -> Response:
    """End the session."""
    response = see_other("/console/sign-in")
    response.delete_cookie(COOKIE, path="/console")
    return response


@router.get("")
def inbox(
    request: Request,
    service: ServiceDep,
    key: SignedIn,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Show the cases, newest first."""
    page = service.list_cases(key=key, limit=50, cursor=cursor)
    return render(
        request, "inbox.html", key=key, page="inbox", cases=page.cases, next_cursor=page.next_cursor
    )


def _try_page(request: Request, key: ApiKey, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    values = {"text": "", "channel": "instagram", "visibility": "", **context}
    return render(
        request, "try.html", status, key=key, page="try", channels=[code.value for code in Channel], **values
    )


@router.get("/try")
def try_page(request: Request, key: SignedIn) -> HTMLResponse:
    """Show the form to paste a message into."""
    return _try_page(request, key)


@router.post("/try", dependencies=[SameOrigin])
def try_message(
    request: Request,
    service: ServiceDep,
    key: SignedIn,
    text: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "web",
    visibility: Annotated[str, Form()] = "",
) -> Response:
    """Draft the reply to a pasted message and show its case."""
    # On an error the text is not shown again: no page carries what was not redacted.
    values = {"channel": channel, "visibility": visibility}
    if WRITERS.isdisjoint(key.scopes):
        return _try_page(request, key, 403, error="Esta clave solo permite leer.", **values)
    try:
        message = Message.model_validate({"text": text, "channel": channel, "visibility": visibility or None})
    except ValidationError:
        return _try_page(
            request, key, 422, error="Falta el texto, es demasiado largo o tiene caracteres no válidos.", **values
        )
    case = service.handle(message, key=key)
    return see_other(f"/console/cases/{case.id}")


def _case_page(
    request: Request, service: ServiceDep, key: ApiKey, case_id: str, *, status: int = 200, error: str | None = None
) -> HTMLResponse:
    stored = service.get_case(case_id, key=key)
    return render(
        request,
        "case.html",
        status,
        key=key,
        case=stored.case,
        open=stored.status in {"open", "escalated"},
        can_write=not WRITERS.isdisjoint(key.scopes),
        error=error,
        case_status=stored.status,
    )


@router.get("/cases/{case_id}")
def case_page(request: Request, service: ServiceDep, key: SignedIn, case_id: str) -> HTMLResponse:
    """Show a case: why, drafts with sources, evidence, and what can be decided."""
    return _case_page(request, service, key, case_id)


@router.post("/cases/{case_id}/decision", dependencies=[SameOrigin])
def decide(
    request: Request,
    service: ServiceDep,
    key: SignedIn,
    case_id: str,
    decision: Annotated[str, Form()],
    thread_version: Annotated[int, Form()],
    draft: Annotated[int | None, Form()] = None,
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Record what a person decided. An unchanged text is accepted, a changed one edited."""
    if WRITERS.isdisjoint(key.scopes):
        return _case_page(request, service, key, case_id, status=403, error="Esta clave solo permite leer.")
    try:
        service.decide_on_page(
            case_id, key=key, decision=decision, thread_version=thread_version, draft=draft, text=text
        )
    except CaseError as problem:
        message = f"No se ha podido guardar la decisión ({problem.code})."
        return _case_page(request, service, key, case_id, status=409, error=message)
    return see_other(f"/console/cases/{case_id}")
