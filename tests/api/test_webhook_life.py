"""The whole way on the shipped service: Chatwoot calls, and the draft arrives at its API as a private note."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.service import Service
from api.settings import Settings
from cases.audit import utc_now
from cases.keys import Scope
from cases.tables import InboundRow
from cases.timekeeping.promise_book import PromiseKind
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbox import InboundState
from tests.api.chatwoot_server import Chatwoot
from tests.cases.webhooks.helpdesk import Helpdesk, helpdesk
from tests.cases.webhooks.senders import SECRET, payload, signed

FILE = """
version: 1
endpoints:
  chatwoot:
    kind: chatwoot
    account: demo
    secrets_env: [TEST_CHATWOOT_SECRET]
    remote_account: "3"
    api_base: {base}
    token_env: TEST_CHATWOOT_TOKEN
frame_ancestors: ["https://chat.alborea.example"]
"""
TOKEN = "ficha-de-pruebas-123456"


@pytest.fixture(scope="module")
def chatwoot() -> Iterator[Helpdesk]:
    with helpdesk() as running:
        yield running


@pytest.fixture(scope="module")
def app(
    service: Service, settings: Settings, chatwoot: Helpdesk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastAPI]:
    file: Path = tmp_path_factory.mktemp("settings") / "webhooks.yaml"
    file.write_text(FILE.format(base=chatwoot.base), encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEST_CHATWOOT_SECRET", SECRET)
        environment.setenv("TEST_CHATWOOT_TOKEN", TOKEN)
        made = create_app(service, settings.model_copy(update={"webhooks_file": file}))
    # The threads alone: at the end of its life the application would close the service that others use.
    made.state.webhooks.start()
    yield made
    made.state.webhooks.stop()


@pytest.fixture
def client(app: FastAPI, secret_of: Callable[..., str]) -> TestClient:
    return TestClient(app, headers={"Authorization": f"Bearer {secret_of(Scope.PLUGIN)}"})


def wait_for_notes(chatwoot: Helpdesk, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(chatwoot.posted) < count:
        assert time.monotonic() < deadline, "the note did not arrive"
        time.sleep(0.05)


def test_a_customer_writes_and_the_agent_finds_a_draft(
    client: TestClient, chatwoot: Helpdesk, service: Service
) -> None:
    request = signed(Kind.CHATWOOT, payload("chatwoot_message_created"), at=utc_now())
    started = time.monotonic()
    answer = client.post("/v1/webhooks/chatwoot", content=request.body, headers=request.headers)
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    assert time.monotonic() - started < 5  # Chatwoot waits no longer, and flips the conversation
    wait_for_notes(chatwoot, 1)
    (posted,) = chatwoot.posted
    assert posted.json["private"] is True
    assert posted.headers["api_access_token"] == TOKEN
    note = posted.json["content"]
    assert "Quiñonero" not in note
    shown = client.get("/v1/webhooks/chatwoot/conversations/10/case").json()
    assert shown["drafts"][0]["text"] in note
    assert shown["account"] == "demo"
    assert "Quiñonero" not in json.dumps(shown, ensure_ascii=False)
    again = client.post("/v1/webhooks/chatwoot", content=request.body, headers=request.headers)
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    assert service.records.verify().ok


def test_the_second_message_is_drafted_with_the_thread(client: TestClient, chatwoot: Helpdesk) -> None:
    before = client.get("/v1/webhooks/chatwoot/conversations/10/case").json()
    sent = {"decision": "accept", "thread_version": before["thread_version"], "draft": 0}
    assert client.post(f"/v1/cases/{before['id']}/decision", json=sent).status_code == 200
    body = payload(
        "chatwoot_message_created", id=140, content="¿Y después del baño?", conversation__messages=[]
    )
    request = signed(Kind.CHATWOOT, body, at=utc_now(), delivery="d-140")
    client.post("/v1/webhooks/chatwoot", content=request.body, headers=request.headers)
    wait_for_notes(chatwoot, 2)
    after = client.get("/v1/webhooks/chatwoot/conversations/10/case").json()
    assert after["thread_version"] == 3


def until(client: TestClient, conversation: int, decisions: int) -> dict[str, Any]:
    """The conversation's newest case, once so many decisions are on it."""
    deadline = time.monotonic() + 30
    while True:
        case: dict[str, Any] = client.get(f"/v1/webhooks/chatwoot/conversations/{conversation}/case").json()
        if len(case["decisions"]) >= decisions:
            return case
        assert time.monotonic() < deadline, "the decision was not recorded"
        time.sleep(0.05)


def test_the_whole_life_of_a_case(
    app: FastAPI, client: TestClient, chatwoot: Helpdesk, service: Service
) -> None:
    """Written, drafted, edited and sent in the helpdesk, followed up, closed: with no call but Chatwoot's own."""
    keeper = app.state.work.keeper
    desk = Chatwoot(
        chatwoot, lambda head, body: client.post("/v1/webhooks/chatwoot", content=body, headers=head), 71
    )
    wrote = (
        "Soy Remedios Quiñonero. El sérum me llegó roto y nadie me contesta: quiero poner una reclamación."
    )
    assert desk.customer_writes(wrote).json()["status"] == "accepted"
    note = desk.note()
    before = until(client, 71, 0)
    draft = before["drafts"][0]["text"]
    assert draft in note
    assert keeper.due(before["id"], account="demo").clocks

    sent = f"{draft} Cualquier cosa, Remedios Quiñonero, aquí estamos."
    assert desk.agent_sends(sent).json()["status"] == "accepted"
    after = until(client, 71, 1)
    (decision,) = after["decisions"]
    assert (after["status"], decision["decision"], decision["draft"]) == ("sent", "edit", 0)
    assert decision["outcome"] == "sent_edited"
    assert 0 < decision["edit_distance"] < 0.6
    assert decision["decided_by"] == "webhook:chatwoot:1"
    assert "Quiñonero" not in json.dumps(after, ensure_ascii=False)
    original = service.records.vault.reveal(after["id"], "SENT:1", actor="test", account="demo")
    assert original.reveal() == sent

    due = keeper.due(after["id"], account="demo")
    assert due.clocks[0].stopped_at is not None
    (follow_up,) = [one for one in due.promises if one.kind is PromiseKind.FOLLOW_UP]
    assert desk.agent_sends("Hola, ¿te llegó bien el nuevo?").json()["status"] == "accepted"
    path = f"/v1/cases/{after['id']}/promises/{follow_up.number}/kept"
    assert client.post(path).status_code == 200

    assert desk.resolve().json()["status"] == "accepted"
    deadline = time.monotonic() + 30
    while any(clock.stopped_at is None for clock in keeper.due(after["id"], account="demo").clocks):
        assert time.monotonic() < deadline, "the closing stopped no clock"
        time.sleep(0.05)
    assert len(until(client, 71, 1)["decisions"]) == 1
    with service.records.database.read() as session:
        failed = select(InboundRow.error).where(
            InboundRow.endpoint == "chatwoot", InboundRow.state == InboundState.FAILED.value
        )
        assert session.scalars(failed).all() == []
    assert service.records.verify().ok


def test_a_stranger_sees_no_case(app: FastAPI, secret_of: Callable[..., str]) -> None:
    path = "/v1/webhooks/chatwoot/conversations/10/case"
    assert TestClient(app).get(path).status_code == 401
    other = {"Authorization": f"Bearer {secret_of(Scope.PLUGIN, account='otra')}"}
    assert TestClient(app, headers=other).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/apps/chatwoot/index.html", "/apps/zendesk/index.html", "/apps/panel.js"])
def test_the_panels_are_served_to_the_helpdesks_frame_alone(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors https://chat.alborea.example" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_without_helpdesks_no_page_may_frame_the_panels(service: Service, settings: Settings) -> None:
    plain = TestClient(create_app(service, settings))
    assert "frame-ancestors 'none'" in plain.get("/apps/chatwoot/").headers["content-security-policy"]
    answer = plain.post("/v1/webhooks/chatwoot", content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (404, "webhook_not_configured")
    assert plain.get("/apps/../settings.py").status_code == 404
