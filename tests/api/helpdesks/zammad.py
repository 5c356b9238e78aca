"""Zammad's ticket articles and trigger webhooks, from docs.zammad.org and admin-docs.zammad.org.

An article is public unless it says otherwise. Two triggers call us, as docs/integrations.md says to set them up: one
on every article, one on the closing; both carry the ticket and the article of the change, if there was one.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

from cases.webhooks.endpoints import Kind
from tests.api.helpdesks.stand_in import CUSTOMER, TOKEN, Answer, StandIn

_SYSTEM = 1


@dataclass
class Zammad(StandIn):
    """One ticket."""

    kind: ClassVar[Kind] = Kind.ZAMMAD
    conversation: ClassVar[str] = "81"
    agent: ClassVar[str] = "5"
    _articles: int = 200
    _count: int = 0

    def api(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        if headers.get("authorization") != f"Token token={TOKEN}":
            return 401, {"error": "Invalid token!", "error_human": "Invalid token!"}
        if (method, path) != ("POST", "/api/v1/ticket_articles"):
            return 404, {"error": "No route matches"}
        if body.get("ticket_id") != int(self.conversation):
            return 404, {"error": "Couldn't find Ticket"}
        if not str(body.get("body", "")).strip():
            return 422, {"error": "Need at least an 'article body' field."}
        if body.get("internal", False) is not True:
            self.public.append(body)
        else:
            self.notes.append(body["body"])
        kept = {"id": self._articles + 1, "sender": "Agent", "created_by_id": int(self.agent)}
        return 201, {**body, **kept}

    def customer_writes(self, text: str) -> list[httpx.Response]:
        return [self._article("zammad_article", text, **{"from": f"{CUSTOMER} <remedios.q@correo.example>"})]

    def agent_sends(self, text: str, *, closing: bool = False) -> list[httpx.Response]:
        lines = "".join(f"<div>{line or '<br>'}</div>" for line in text.split("\n"))
        signature = '<div data-signature="true" data-signature-id="1">Agente Tres<br>Tosalia</div>'
        body = f'{lines}{signature}<blockquote type="cite">Lo que escribió {CUSTOMER}</blockquote>'
        state = {"ticket__state": "closed"} if closing else {}
        told = [self._article("zammad_agent_reply", body, **state)]
        if closing:  # the other trigger, with the same article
            self._articles -= 1
            self._count -= 1
            told.append(self._article("zammad_agent_reply", body, **state))
        return told

    def machine_sends(self, text: str) -> httpx.Response:
        fields = {"sender": "System", "created_by_id": _SYSTEM, "from": "Atención <atencion@tosalia.example>"}
        return self._article("zammad_agent_reply", text, **fields)

    def note_added(self, text: str) -> httpx.Response:
        fields = {"internal": True, "type": "note", "content_type": "text/plain"}
        return self._article("zammad_agent_reply", text, **fields)

    def closes(self) -> httpx.Response:
        return self.tell("zammad_closed", ticket__id=int(self.conversation))

    def unknown(self) -> httpx.Response:
        return self.tell("zammad_closed", ticket__state="open")

    def _article(self, fixture: str, text: str, **fields: Any) -> httpx.Response:
        self._articles += 1
        self._count += 1
        ticket = {name: value for name, value in fields.items() if name.startswith("ticket__")}
        article = {f"article__{name}": value for name, value in fields.items() if name not in ticket}
        more = {"article__id": self._articles, "article__body": text, "ticket__article_count": self._count}
        return self.tell(fixture, **{**more, **article, **ticket})
