"""What the desk says when something cannot be done: a page in words, never a code alone."""

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.console.desk_access import told
from api.console.pages import render
from cases.errors import CaseError

MESSAGES: dict[str, str] = {
    "case_not_found": "Ese caso no existe, o no es de la cuenta de esta clave.",
    "case_already_decided": "Alguien ha decidido ya sobre este caso.",
    "decision_not_allowed": "Este caso no admite esa decisión.",
    "decision_invalid": "Falta algo en la decisión, o se contradice.",
    "thread_version_stale": "El cliente ha escrito de nuevo: este borrador ya no vale. Abre el caso más reciente.",
    "answer_withdrawn": "Una respuesta aprobada de este borrador se ha retirado: no se puede enviar.",
    "store_unavailable": "El almacén no responde. No se ha guardado nada; inténtalo de nuevo.",
    "case_not_checkable": "Este caso no conserva lo necesario para comprobar una respuesta.",
    "expert_answer_invalid": "Este caso no pregunta nada a un experto, o ya está respondido.",
    "draft_not_found": "Este caso no tiene borrador privado.",
    "cursor_invalid": "Esa página de la bandeja ya no existe.",
}
OTHERWISE = "No se ha podido guardar la decisión."


def message_of(request: Request, problem: CaseError) -> str:
    """An error of the records in words."""
    return told(request, MESSAGES.get(problem.code, OTHERWISE))


async def not_allowed(request: Request, error: Exception) -> Response:
    """Page of a key without the scope."""
    return refused(request, told(request, str(error)), 403)


def refused(request: Request, message: str, status: int) -> HTMLResponse:
    """A page that says why there is nothing to see."""
    return render(request, "desk_refused.html", status, message=message, page="")
