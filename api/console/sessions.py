"""Console sessions: a signed cookie that names an API key for a working day. The key itself is never in it."""

import base64
import hashlib
import hmac
import time

COOKIE = "borrador_session"
LIFETIME_SECONDS = 10 * 3600
"""A working day: afterwards the key is asked for again."""


class Sessions:
    """Makes and checks session tokens ``key_id.expires.signature``."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, key_id: str, *, now: float | None = None) -> str:
        """Make a token for a key."""
        expires = int((time.time() if now is None else now) + LIFETIME_SECONDS)
        payload = f"{key_id}.{expires}"
        return f"{payload}.{self._sign(payload)}"

    def key_id(self, token: str, *, now: float | None = None) -> str | None:
        """The id of the key a token names; None when it is forged, damaged or over."""
        payload, _, signature = token.rpartition(".")
        key_id, _, expires = payload.rpartition(".")
        if not expires.isdecimal() or not hmac.compare_digest(
            signature.encode(), self._sign(payload).encode()
        ):
            return None
        current = time.time() if now is None else now
        return key_id if current < int(expires) else None

    def _sign(self, payload: str) -> str:
        digest = hmac.new(self._secret, payload.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
