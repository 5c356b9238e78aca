"""Who may do what at the desk, by the scopes of the key that signed in."""

from typing import Annotated

from fastapi import Depends, Request

from api.console.languages import chosen, say
from api.console.pages import WRITERS, SignedIn
from api.desk_wiring import Desk
from api.routes.verifications import get_desk
from cases.keys import ApiKey, Scope

READERS = frozenset({Scope.AGENT, Scope.PLUGIN, Scope.AUDITOR, Scope.ADMIN})
REVEALERS = frozenset({Scope.AUDITOR, Scope.ADMIN})
"""May see an original of the vault, on the record (``Scope.AUDITOR``)."""
EXPERTS = frozenset({Scope.AGENT, Scope.ADMIN})
"""May answer as an expert: who reads cases and writes on them."""

DeskDep = Annotated[Desk, Depends(get_desk)]


class NotAllowedError(Exception):
    """The key lacks the scope of a page; the text says so in Spanish."""


def reader(key: SignedIn) -> ApiKey:
    """The key of the session, where it may read cases.

    Raises:
        NotAllowedError
    """
    if not may(key, READERS):
        raise NotAllowedError("Esta clave no permite ver casos.")
    return key


Reader = Annotated[ApiKey, Depends(reader)]


def may(key: ApiKey, wanted: frozenset[Scope]) -> bool:
    """Whether a key has one of the scopes."""
    return not wanted.isdisjoint(key.scopes)


def can_write(key: ApiKey) -> bool:
    """Whether a key may decide on cases."""
    return may(key, WRITERS)


def told(request: Request, text: str) -> str:
    """A Spanish text of ours in the language of the request."""
    return say(chosen(request))(text)
