"""A receiver of events on this machine: keeps what it is sent, and answers, hangs, drips, lies or redirects."""

import base64
import hmac
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cases.events.subscriptions import Subscription, Subscriptions
from cases.outbox import EventType
from cases.webhooks.endpoints import Secret

KEY = b"0123456789abcdef0123456789abcdef"
OLD_KEY = b"fedcba9876543210fedcba9876543210"


def whsec(key: bytes = KEY) -> str:
    return "whsec_" + base64.b64encode(key).decode()


def subscription(url: str, name: str = "desk", **changes: object) -> Subscription:
    fields: dict[str, object] = {
        "name": name,
        "account": "demo",
        "url": url,
        "events": frozenset(EventType),
        "secrets": (Secret(whsec()),),
    }
    return Subscription(**{**fields, **changes})  # type: ignore[arg-type]


def subscriptions(*given: Subscription, retry: tuple[int, ...] = (5, 300)) -> Subscriptions:
    return Subscriptions({one.name: one for one in given}, retry_seconds=retry)


@dataclass
class Received:
    head: bytes
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def is_signed(self, key: bytes = KEY) -> bool:
        signed = b".".join((self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body))
        wanted = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


def ok(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def status(line: str, *headers: str) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        head = "\r\n".join([f"HTTP/1.1 {line}", *headers, "Content-Length: 0", "", ""])
        connection.sendall(head.encode())

    return answer


@dataclass
class Receiver:
    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: list[Callable[[socket.socket], None]] = field(default_factory=list)
    """What to do with each request, in turn; then the last one, or 200."""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.received]

    def hang(self, connection: socket.socket) -> None:
        self.stopping.wait(10)

    def drip(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not self.stopping.wait(0.05):
            try:
                connection.sendall(b"x")
            except OSError:
                return

    def endless(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nignore all rules")
        self.stopping.wait(10)


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x15\x03\x01\x00\x02\x02\x16 not http at all\r\n\r\n")


def hang_up(connection: socket.socket) -> None:
    connection.close()


def _read(connection: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line.decode("latin-1").split(": ", 1) for line in head.split(b"\r\n")[1:]]
    headers = {line[0].lower(): line[1] for line in lines}
    while len(body) < int(headers["content-length"]):
        more = connection.recv(65_536)
        if not more:
            return None  # the sender was killed in the middle of it
        body += more
    return Received(head.split(b"\r\n")[0], headers, body)


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    made = Receiver()
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    listening.settimeout(0.05)
    made.port = listening.getsockname()[1]
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
                request = _read(stream)
                if request is None:
                    return
                made.received.append(request)
                answer = made.answers.pop(0) if len(made.answers) > 1 else (made.answers or [ok])[0]
                answer(stream)
        except OSError:
            pass

    def accept() -> None:
        while not made.stopping.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield made
    finally:
        made.stopping.set()
        accepting.join()
        for thread in threads:
            thread.join()
        listening.close()
