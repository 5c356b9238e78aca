"""Zendesk's Tickets API and ticket events, from developer.zendesk.com.

A comment is created by updating its ticket, and is public unless it says otherwise. Of one click ("submit as
solved") Zendesk tells in several events whose order it does not guarantee: here the closing always comes first.
"""

import base64
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from cases.webhooks.endpoints import Kind
from tests.api.helpdesks.stand_in import CUSTOMER, TOKEN, Answer, StandIn

USER = "agente.uno@alborea.example"
_REQUESTER, _SYSTEM = "8447388090494", "-1"


@dataclass
class Zendesk(StandIn):
    """One ticket."""

    kind: ClassVar[Kind] = Kind.ZENDESK
    conversation: ClassVar[str] = "35436"
    agent: ClassVar[str] = "8447388090001"
    _comments: int = 8447388090500
    _first: str | None = None

    def api(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        user = base64.b64encode(f"{USER}/token:{TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {user}":
            return 401, {"error": "Couldn't authenticate you"}
        if (method, path) != ("PUT", f"/api/v2/tickets/{self.conversation}.json"):
            return 404, {"error": "RecordNotFound", "description": "Not found"}
        comment = body["ticket"]["comment"]
        if not str(comment.get("body", "")).strip():
            return 422, {"error": "RecordInvalid", "description": "Record validation errors"}
        if comment.get("public", True) is not False:
            self.public.append(comment)
        else:
            self.notes.append(comment["body"])
        return 200, {"ticket": {"id": int(self.conversation)}, "audit": {"ticket_id": int(self.conversation)}}

    def customer_writes(self, text: str) -> list[httpx.Response]:
        author = {"id": _REQUESTER, "is_staff": False, "name": CUSTOMER}
        if self._first is not None:
            return [self._comment(text, author)]
        self._first = text
        created = self.tell(
            "zendesk_ticket_created", id=self._event(), detail__description=text, detail__subject="Consulta"
        )
        return [created, self._comment(text, author)]

    def agent_sends(self, text: str, *, closing: bool = False) -> list[httpx.Response]:
        before = [self.closes()] if closing else []
        return [*before, self._comment(text, {"id": self.agent, "is_staff": True, "name": "Agente Uno"})]

    def machine_sends(self, text: str) -> httpx.Response:
        return self._comment(text, {"id": _SYSTEM, "is_staff": True, "name": "Zendesk"})

    def note_added(self, text: str) -> httpx.Response:
        author = {"id": self.agent, "is_staff": True, "name": "Agente Uno"}
        return self._comment(text, author, is_public=False)

    def closes(self) -> httpx.Response:
        return self.tell("zendesk_status_changed", id=self._event())

    def unknown(self) -> httpx.Response:
        priority = {"current": "HIGH", "previous": "NORMAL"}
        kind = "zen:event-type:ticket.priority_changed"
        return self.tell("zendesk_status_changed", id=self._event(), type=kind, event=priority)

    def _comment(self, text: str, author: dict[str, Any], *, is_public: bool = True) -> httpx.Response:
        self._comments += 1
        comment = {"author": author, "body": text, "id": str(self._comments), "is_public": is_public}
        return self.tell(
            "zendesk_comment_added",
            id=self._event(),
            detail__description=self._first,
            detail__subject="Consulta",
            event__comment=comment,
        )

    def _event(self) -> str:
        return f"f4d1a2c0-70e2-4fcb-9ae3-{self._deliveries:012d}"
