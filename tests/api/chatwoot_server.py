"""A Chatwoot on this machine, from its published API: keeps conversations, calls our webhook, takes notes.

Messages and events as in chatwoot/docs ``webhook-events.md`` and the API's ``messages`` endpoint.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from httpx import Response

from cases.audit import utc_now
from cases.webhooks.endpoints import Kind
from tests.cases.webhooks.helpdesk import Helpdesk
from tests.cases.webhooks.senders import payload, signed

ACCOUNT = "3"


@dataclass
class Chatwoot:
    """One conversation. ``deliver`` brings the bytes of an event to our address."""

    api: Helpdesk
    deliver: Callable[[dict[str, str], bytes], Response]
    conversation: int
    messages: list[dict[str, Any]] = field(default_factory=list)
    _next: int = 5000
    _events: int = 0

    def __post_init__(self) -> None:
        self._taken = len(self.api.posted)

    def customer_writes(self, text: str) -> Response:
        return self._created(text, incoming=True, private=False)

    def agent_sends(self, text: str) -> Response:
        return self._created(text, incoming=False, private=False)

    def note(self, seconds: float = 30) -> str:
        """Wait for the next note on this conversation; keep it as Chatwoot does, and tell of it."""
        deadline = time.monotonic() + seconds
        while len(self.api.posted) <= self._taken:
            assert time.monotonic() < deadline, "the note did not arrive"
            time.sleep(0.05)
        posted = self.api.posted[self._taken]
        self._taken += 1
        path = f"/api/v1/accounts/{ACCOUNT}/conversations/{self.conversation}/messages"
        assert (posted.method, posted.path) == ("POST", path)
        assert (posted.json["message_type"], posted.json["private"]) == ("outgoing", True)
        text = str(posted.json["content"])
        echoed = self._created(text, incoming=False, private=True)
        assert echoed.json() == {"status": "ignored", "reason": "private"}
        return text

    def resolve(self) -> Response:
        return self._tell(
            "chatwoot_status_changed", id=self.conversation, status="resolved", messages=self.messages[-1:]
        )

    def _created(self, text: str, *, incoming: bool, private: bool) -> Response:
        self._next += 1
        kind = 0 if incoming else 1
        message = {"id": self._next, "content": text, "account_id": int(ACCOUNT), "message_type": kind}
        self.messages.append({**message, "conversation_id": self.conversation, "private": private})
        return self._tell(
            "chatwoot_message_created" if incoming else "chatwoot_agent_reply",
            id=self._next,
            content=text,
            private=private,
            conversation__id=self.conversation,
            conversation__messages=self.messages[-1:],
        )

    def _tell(self, name: str, **fields: Any) -> Response:
        self._events += 1
        body = payload(name, **fields)
        assert json.loads(body)["event"]
        delivery = f"c{self.conversation}-{self._events}"
        request = signed(Kind.CHATWOOT, body, at=utc_now(), delivery=delivery)
        return self.deliver(request.headers, request.body)
