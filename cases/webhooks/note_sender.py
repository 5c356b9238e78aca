"""Sends notes over HTTP, with a time limit, without following redirects, and without reading what comes back."""

from typing import Protocol

import httpx

from cases.errors import CaseError
from cases.webhooks.notes import NoteRequest

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
_PASSES = frozenset({408, 409, 425, 429})
"""Client errors that pass by themselves; 409 is Zendesk's for a ticket that somebody saves at the moment."""


class NoteError(CaseError):
    """The helpdesk did not take the note; ``passes`` tells whether it may the next time."""

    code = "note_refused"

    def __init__(self, message: str, *, passes: bool) -> None:
        super().__init__(message)
        self.passes = passes


class NoteSender(Protocol):
    """Brings a note to the helpdesk: at once, or through a queue that does."""

    def send(self, request: NoteRequest) -> None:
        """Send one note.

        Raises:
            NoteError: it did not arrive.
        """
        ...


class HttpNoteSender:
    """Sends at once. Thread-safe."""

    def __init__(
        self, *, connect_seconds: float = CONNECT_SECONDS, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._client = httpx.Client(
            timeout=httpx.Timeout(answer_seconds, connect=connect_seconds),
            follow_redirects=False,  # the token goes to the address that was set, and nowhere else
            trust_env=False,
        )

    def send(self, request: NoteRequest) -> None:
        """Send one note.

        Raises:
            NoteError: it did not arrive. Names the status or the kind of error, never the address or the token.
        """
        try:
            with self._client.stream(
                request.method, request.url, headers=dict(request.headers), json=dict(request.json)
            ) as response:
                status = response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoteError(f"the helpdesk did not answer ({type(error).__name__})", passes=True) from None
        if not 200 <= status < 300:
            raise NoteError(f"the helpdesk answered {status}", passes=status >= 500 or status in _PASSES)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
