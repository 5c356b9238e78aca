"""The customer's name in the private draft that is edited: for who may see the vault, each look on the record."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.desk_access import REVEALERS, DeskDep, Reader, can_write, may, told
from api.console.desk_asked import GONE, Asked
from api.console.desk_errors import message_of, refused
from api.console.pages import SameOrigin
from api.deps import ServiceDep
from api.desk_texts import Turn
from cases.errors import CaseError, CaseNotFoundError, OriginalsGoneError
from cases.named_draft import NamedDraft
from cases.stored import StoredCase

router = APIRouter(prefix="/console/cases", include_in_schema=False)

NO_NAME = "El cliente no ha dicho su nombre, o este borrador no lo admite: se queda como está."


@router.post("/{case_id}/named", dependencies=[SameOrigin])
def show_named(
    request: Request, service: ServiceDep, desk: DeskDep, key: Reader, case_id: str
) -> HTMLResponse:
    """Put the customer's name into the private draft that is edited; the look is on the audit log before it happens."""
    asked = Asked(request, service, desk, key, case_id)
    if not may(key, REVEALERS) or not can_write(key):
        return asked.wrong(403, "Esta clave no permite usar el nombre del cliente.")
    try:
        named = _named_draft(asked, service.get_case(case_id, key=key), service.patient())
    except CaseNotFoundError as problem:
        return refused(request, message_of(request, problem), 404)
    except OriginalsGoneError:
        return asked.wrong(410, GONE)
    except CaseError as problem:
        return asked.wrong(409, message_of(request, problem))
    if named.name is None:
        return asked.page(notice=told(request, NO_NAME))
    return asked.page(named=named)


def named_again(asked: Asked, stored: StoredCase, number: int | None, turn: Turn) -> NamedDraft | None:
    """The draft with the name that a person had before them when they sent it; None where there is none (any more).

    Taken from the vault anew, and so once more on the audit log: what a form says is nobody's name.

    Args:
        number: which draft was sent.
    """
    if not may(asked.key, REVEALERS):
        return None
    try:
        named = _named_draft(asked, stored, turn)
    except CaseError:
        return None
    return named if named.number == number and named.name is not None else None


def _named_draft(asked: Asked, stored: StoredCase, turn: Turn) -> NamedDraft:
    with turn():
        return asked.desk.named_drafts.private(stored, actor=asked.key.id, account=asked.key.account)
