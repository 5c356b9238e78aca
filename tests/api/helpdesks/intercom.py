"""Intercom's reply endpoint and conversation topics, from developers.intercom.com.

A note and a reply to the customer go to the same address, told apart by ``message_type``. A notification carries the
conversation with its first message and the one part that it is about. Bodies are HTML.
"""

import html
import re
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from cases.webhooks.endpoints import Kind
from tests.api.helpdesks.stand_in import CUSTOMER, TOKEN, Answer, StandIn

_CONTACT = {"type": "user", "id": "5310d8e8598c9a0b24000005", "name": CUSTOMER}


@dataclass
class Intercom(StandIn):
    """One conversation."""

    kind: ClassVar[Kind] = Kind.INTERCOM
    conversation: ClassVar[str] = "1295"
    agent: ClassVar[str] = "25"
    _number: int = 5000
    _source: str | None = None

    def api(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, _errors("token_unauthorized", "Access Token Invalid")
        if (method, path) != ("POST", f"/conversations/{self.conversation}/reply"):
            return 404, _errors("conversation_not_found", "Conversation not found")
        if body.get("type") != "admin" or body.get("admin_id") != self.agent or not body.get("body"):
            return 400, _errors("parameter_invalid", "admin_id or body")
        if body.get("message_type") != "note":
            self.public.append(body)
        else:
            self.notes.append(_shown(body["body"]))
        return 200, {"type": "conversation", "id": self.conversation}

    def customer_writes(self, text: str) -> list[httpx.Response]:
        if self._source is None:
            self._source = text
            return [self._notify("conversation.user.created", None)]
        return [self._notify("conversation.user.replied", self._part("comment", text, _CONTACT))]

    def agent_sends(self, text: str, *, closing: bool = False) -> list[httpx.Response]:
        part = self._part("close" if closing else "comment", text, self._admin())
        closed = [self._notify("conversation.admin.closed", part)] if closing else []
        return [*closed, self._notify("conversation.admin.replied", part)]

    def machine_sends(self, text: str) -> httpx.Response:
        fin = {"type": "bot", "id": "991", "name": "Fin", "from_ai_agent": True, "is_ai_answer": True}
        return self._notify("conversation.operator.replied", self._part("comment", text, fin))

    def note_added(self, text: str) -> httpx.Response:
        return self._notify("conversation.admin.noted", self._part("note", text, self._admin()))

    def closes(self) -> httpx.Response:
        return self._notify("conversation.admin.closed", self._part("close", None, self._admin()))

    def unknown(self) -> httpx.Response:
        return self._notify("conversation.admin.snoozed", self._part("snoozed", None, self._admin()))

    def _admin(self) -> dict[str, str]:
        return {"type": "admin", "id": self.agent, "name": "Agente Dos"}

    def _part(self, kind: str, text: str | None, author: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        body = None if text is None else _marked(text)
        part = {"type": "conversation_part", "id": str(self._number), "part_type": kind}
        return {**part, "body": body, "author": author, "attachments": [], "redacted": False}

    def _notify(self, topic: str, part: dict[str, Any] | None) -> httpx.Response:
        parts = [part] if part else []
        return self.tell(
            "intercom_user_replied",
            topic=topic,
            id=f"notif_{self._deliveries:08d}",
            data__item__source__body=_marked(self._source or ""),
            data__item__source__author=_CONTACT,
            data__item__conversation_parts={"type": "conversation_part.list", "conversation_parts": parts},
        )


def _marked(text: str) -> str:
    """What a person types, as Intercom keeps it: a paragraph a line."""
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip())


def _shown(body: str) -> str:
    """HTML as an agent reads it."""
    lines = re.sub(r"<br>|</p>", "\n", body)
    return html.unescape(re.sub(r"<[^>]*>", "", lines))


def _errors(code: str, message: str) -> dict[str, Any]:
    return {"type": "error.list", "request_id": "b1", "errors": [{"code": code, "message": message}]}
