"""The HTTP surface on the shipped service: contracts, rights, bad input."""

import json
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.problems import CODES, MEDIA_TYPE
from cases.case import Case
from cases.keys import Scope

QUESTION = {"text": "¿Cada cuánto hay que volver a ponerse el protector solar?", "channel": "instagram"}
CANARY = "Zacarías Quintanapalla"


def draft(client: TestClient, **message: object) -> dict[str, object]:
    response = client.post("/v1/drafts", json={**QUESTION, **message})
    assert response.status_code == 200, response.text
    body: dict[str, object] = response.json()
    return body


def test_a_case_keeps_the_contract(client: TestClient) -> None:
    case = Case.model_validate(draft(client))
    assert case.drafts
    assert all(draft.sentences for draft in case.drafts)
    assert case.provenance.ai_generated is True


def test_a_recorded_case_can_be_read_and_listed(client: TestClient) -> None:
    made = draft(client)
    read = client.get(f"/v1/cases/{made['id']}").json()
    assert {name: read[name] for name in made} == made
    assert read["status"] == "open"
    listed = client.get("/v1/cases", params={"limit": 1}).json()
    assert listed["data"][0]["id"] == made["id"]


def test_pages_follow_each_other_without_gaps(client: TestClient) -> None:
    ids = [draft(client)["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while len(seen) < 5:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/cases", params=params).json()
        seen += [case["id"] for case in page["data"]]
        cursor = page["next_cursor"]
    assert seen[:5] == ids[::-1]


def test_the_same_message_id_gives_the_case_on_record(client: TestClient) -> None:
    first, again = (draft(client, id="msg-1") for _ in range(2))
    assert first == again
    other = draft(client, id="msg-1", text="¿Y después del baño, cada cuánto?")
    assert other["id"] != first["id"]
    assert other["thread_version"] == 2
    stale = client.post(f"/v1/cases/{first['id']}/decision", json={"decision": "ignore", "thread_version": 1})
    assert stale.status_code == 409
    assert stale.json()["code"] == "thread_version_stale"


@pytest.mark.parametrize(
    ("body", "outcome", "distance"),
    [
        ({"decision": "accept", "draft": 0}, "sent_unedited", 0.0),
        ({"decision": "edit", "draft": 0, "text": "Renuévalo cada dos horas."}, "sent_edited", None),
        ({"decision": "respond", "text": "Gracias por escribir."}, "discarded", None),
        ({"decision": "ignore"}, "discarded", None),
        ({"decision": "escalate", "note": "Que lo vea calidad."}, "undecided", None),
    ],
)
def test_each_decision_is_kept(
    client: TestClient, body: dict[str, object], outcome: str, distance: float | None
) -> None:
    made = draft(client)
    response = client.post(f"/v1/cases/{made['id']}/decision", json={"thread_version": 1, **body})
    assert response.status_code == 200, response.text
    recorded = response.json()
    assert recorded["outcome"] == outcome
    if distance is not None:
        assert recorded["edit_distance"] == distance
    if body["decision"] == "edit":
        assert 0 < recorded["edit_distance"] <= 1
    assert client.get(f"/v1/cases/{made['id']}").json()["decisions"] == [recorded]


def test_a_case_is_decided_once(client: TestClient) -> None:
    made = draft(client)
    path = f"/v1/cases/{made['id']}/decision"
    assert client.post(path, json={"decision": "ignore", "thread_version": 1}).status_code == 200
    again = client.post(path, json={"decision": "accept", "thread_version": 1, "draft": 0})
    assert (again.status_code, again.json()["code"]) == (409, "case_already_decided")


def test_what_was_sent_is_kept_redacted(client: TestClient) -> None:
    made = draft(client)
    text = f"Hola, {CANARY}, renuévalo cada dos horas. Te llamamos al 612 345 678."
    body = {"decision": "respond", "thread_version": 1, "text": text}
    recorded = client.post(f"/v1/cases/{made['id']}/decision", json=body).json()
    assert "612 345 678" not in json.dumps(recorded)
    assert "Quintanapalla" not in json.dumps(recorded)


def test_redactions_store_nothing(client: TestClient) -> None:
    before = client.get("/v1/cases", params={"limit": 1}).json()["data"]
    body = {"text": "Soy Ana Ruiz y mi correo es ana.ruiz@example.org", "id": "r1"}
    result = client.post("/v1/redactions", json=body).json()
    assert result["id"] == "r1"
    assert "ana.ruiz" not in result["text"]
    assert {"EMAIL_ADDRESS", "PERSON"} <= {entity["type"] for entity in result["entities"]}
    for entity in result["entities"]:
        assert entity["placeholder"] in result["text"]
        assert body["text"][entity["start"] : entity["end"]] not in result["text"]
    assert client.get("/v1/cases", params={"limit": 1}).json()["data"] == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_search(client: TestClient, method: str) -> None:
    question = {"q": "¿cada cuánto me repongo la crema solar?", "k": 3}
    if method == "get":
        response = client.get("/v1/answers:search", params=question)
    else:
        response = client.post("/v1/answers:search", json=question)
    found = response.json()
    assert response.status_code == 200
    assert 1 <= len(found["results"]) <= 3
    scores = [result["score"] for result in found["results"]]
    assert scores == sorted(scores, reverse=True)


SIGNED = "/v1/webhooks/{provider}"


def test_every_v1_route_asks_for_a_key(app: FastAPI) -> None:
    bare = TestClient(app, raise_server_exceptions=False)
    paths = [
        (path, verb) for path, verbs in app.openapi()["paths"].items() for verb in verbs if path[:4] == "/v1/"
    ]
    assert len(paths) >= 7
    for path, verb in paths:
        if path == SIGNED:
            continue  # its signature stands for the key (tests/api/test_webhooks.py)
        response = bare.request(verb, path.replace("{case_id}", "cas_x"), json=QUESTION)
        assert (response.status_code, response.json()["code"]) == (401, "unauthorized"), path
        assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "bor_x", "ñ", "bor_" + "a" * 500, "x" * 10_000])
def test_a_made_up_key_opens_nothing(app: FastAPI, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    response = TestClient(app).get("/v1/cases", headers=headers)
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("scope", "writes", "reads"),
    [
        (Scope.AGENT, True, True),
        (Scope.PLUGIN, True, True),
        (Scope.AUDITOR, False, True),
        (Scope.ADMIN, True, True),
    ],
)
def test_scopes(app: FastAPI, secret_of: Callable[..., str], scope: Scope, writes: bool, reads: bool) -> None:
    speaker = TestClient(app, headers={"Authorization": f"Bearer {secret_of(scope)}"})
    response = speaker.post("/v1/redactions", json={"text": "hola"})
    assert (response.status_code == 200) is writes
    if not writes:
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert (speaker.get("/v1/cases").status_code == 200) is reads


def test_another_accounts_case_does_not_exist(
    app: FastAPI, client: TestClient, secret_of: Callable[..., str]
) -> None:
    made = draft(client)
    other = TestClient(app, headers={"Authorization": f"Bearer {secret_of(Scope.AGENT, account='otra')}"})
    for response in (
        other.get(f"/v1/cases/{made['id']}"),
        other.post(f"/v1/cases/{made['id']}/decision", json={"decision": "ignore", "thread_version": 1}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "case_not_found")
    assert made["id"] not in {case["id"] for case in other.get("/v1/cases").json()["data"]}
    assert client.post("/v1/drafts", json={**QUESTION, "account": "otra"}).json()["code"] == "unknown_account"


BAD_BODIES = [
    (b"", "validation_failed"),
    (b"{", "body_not_json"),
    (b"[1, 2]", "validation_failed"),
    (b"null", "validation_failed"),
    (b"\x00\xff\xfe", "body_not_json"),
    (b'{"text": "\xff"}', "body_not_json"),
    (b'{"text": ""}', "validation_failed"),
    (b'{"text": " \\n\\t"}', "validation_failed"),
    (b'{"text": 7}', "validation_failed"),
    (b'{"text": "\\ud800"}', "validation_failed"),
    (b'{"text": "hola", "channel": "fax"}', "validation_failed"),
    (b'{"text": "hola", "language": "castellano"}', "validation_failed"),
    (b'{"text": "hola", "sorpresa": 1}', "validation_failed"),
    (b'{"text": "hola", "thread": [{"role": "jefe", "text": "x"}]}', "validation_failed"),
    (b'{"text": "hola", "received_at": "ayer"}', "validation_failed"),
    (b'{"text": "hola", "author": {"followers": -1}}', "validation_failed"),
    (b'{"text": "hola", "author": {"followers": 1e999}}', "validation_failed"),
    (b'{"text": "' + b"a" * 20_001 + b'"}', "validation_failed"),
    (b"[" * 100_000, "body_not_json"),
]


@pytest.mark.parametrize(("body", "code"), BAD_BODIES)
def test_a_body_of_nonsense_is_a_problem_with_a_code(client: TestClient, body: bytes, code: str) -> None:
    response = client.post("/v1/drafts", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == (400 if code == "body_not_json" else 422)
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert problem["code"] == code
    assert problem["request_id"] == response.headers["x-request-id"]


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    body = b'{"text": "' + b"a" * 1_000_000 + b'"}'
    response = client.post("/v1/drafts", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")

    def chunks() -> object:
        for _ in range(100):
            yield b"a" * 10_000

    streamed = client.post("/v1/drafts", content=chunks(), headers={"Content-Type": "application/json"})
    assert (streamed.status_code, streamed.json()["code"]) == (413, "body_too_large")


def test_an_error_never_repeats_what_was_sent(client: TestClient) -> None:
    for body in (
        {"text": CANARY, "channel": CANARY},
        {"text": "hola", "language": CANARY, "thread": [{"role": CANARY, "text": CANARY}]},
        {"texto": CANARY},
    ):
        assert "Quintanapalla" not in client.post("/v1/drafts", json=body).text
    assert "Quintanapalla" not in client.get(f"/v1/{CANARY}").text
    assert "Quintanapalla" not in client.get("/metrics").text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/v1/nada", 404, "not_found"),
        ("put", "/v1/drafts", 405, "method_not_allowed"),
        ("get", "/v1/cases/cas_nada", 404, "case_not_found"),
        ("get", "/v1/cases?limit=0", 422, "validation_failed"),
        ("get", "/v1/cases?cursor=nada", 400, "cursor_invalid"),
        ("get", "/v1/cases?sorpresa=1", 422, "validation_failed"),
    ],
)
def test_wrong_requests(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert code in CODES


def test_health(app: FastAPI) -> None:
    bare = TestClient(app)
    assert bare.get("/healthz").json()["status"] == "ok"
    assert bare.get("/readyz").json() == {"status": "ok", "checks": {"store": "ok"}}
    assert "borrador_http_requests_total" in bare.get("/metrics").text


def test_openapi_is_3_1_with_spanish_examples(app: FastAPI) -> None:
    document = app.openapi()
    assert document["openapi"].startswith("3.1")
    examples = document["paths"]["/v1/drafts"]["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ]
    assert any("¿" in example["value"]["text"] for example in examples.values())


def test_the_case_example_keeps_the_contract() -> None:
    from api.examples import CASE_EXAMPLE, MESSAGE_EXAMPLES
    from cases.message import Message

    Case.model_validate(CASE_EXAMPLE)
    for example in MESSAGE_EXAMPLES.values():
        Message.model_validate(example["value"])


def test_only_known_routes_exist(app: FastAPI) -> None:
    assert set(app.openapi()["paths"]) == {
        "/v1/drafts", "/v1/redactions", "/v1/verifications",
        "/v1/answers:search", "/v1/answers/{answer_id}/withdraw",
        "/v1/cases", "/v1/cases/batch", "/v1/cases/{case_id}", "/v1/cases/{case_id}/decision",
        "/v1/cases/{case_id}/satisfaction", "/v1/learning", "/v1/learning/phrases",
        "/v1/cases/{case_id}/drafts/private", "/v1/cases/{case_id}/events", "/v1/cases/{case_id}/handover",
        "/v1/cases/{case_id}/clocks/{clock}/stop", "/v1/cases/{case_id}/promises/{number}/kept",
        "/v1/events", "/v1/jobs/{work_id}",
        "/v1/webhooks/{provider}", "/v1/webhooks/{provider}/conversations/{conversation}/case",
        "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
