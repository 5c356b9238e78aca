"""Sends one event over HTTP: signed, to an address that was checked, within a time that no receiver can stretch."""

import base64
import hmac
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore
import httpx

from cases.events.addresses import AddressGuard, AddressRefusedError
from cases.events.subscriptions import Subscription
from cases.webhooks.endpoints import standard_key

ATTEMPT_SECONDS = 15.0
"""For all of an attempt, the resolver's answer included (Standard Webhooks: 15 to 30 s)."""
CONNECT_SECONDS = 5.0
GONE = 410
MAX_RETRY_AFTER = 86_400


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending once. ``error`` is a code; what the receiver wrote is never read."""

    status: int | None = None
    error: str | None = None
    retry_after: int | None = None
    """Seconds that the receiver asked for."""

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more events, ever."""
        return self.status == GONE


class Deadline:
    """The end of an attempt."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float = ATTEMPT_SECONDS) -> float:
        """Seconds left.

        Raises:
            httpcore.ReadTimeout: none is.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the attempt's time is over")
        return min(left, at_most)


class _Stream(httpcore.NetworkStream):
    """A connection on which every step ends with the attempt: bytes that come one by one win no time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes."""
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes."""
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypt; the certificate must be of the name in the URL, whatever address it was resolved to."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the interface has it
        """Facts on the connection."""
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects to the addresses that the guard gave, and to nothing else."""

    def __init__(self, guard: AddressGuard, deadline: Deadline, *, encrypted: bool) -> None:
        self._guard = guard
        self._deadline = deadline
        self._encrypted = encrypted

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        left = self._deadline.left(CONNECT_SECONDS)
        addresses = self._guard.addresses(host, port, seconds=left, encrypted=self._encrypted)
        failed: Exception | None = None
        for address in addresses:
            try:
                # A numeric address: no name is resolved a second time.
                left = self._deadline.left(CONNECT_SECONDS)
                return _Stream(httpcore.SyncBackend().connect_tcp(str(address), port, left), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("no address")


class EventSender:
    """Sends events as Standard Webhooks 1.0.0. Thread-safe; keeps no connection."""

    def __init__(
        self,
        guard: AddressGuard,
        *,
        service: str,
        seconds: float = ATTEMPT_SECONDS,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime],
    ) -> None:
        self._guard = guard
        self._agent = f"Borrador-Webhooks/{service}"
        self._seconds = seconds
        self._tls = tls or httpx.create_ssl_context()
        self._now = now

    def send(self, subscription: Subscription, event_id: str, body: bytes) -> Attempt:
        """Send once. Whatever goes wrong is told in the attempt, never raised."""
        deadline = Deadline(self._seconds)
        backend = _Backend(self._guard, deadline, encrypted=subscription.url.startswith("https://"))
        headers = [("host", _host(subscription.url)), *self._headers(subscription, event_id, body).items()]
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
                # httpcore follows no redirect and knows no proxy; the body that comes back is not read.
                pool.stream("POST", subscription.url, headers=headers, content=body) as response,
            ):
                return _judged(response, self._now())
        except AddressRefusedError as error:
            return Attempt(error=error.code)
        except httpcore.TimeoutException:
            return Attempt(error="timeout")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Attempt(error="no_answer" if isinstance(error, httpcore.NetworkError) else "not_http")

    def _headers(self, subscription: Subscription, event_id: str, body: bytes) -> dict[str, str]:
        stamp = str(int(self._now().timestamp()))
        signed = b".".join((event_id.encode(), stamp.encode(), body))
        digests = [
            hmac.digest(standard_key(secret.value()), signed, "sha256") for secret in subscription.secrets
        ]
        return {
            "content-type": "application/json",
            "user-agent": self._agent,
            "connection": "close",
            "webhook-id": event_id,
            "webhook-timestamp": stamp,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
        }


def _host(url: str) -> str:
    return httpx.URL(url).netloc.decode("ascii")


def _judged(response: httpcore.Response, now: datetime) -> Attempt:
    status = response.status
    if 200 <= status < 300:
        return Attempt(status)
    error = "redirected" if 300 <= status < 400 else "gone" if status == GONE else "refused"
    after = dict(response.headers).get(b"retry-after") or dict(response.headers).get(b"Retry-After")
    return Attempt(status, error, _seconds(after, now) if status in (429, 503) else None)


def _seconds(value: bytes | None, now: datetime) -> int | None:
    """Seconds of a ``Retry-After``, at most a day; None where it says nothing that can be read."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(0, min(int(wait.total_seconds()), MAX_RETRY_AFTER))
