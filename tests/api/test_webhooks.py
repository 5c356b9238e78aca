"""Inbound webhooks over HTTP: statuses, codes, and no 500 whatever comes."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from api import problems
from api.routes import webhooks
from api.webhook_wiring import WebhookWork, count_outcome
from cases.audit import utc_now
from cases.cipher import Cipher
from cases.message import Message
from cases.records import Records
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.webhooks.aftermath import Aftermath
from cases.webhooks.desk import Desk
from cases.webhooks.endpoints import Endpoint, Endpoints, Kind
from cases.webhooks.inbox import Inbox
from tests.cases.samples import open_records
from tests.cases.webhooks.senders import RECORDED, endpoint, payload, signed


class NoNotes:
    def send(self, request: object) -> None:
        raise AssertionError("no endpoint here writes notes")


def unused(message: Message, given: Endpoint) -> Any:
    raise AssertionError("nothing is drafted before the answer")


def untaken(*_: object) -> None:
    raise AssertionError("nothing is recorded before the answer")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    folder = tmp_path_factory.mktemp("webhooks")
    opened = open_records(f"sqlite:///{folder / 'borrador.db'}", folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(records: Records, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    keys = load_keys(VAULT_VARIABLE, tmp_path_factory.mktemp("keys") / "vault.key", {})
    inbox = Inbox(records.database, records.sealer, Cipher(keys), utc_now)
    desk = Desk(
        Endpoints({kind.value: endpoint(kind) for kind in Kind}),
        inbox,
        records,
        handle=unused,
        aftermath=Aftermath(inbox, records, decide=untaken, resolve=untaken),
        sender=NoNotes(),
        count=count_outcome,
        now=utc_now,
    )
    app = FastAPI()
    app.include_router(webhooks.router)
    app.state.webhooks = WebhookWork(desk)
    problems.install(app)
    return TestClient(app, raise_server_exceptions=False)


def post(client: TestClient, kind: Kind, body: bytes, **changes: Any) -> Any:
    request = signed(kind, body, **{"at": utc_now(), **changes})
    return client.post(f"/v1/webhooks/{kind.value}", content=request.body, headers=request.headers)


def counted(kind: Kind, outcome: str) -> float:
    labels = {"endpoint": kind.value, "outcome": outcome}
    return REGISTRY.get_sample_value("borrador_webhooks_total", labels) or 0.0


@pytest.mark.parametrize("kind", Kind)
def test_a_message_is_accepted_at_once_and_the_second_time_known(client: TestClient, kind: Kind) -> None:
    first = post(client, kind, payload(RECORDED[kind]))
    assert (first.status_code, first.json()) == (202, {"status": "accepted", "reason": None})
    again = post(client, kind, payload(RECORDED[kind]))
    assert (again.status_code, again.json()) == (200, {"status": "duplicate", "reason": None})


@pytest.mark.parametrize("kind", Kind)
def test_a_wrong_signature_is_401(client: TestClient, kind: Kind) -> None:
    before = counted(kind, "webhook_signature_invalid")
    request = signed(kind, payload(RECORDED[kind]), at=utc_now())
    answer = client.post(f"/v1/webhooks/{kind.value}", content=request.body + b" ", headers=request.headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature_invalid")
    assert answer.headers["content-type"] == "application/problem+json"
    assert counted(kind, "webhook_signature_invalid") == before + 1


@pytest.mark.parametrize("kind", Kind)
def test_no_signature_is_401(client: TestClient, kind: Kind) -> None:
    answer = client.post(f"/v1/webhooks/{kind.value}", content=payload(RECORDED[kind]))
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature_missing")


def test_an_old_signature_is_401(client: TestClient) -> None:
    at = utc_now().replace(year=2020)
    answer = post(client, Kind.CHATWOOT, payload("chatwoot_message_created"), at=at)
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook_timestamp_stale")


def test_unknown_events_are_acknowledged_and_counted(client: TestClient) -> None:
    before = counted(Kind.CHATWOOT, "unknown_event")
    answer = post(client, Kind.CHATWOOT, b'{"event": "conversation_resolved", "id": 1}')
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored", "reason": "unknown_event"})
    assert counted(Kind.CHATWOOT, "unknown_event") == before + 1


def test_what_is_not_configured_is_404(client: TestClient) -> None:
    for name in ("helpscout", "chatwoot%20", "..", "a" * 40):
        answer = client.post(f"/v1/webhooks/{name}", content=b"{}")
        assert answer.status_code == 404
    assert client.post("/v1/webhooks/helpscout").json()["code"] == "webhook_not_configured"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "body_not_json"),
        (b"{", 400, "body_not_json"),
        (b"\xff\xff", 400, "body_not_json"),
        (b"[]", 422, "webhook_payload_invalid"),
        (b'{"event": 1}', 422, "webhook_payload_invalid"),
        (payload("chatwoot_message_created", id="x"), 422, "webhook_payload_invalid"),
    ],
)
def test_signed_nonsense_is_a_problem(client: TestClient, body: bytes, status: int, code: str) -> None:
    answer = post(client, Kind.CHATWOOT, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutilated(draw: st.DrawFn) -> tuple[Kind, bytes]:
    """A recorded payload with bytes changed, a part replaced, or something else altogether."""
    kind = draw(st.sampled_from(list(Kind)))
    body = payload(RECORDED[kind])
    how = draw(st.sampled_from(["bytes", "cut", "value", "other", "json"]))
    if how == "bytes":
        at = draw(st.integers(0, len(body) - 1))
        return kind, body[:at] + draw(st.binary(max_size=6)) + body[at + draw(st.integers(0, 6)) :]
    if how == "cut":
        return kind, body[: draw(st.integers(0, len(body)))]
    if how == "other":
        return kind, draw(st.binary(max_size=100))
    if how == "json":
        return kind, json.dumps(draw(JSON)).encode()
    data: Any = json.loads(body)
    place = data
    while isinstance(place, dict) and place:
        name = draw(st.sampled_from(sorted(place)))
        if not isinstance(place[name], dict) or draw(st.booleans()):
            place[name] = draw(JSON)
            break
        place = place[name]
    return kind, json.dumps(data).encode()


@given(request=mutilated(), delivery=st.uuids().map(str))
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_signed_body_is_a_500(client: TestClient, request: tuple[Kind, bytes], delivery: str) -> None:
    kind, body = request
    answer = post(client, kind, body, delivery=delivery)
    assert answer.status_code in (200, 202, 400, 422), answer.text
    if answer.status_code >= 400:
        assert answer.json()["code"] in ("body_not_json", "webhook_payload_invalid")


@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                "x-chatwoot-signature", "x-chatwoot-timestamp", "x-zendesk-webhook-signature", "x-hub-signature",
                "x-zendesk-webhook-signature-timestamp", "webhook-id", "webhook-timestamp", "webhook-signature",
            ]
        ),
        st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40),
    ),
    kind=st.sampled_from(list(Kind)),
)  # fmt: skip
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_header_gets_in_or_is_a_500(client: TestClient, headers: dict[str, str], kind: Kind) -> None:
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = client.post(f"/v1/webhooks/{kind.value}", content=b"{}", headers=sent)
    assert answer.status_code == 401, answer.text


def test_nothing_of_the_customer_is_told_or_logged(
    client: TestClient, records: Records, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = payload("chatwoot_message_created", id=5001)
    answers = [
        post(client, Kind.CHATWOOT, body, delivery="d-canary").text,
        post(client, Kind.CHATWOOT, payload("chatwoot_message_created", id=[5002])).text,
        post(client, Kind.CHATWOOT, body[:-4]).text,
    ]
    records.database.forget_deleted()
    folder = Path(str(records.database.engine.url.database)).parent
    written = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    out, err = capfd.readouterr()
    for canary in ("Remedios", "Quiñonero", "612345879", "remedios.q@"):
        assert canary.encode() not in written
        for text in (*answers, out, err, caplog.text):
            assert canary not in text
