"""What every page of the console builds on: the session, rendering in two languages, and signing in and out."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from api.console import desk_english
from api.console.languages import LANGUAGE_COOKIE, LANGUAGE_SECONDS, Lang, add_english, asked_for, chosen, say
from api.console.sessions import COOKIE, LIFETIME_SECONDS
from api.console.telling import tools
from api.console.words import WORDS
from api.deps import ServiceDep
from api.problems import ProblemError
from cases.keys import ApiKey, Scope

add_english(desk_english.ENGLISH)

router = APIRouter(prefix="/console", include_in_schema=False)
templates = Jinja2Templates(Path(__file__).parent / "templates")

WRITERS = frozenset({Scope.AGENT, Scope.PLUGIN, Scope.ADMIN})
SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing written into the page itself."""
_CODE = re.compile(r"[0-9A-Za-z_.:@-]{1,100}")
_WORDS = {Lang.ES: WORDS, Lang.EN: desk_english.WORDS}


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
    """Render a page in the language of the request; ``page`` names the entry of the navigation it is under.

    Templates find ``_`` (translates a Spanish text), ``words`` (names of codes), ``lang``, and ``telling.tools``.
    """
    lang = chosen(request)
    values = {
        "words": _WORDS[lang],
        "_": say(lang),
        "lang": lang.value,
        "other_lang": _switch(request, lang, status),
        **tools(request, lang),
    }
    response = templates.TemplateResponse(request, template, {**values, **context}, status_code=status)
    response.headers["content-security-policy"] = SECURITY_POLICY
    response.headers["content-language"] = lang.value
    if asked_for(request) is not None:
        response.set_cookie(
            LANGUAGE_COOKIE,
            lang.value,
            max_age=LANGUAGE_SECONDS,
            path="/console",
            httponly=True,
            samesite="strict",
        )
    return response


def _switch(request: Request, lang: Lang, status: int) -> str:
    """The address of this page in the other language; of the inbox where the page answers a form or refuses.

    Only what looks like a code is kept of the address: no page repeats a text that somebody typed.
    """
    other = (Lang.EN if lang is Lang.ES else Lang.ES).value
    if request.method != "GET" or status >= HTTPStatus.BAD_REQUEST:
        return f"/console?lang={other}"
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name != "lang" and _CODE.fullmatch(name) and _CODE.fullmatch(value)
    ]
    return f"{request.url.path}?{urlencode([*kept, ('lang', other)])}"


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
        wrong = say(chosen(request))("Esa clave no existe o se ha revocado.")
        return render(request, "sign_in.html", 401, error=wrong)
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
