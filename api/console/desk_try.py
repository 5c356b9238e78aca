"""The page to paste a message into, with examples for who is new."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from api.console.desk_access import DeskDep, can_write, told
from api.console.pages import SameOrigin, SignedIn, render, see_other
from api.deps import ServiceDep
from api.desk_wiring import Desk
from cases.keys import ApiKey
from cases.message import MAX_TEXT, Message
from policies.vocabulary import Channel, Visibility

router = APIRouter(prefix="/console", include_in_schema=False)


def _try_page(
    request: Request,
    desk: Desk,
    key: ApiKey,
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    values = {"text": "", "channel": Channel.INSTAGRAM.value, "visibility": "", **context}
    return render(
        request,
        "desk_try.html",
        status,
        key=key,
        page="try",
        channels=[code.value for code in Channel],
        visibilities=[code.value for code in Visibility],
        examples=desk.choices.examples,
        longest=MAX_TEXT,
        may_write=can_write(key),
        **values,
    )


@router.get("/try")
def try_page(request: Request, desk: DeskDep, key: SignedIn) -> HTMLResponse:
    """Show the form to paste a message into."""
    return _try_page(request, desk, key)


@router.post("/try", dependencies=[SameOrigin])
def try_message(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: SignedIn,
    text: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "web",
    visibility: Annotated[str, Form()] = "",
) -> Response:
    """Draft the reply to a pasted message and show its case."""
    # On an error the text is not shown again: no page carries what was not redacted.
    values = {"channel": channel, "visibility": visibility}
    if not can_write(key):
        wrong = told(request, "Esta clave solo permite leer.")
        return _try_page(request, desk, key, 403, error=wrong, **values)
    try:
        message = Message.model_validate({"text": text, "channel": channel, "visibility": visibility or None})
    except ValidationError:
        wrong = told(request, "Falta el texto, es demasiado largo o tiene caracteres no válidos.")
        return _try_page(request, desk, key, 422, error=wrong, **values)
    case = service.handle(message, key=key)
    return see_other(f"/console/cases/{case.id}")
