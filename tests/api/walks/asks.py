"""For every operation of the API, a request that succeeds with the right key. The walks are made of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from cases.audit import utc_now
from cases.keys import Scope
from tests.api.walks.world import World
from tests.cases.webhooks.senders import Kind, payload, signed

READ = frozenset({Scope.AGENT, Scope.PLUGIN, Scope.AUDITOR, Scope.ADMIN})
WRITE = frozenset({Scope.AGENT, Scope.PLUGIN, Scope.ADMIN})
CURATE = frozenset({Scope.CURATOR, Scope.ADMIN})
REVIEW = frozenset({Scope.AUDITOR, Scope.ADMIN})
OPEN = frozenset[Scope]()
"""No key is asked for."""
DONE = (200, 201)
MESSAGE = {"text": "Hola, mi pedido no llega."}


@dataclass(frozen=True)
class Ask:
    """A request."""

    path: str
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None

    def by(self, client: TestClient, method: str, **more: Any) -> Any:
        """The answer that a client gets; ``more`` replaces parts."""
        parts: dict[str, Any] = {
            "json": self.json,
            "headers": self.headers,
            "params": self.params,
            "content": self.content,
        }
        return client.request(method, self.path, **{**parts, **more})


def _webhook(world: World) -> Ask:
    number = world.next()
    body = payload("standard_message_received", data__id=f"wa-{number}")
    request = signed(Kind.STANDARD, body, at=utc_now(), delivery=f"d-{number}")
    return Ask("/v1/webhooks/standard", headers=request.headers, content=request.body)


Make = Callable[[World], Ask]
ASKS: dict[str, tuple[frozenset[Scope], Make]] = {
    "POST /v1/webhooks/{provider}": (OPEN, _webhook),
    "GET /v1/webhooks/{provider}/conversations/{conversation}/case": (
        READ,
        lambda w: Ask(f"/v1/webhooks/standard/conversations/{w.conversation()}/case"),
    ),
    "POST /v1/answers/{answer_id}/withdraw": (
        CURATE,
        lambda w: Ask(f"/v1/answers/{w.answer()}/withdraw", {"reason": "wrong"}),
    ),
    "GET /v1/cases/{case_id}/handover": (READ, lambda w: Ask(f"/v1/cases/{w.promised()}/handover")),
    "POST /v1/cases/{case_id}/handover": (
        WRITE,
        lambda w: Ask(f"/v1/cases/{w.case()}/handover", {"to": w.key()}),
    ),
    "POST /v1/cases/{case_id}/clocks/{clock}/stop": (
        WRITE,
        lambda w: Ask(f"/v1/cases/{w.case()}/clocks/answer/stop"),
    ),
    "POST /v1/cases/{case_id}/promises/{number}/kept": (
        WRITE,
        lambda w: Ask(f"/v1/cases/{w.promised()}/promises/1/kept"),
    ),
    "POST /v1/verifications": (
        WRITE,
        lambda w: Ask("/v1/verifications", {"text": "Hola.", "case_id": w.case()}),
    ),
    "POST /v1/cases": (WRITE, lambda _: Ask("/v1/cases", MESSAGE)),
    "POST /v1/drafts": (WRITE, lambda _: Ask("/v1/drafts", MESSAGE)),
    "POST /v1/cases/batch": (WRITE, lambda _: Ask("/v1/cases/batch", [MESSAGE])),
    "GET /v1/jobs/{work_id}": (READ, lambda w: Ask(f"/v1/jobs/{w.work()}")),
    "POST /v1/redactions": (WRITE, lambda _: Ask("/v1/redactions", MESSAGE)),
    "GET /v1/answers:search": (READ, lambda _: Ask("/v1/answers:search", params={"q": "pedido"})),
    "POST /v1/answers:search": (READ, lambda _: Ask("/v1/answers:search", {"q": "pedido"})),
    "GET /v1/events": (
        READ,
        lambda w: (w.case(), Ask("/v1/events", headers={"Last-Event-ID": "start"}))[1],
    ),
    "GET /v1/cases/{case_id}/events": (READ, lambda w: Ask(f"/v1/cases/{w.case()}/events")),
    "GET /v1/cases": (READ, lambda w: (w.case(), Ask("/v1/cases"))[1]),
    "GET /v1/cases/{case_id}": (READ, lambda w: Ask(f"/v1/cases/{w.case()}")),
    "GET /v1/cases/{case_id}/drafts/private": (
        REVIEW,
        lambda w: Ask(f"/v1/cases/{w.case()}/drafts/private"),
    ),
    "POST /v1/cases/{case_id}/decision": (
        WRITE,
        lambda w: Ask(
            f"/v1/cases/{w.case()}/decision", {"decision": "accept", "thread_version": 1, "draft": 0}
        ),
    ),
    "POST /v1/cases/{case_id}/satisfaction": (
        WRITE,
        lambda w: Ask(f"/v1/cases/{w.promised()}/satisfaction", {"score": 4, "comment": "Bien."}),
    ),
    "GET /v1/cases/{case_id}/satisfaction": (READ, lambda w: Ask(f"/v1/cases/{w.case()}/satisfaction")),
    "GET /v1/learning": (REVIEW, lambda w: (w.promised(), Ask("/v1/learning"))[1]),
    "GET /v1/learning/phrases": (REVIEW, lambda w: (w.promised(), Ask("/v1/learning/phrases"))[1]),
    "GET /healthz": (OPEN, lambda _: Ask("/healthz")),
    "GET /readyz": (OPEN, lambda _: Ask("/readyz")),
    "GET /metrics": (OPEN, lambda _: Ask("/metrics")),
}
"""Who may ask, and what. A route that is not here fails ``test_every_route_is_walked``."""


def operations_of(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Every operation of the served document, as ``METHOD /path``."""
    paths = app.openapi()["paths"]
    return {f"{verb.upper()} {path}": given for path, verbs in paths.items() for verb, given in verbs.items()}
