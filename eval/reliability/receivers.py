"""Receivers of events on the loopback: one that keeps count, and those that hang, drip, lie, redirect or are inside."""

import base64
import hashlib
import hmac
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from eval.reliability.promises import Got

PATIENCE = 30.0
"""Seconds after which a connection is dropped that its caller keeps; twice an attempt's own time."""
LARGEST = 1_000_000
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FAILURE = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class Receiver:
    """Listens on a port of the loopback until closed; the path says how it behaves. Thread-safe."""

    key: bytes = b""
    """Of the signatures; none is looked at without one."""
    seed: int = 1
    port: int = 0
    host: str = "127.0.0.1"
    inside: str = ""
    """Where ``/redirect`` sends its callers."""
    received: list[Got] = field(default_factory=list)
    """What came by ``/ok`` and ``/flaky``, lost answers included."""
    visits: Counter[str] = field(default_factory=Counter)
    """Requests by path."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)
    _random: random.Random = field(default_factory=random.Random)

    def url(self, path: str) -> str:
        """Address of a behaviour."""
        return f"http://{self.host}:{self.port}/{path}"

    def got(self) -> list[Got]:
        """All that was received so far."""
        with self._lock:
            return list(self.received)

    def serve(self, listening: socket.socket) -> None:
        """Take connections until closed."""
        self._random.seed(self.seed)
        listening.settimeout(0.1)
        while not self._closing.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """End, and let go of those that are kept waiting."""
        self._closing.set()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection:
            try:
                path, headers, body = _read(connection)
                with self._lock:
                    self.visits[path] += 1
                _BEHAVIOURS.get(path, Receiver._ok)(self, connection, headers, body)
            except (OSError, ValueError, IndexError):
                return  # the caller left, or spoke no HTTP: nothing was taken

    def _keep(self, headers: Mapping[str, str], body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            name, signed = headers.get("webhook-id", ""), self._is_signed(headers, body)
            self.received.append(Got(name, digest, signed, time.time()))

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("webhook-timestamp", "")
        signed = b".".join((headers.get("webhook-id", "").encode(), stamp.encode(), body))
        wanted = "v1," + base64.b64encode(hmac.digest(self.key, signed, "sha256")).decode("ascii")
        return wanted in headers.get("webhook-signature", "").split(" ")

    def _ok(self, connection: socket.socket, headers: Mapping[str, str], body: bytes) -> None:
        self._keep(headers, body)
        connection.sendall(OK)

    def _flaky(self, connection: socket.socket, headers: Mapping[str, str], body: bytes) -> None:
        """One in ten fails, one in ten is taken and its answer lost."""
        drawn = self._random.random()
        if drawn < 0.1:
            connection.sendall(FAILURE)
            return
        self._keep(headers, body)
        if drawn >= 0.2:
            connection.sendall(OK)

    def _hang(self, connection: socket.socket, _headers: Mapping[str, str], _body: bytes) -> None:
        self._closing.wait(PATIENCE)

    def _drip(self, connection: socket.socket, _headers: Mapping[str, str], _body: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self._closing.wait(0.2):
            connection.sendall(b"x")

    def _lie(self, connection: socket.socket, _headers: Mapping[str, str], _body: bytes) -> None:
        drawn = self._random.randrange(4)
        connection.sendall(_LIES[drawn])
        if drawn == 0:
            self._closing.wait(PATIENCE)

    def _redirect(self, connection: socket.socket, _headers: Mapping[str, str], _body: bytes) -> None:
        status = self._random.choice(("301 Moved", "302 Found", "307 Temporary", "308 Permanent"))
        head = f"HTTP/1.1 {status}\r\nLocation: {self.inside}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("ascii"))

    def _gone(self, connection: socket.socket, _headers: Mapping[str, str], _body: bytes) -> None:
        connection.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")


_LIES = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nmore to come",
    b"\x15\x03\x01\x00\x02\x02\x16 not http at all\r\n\r\n",
    b"HTTP/1.1 999 Fine\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 503 Later\r\nRetry-After: -7; drop table\r\nContent-Length: 0\r\n\r\n",
)
"""A body that never ends, no HTTP, a status that there is not, and a wait that is none."""
_BEHAVIOURS: Mapping[str, Callable[[Receiver, socket.socket, Mapping[str, str], bytes], None]] = {
    "flaky": Receiver._flaky,
    "hang": Receiver._hang,
    "drip": Receiver._drip,
    "lie": Receiver._lie,
    "redirect": Receiver._redirect,
    "gone": Receiver._gone,
}


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """Let it listen, on a free port where it names none."""
    with socket.create_server((receiver.host, receiver.port), backlog=256) as listening:
        receiver.port = int(listening.getsockname()[1])
        thread = threading.Thread(target=receiver.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.close()
            thread.join()


def _read(connection: socket.socket) -> tuple[str, dict[str, str], bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection, data)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += _more(connection, body)
    return first.split(" ")[1].lstrip("/"), headers, body


def _more(connection: socket.socket, known: bytes) -> bytes:
    found = connection.recv(65_536)
    if not found or len(known) > LARGEST:
        raise ValueError("no whole request")
    return found
