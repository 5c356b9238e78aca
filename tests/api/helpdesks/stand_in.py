"""A helpdesk on this machine: its API as a real server on loopback, and its webhooks over HTTP, signed as it signs.

What differs between vendors (paths, tokens, payloads, the order of events) is in the file of each, from what the
vendor publishes.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx

from cases.audit import utc_now
from cases.webhooks.endpoints import Kind
from tests.cases.webhooks.loopback import Posted, Told, json_api
from tests.cases.webhooks.senders import payload, signed

TOKEN = "ficha-de-pruebas-123456"
CUSTOMER = "Remedios Quiñonero"
Answer = tuple[int, dict[str, Any]]


@dataclass
class StandIn(ABC):
    """One conversation of a vendor's. ``borrador`` is where our service answers."""

    borrador: str
    kind: ClassVar[Kind]
    conversation: ClassVar[str]
    agent: ClassVar[str]
    base: str = ""
    notes: list[str] = field(default_factory=list)
    """Private notes that came through the API, as an agent reads them."""
    public: list[object] = field(default_factory=list)
    """What came through the API for the customer to see: must stay empty."""
    refused: list[Answer] = field(default_factory=list)
    _deliveries: int = 0
    _read: int = 0

    @abstractmethod
    def api(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        """Answer a request as the vendor does, and keep what it writes."""

    @abstractmethod
    def customer_writes(self, text: str) -> list[httpx.Response]:
        """Tell of a customer's message by all the events that the vendor has for it."""

    @abstractmethod
    def agent_sends(self, text: str, *, closing: bool = False) -> list[httpx.Response]:
        """Tell of an agent's public reply, and of the closing with the same click."""

    @abstractmethod
    def machine_sends(self, text: str) -> httpx.Response:
        """Tell of a public reply that no person wrote."""

    @abstractmethod
    def note_added(self, text: str) -> httpx.Response:
        """Tell of the private note that our own draft became."""

    @abstractmethod
    def closes(self) -> httpx.Response:
        """Tell of a closing without a word."""

    @abstractmethod
    def unknown(self) -> httpx.Response:
        """Tell of something that we have no use for."""

    def note(self, seconds: float = 30) -> str:
        """Wait for the next note; tell of it as the vendor does, which must start nothing."""
        deadline = time.monotonic() + seconds
        while len(self.notes) <= self._read:
            assert time.monotonic() < deadline, f"the note did not arrive; refused: {self.refused}"
            time.sleep(0.05)
        text = self.notes[self._read]
        self._read += 1
        echoed = self.note_added(text)
        assert (echoed.status_code, echoed.json()) == (200, {"status": "ignored", "reason": "private"})
        return text

    def tell(self, fixture: str, **fields: Any) -> httpx.Response:
        """Send an event, made of a recorded one."""
        self._deliveries += 1
        body = payload(fixture, **fields)
        return self.send(body, f"{self.conversation}-{self._deliveries}")

    def send(self, body: bytes, delivery: str, *, tampered: bool = False) -> httpx.Response:
        """Sign and send these bytes."""
        request = signed(self.kind, body, at=utc_now(), delivery=delivery)
        content = request.body + b" " if tampered else request.body
        address = f"{self.borrador}/v1/webhooks/{self.kind.value}"
        return httpx.post(address, content=content, headers=request.headers, timeout=30, trust_env=False)


@contextmanager
def listening(desk: StandIn) -> Iterator[StandIn]:
    """The vendor's API, for as long as the context lasts."""

    def answer(posted: Posted) -> Told:
        status, told = desk.api(posted.method, posted.path, posted.headers, posted.json)
        if status >= 400:
            desk.refused.append((status, told))
        return Told(status, told)

    with json_api(answer) as desk.base:
        yield desk
