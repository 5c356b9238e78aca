"""Page cursors that only this service can make: the last id of the page, sealed with what was listed."""

import hmac

from cases.errors import CursorError
from cases.sealing import Sealer

_SEAL = 24
"""Hex characters of the seal: 96 bits, which nobody tries through over HTTP."""


class Cursors:
    """Makes and reads cursors. A cursor fits the account and the filters that it was made for, and no others."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def make(self, last_id: str | None, *listed: str | None) -> str | None:
        """The cursor after an id; None at the end."""
        return None if last_id is None else f"{last_id}.{self._seal(last_id, *listed)}"

    def read(self, cursor: str | None, *listed: str | None) -> str | None:
        """The id in a cursor; None for none.

        Raises:
            CursorError: it was not made here, or for another list.
        """
        if cursor is None:
            return None
        last_id, _, seal = cursor.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(last_id, *listed).encode()):
            raise CursorError("cursor: not one that this service gave out for this list")
        return last_id

    def _seal(self, last_id: str, *listed: str | None) -> str:
        return self._sealer.request_tag("cursor", last_id, *listed)[:_SEAL]
