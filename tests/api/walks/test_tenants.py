"""Nothing of an account can be read, changed or even told apart by another, on any route."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cases.keys import Scope
from tests.api.walks.asks import ASKS, DONE, MESSAGE, Ask, operations_of
from tests.api.walks.world import MINE, OTHER, World

ALL_SCOPES = (Scope.AGENT, Scope.PLUGIN, Scope.AUDITOR, Scope.CURATOR, Scope.ADMIN)
OPEN_TO_ALL = {"GET /healthz", "GET /readyz", "GET /metrics", "POST /v1/webhooks/{provider}"}
NAMES_A_THING = sorted(
    name for name in ASKS if ("{" in name and name not in OPEN_TO_ALL) or name == "POST /v1/verifications"
)
"""Operations whose path, or body, names something of an account."""
NAMES_NONE = sorted(set(ASKS) - set(NAMES_A_THING) - OPEN_TO_ALL)
REFERENCES = {"account", "cursor", "to", "Last-Event-ID", "id", "q"}
"""Names of fields and parameters that may point at something of an account; so does all that ends in ``_id``."""


def test_every_route_is_walked(world: World):
    assert set(ASKS) == set(operations_of(world.app))


@pytest.mark.parametrize("operation", NAMES_A_THING)
def test_what_another_account_has_is_not_there(world: World, operation: str):
    method, _ = operation.split()
    scopes, make = ASKS[operation]
    ask = make(world)
    before = world.rows()
    foreign = ask.by(world.client(OTHER, *ALL_SCOPES), method)
    assert foreign.status_code == 404
    assert not any(mark in foreign.text for mark in world.marks)
    kept = {name: count for name, count in world.rows().items() if name != "audit_log"}
    assert kept == {name: count for name, count in before.items() if name != "audit_log"}
    # The account itself gets it, so the refusal was about whose it is.
    own = ask.by(world.client(MINE, *scopes), method)
    assert own.status_code in DONE, own.text


@pytest.mark.parametrize("operation", NAMES_A_THING)
def test_what_another_account_has_and_what_nobody_has_look_alike(world: World, operation: str):
    method, _ = operation.split()
    ask = ASKS[operation][1](world)
    client = world.client(OTHER, *ALL_SCOPES)
    nothing = Ask(_unnamed(ask.path, world), _unnamed(ask.json, world), ask.headers, ask.params)
    assert nothing != ask
    foreign, missing = ask.by(client, method), nothing.by(client, method)
    shown = [{**answer.json(), "request_id": None} for answer in (foreign, missing)]
    assert shown[0] == shown[1]
    assert foreign.status_code == missing.status_code


def _unnamed(part: Any, world: World) -> Any:
    """The same with other ids of the same form."""
    if isinstance(part, str):
        for mark in {*world.marks, world.answer()}:
            part = part.replace(mark, mark[:-1] + ("0" if mark[-1] != "0" else "1"))
        return part
    if isinstance(part, dict):
        return {name: _unnamed(value, world) for name, value in part.items()}
    return part


@pytest.mark.parametrize("operation", NAMES_NONE)
def test_no_answer_to_another_account_has_anything_of_this_one(world: World, operation: str):
    method, _ = operation.split()
    scopes, make = ASKS[operation]
    ask = make(world)
    mine = ask.by(world.client(MINE, *scopes), method)
    other = ask.by(world.client(OTHER, *ALL_SCOPES), method)
    assert (mine.status_code, other.status_code) == (200, 200)
    assert not any(mark in other.text for mark in world.marks)


def references_of(world: World) -> set[tuple[str, str]]:
    """Each operation with each field or parameter, outside of its path, that may point at a thing of an account."""
    components = world.app.openapi()["components"]["schemas"]
    found = set()
    for operation, given in operations_of(world.app).items():
        if operation in OPEN_TO_ALL:
            continue
        names = [
            one["name"]
            for one in given.get("parameters", ())
            if one["in"] != "path" and "date" not in str(one["schema"])
        ]
        for content in given.get("requestBody", {}).get("content", {}).values():
            names += _fields(content["schema"], components, "")
        found |= {(operation, name) for name in names if _refers(name.rsplit(".", 1)[-1])}
    return found


def _refers(name: str) -> bool:
    return (name in REFERENCES or name.endswith("_id")) and name != "q"


def _fields(schema: Mapping[str, Any], components: Mapping[str, Any], prefix: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[1]]
    for branch in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from _fields(branch, components, prefix)
    for name, part in schema.get("properties", {}).items():
        yield prefix + name
        yield from _fields(part, components, f"{prefix}{name}.")


NOT_OURS = {"account": MINE}
POINTED: dict[tuple[str, str], tuple[Any, int]] = {
    ("POST /v1/cases", "account"): ({**MESSAGE, **NOT_OURS}, 422),
    ("POST /v1/drafts", "account"): ({**MESSAGE, **NOT_OURS}, 422),
    ("POST /v1/redactions", "account"): ({**MESSAGE, **NOT_OURS}, 422),
    ("POST /v1/answers:search", "account"): ({"q": "pedido", **NOT_OURS}, 422),
    ("POST /v1/verifications", "account"): ({"text": "Hola.", **NOT_OURS}, 422),
    ("POST /v1/verifications", "message.account"): (
        {"text": "Hola.", "message": {**MESSAGE, **NOT_OURS}},
        422,
    ),
}
"""Bodies that name the other account: told as one that does not exist."""
TESTED_APART = {
    ("GET /v1/answers:search", "account"): "test_a_search_in_the_address_cannot_name_another_account",
    ("POST /v1/cases/batch", "account"): "test_a_message_of_a_batch_cannot_name_another_account",
    ("POST /v1/cases", "id"): "test_the_same_message_id_is_another_case_for_another_account",
    ("POST /v1/drafts", "id"): "test_the_same_message_id_is_another_case_for_another_account",
    ("POST /v1/cases/batch", "id"): "test_the_same_message_id_is_another_case_for_another_account",
    ("POST /v1/cases/{case_id}/handover", "to"): "test_a_case_cannot_be_handed_to_another_account",
    ("GET /v1/cases", "cursor"): "test_a_cursor_is_good_for_its_own_account_only",
    ("GET /v1/learning/phrases", "cursor"): "test_a_cursor_is_good_for_its_own_account_only",
    ("GET /v1/events", "Last-Event-ID"): "test_an_event_of_another_account_is_no_place_to_go_on_from",
    (
        "GET /v1/cases/{case_id}/events",
        "Last-Event-ID",
    ): "test_an_event_of_another_account_is_no_place_to_go_on_from",
    ("POST /v1/verifications", "case_id"): "test_what_another_account_has_is_not_there",
    ("POST /v1/verifications", "message.id"): "test_what_stores_nothing_makes_no_use_of_an_id",
    ("POST /v1/redactions", "id"): "test_what_stores_nothing_makes_no_use_of_an_id",
}


def test_every_field_that_may_point_across_is_walked(world: World):
    assert references_of(world) == set(POINTED) | set(TESTED_APART)
    assert set(TESTED_APART.values()) <= set(globals())


@pytest.mark.parametrize(("operation", "name"), sorted(POINTED))
def test_a_body_cannot_name_another_account(world: World, operation: str, name: str):
    method, path = operation.split()
    body, status = POINTED[operation, name]
    answer = Ask(path, body).by(world.client(OTHER, *ALL_SCOPES), method)
    assert (answer.status_code, answer.json()["code"]) == (status, "unknown_account")
    assert Ask(path, body).by(world.client(MINE, *ALL_SCOPES), method).status_code == 200


def test_a_search_in_the_address_cannot_name_another_account(world: World):
    ask = Ask("/v1/answers:search", params={"q": "pedido", "account": MINE})
    assert ask.by(world.client(OTHER, *ALL_SCOPES), "GET").json()["code"] == "unknown_account"
    assert ask.by(world.client(MINE, *ALL_SCOPES), "GET").status_code == 200


def test_a_message_of_a_batch_cannot_name_another_account(world: World):
    ask = Ask("/v1/cases/batch", [{**MESSAGE, **NOT_OURS}, MESSAGE])
    results = ask.by(world.client(OTHER, *ALL_SCOPES), "POST").json()["results"]
    assert [one["status"] for one in results] == [422, 200]
    assert results[0]["problem"]["code"] == "unknown_account"


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/drafts", "/v1/cases/batch"])
def test_the_same_message_id_is_another_case_for_another_account(world: World, path: str):
    message = {**MESSAGE, "id": f"m-{world.next()}"}
    ask = Ask(path, [message] if path.endswith("batch") else message)
    mine, other = (ask.by(world.client(account, Scope.AGENT), "POST").json() for account in (MINE, OTHER))
    if path.endswith("batch"):
        mine, other = (given["results"][0]["case"] for given in (mine, other))
    assert mine["id"] != other["id"]
    assert world.client(OTHER, Scope.AGENT).get(f"/v1/cases/{mine['id']}").status_code == 404


def test_the_same_idempotency_key_is_another_one_for_another_account(world: World):
    ask = Ask("/v1/cases", MESSAGE, headers={"Idempotency-Key": "de-las-dos"})
    mine, other = (ask.by(world.client(account, Scope.AGENT), "POST") for account in (MINE, OTHER))
    assert (mine.status_code, other.status_code) == (200, 200)
    assert mine.json()["id"] != other.json()["id"]
    assert "idempotent-replayed" not in other.headers


def test_a_case_cannot_be_handed_to_another_account(world: World):
    case_id, client = world.case(), world.client(MINE, Scope.AGENT)
    answers = [
        client.post(f"/v1/cases/{case_id}/handover", json={"to": to}) for to in (world.key(OTHER), "key_none")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_a_cursor_is_good_for_its_own_account_only(world: World):
    for _ in range(2):
        world.case()
    cursor = world.client(MINE, Scope.AGENT).get("/v1/cases?limit=1").json()["next_cursor"]
    ask = Ask("/v1/cases", params={"cursor": cursor})
    assert ask.by(world.client(OTHER, *ALL_SCOPES), "GET").json()["code"] == "cursor_invalid"
    assert ask.by(world.client(MINE, Scope.AGENT), "GET").status_code == 200
    cursor = world.served.http.cursors.make("phr_x", "phrases", MINE, None, None)
    ask = Ask("/v1/learning/phrases", params={"cursor": str(cursor)})
    mine, other = (ask.by(world.client(account, Scope.AUDITOR), "GET").json() for account in (MINE, OTHER))
    assert "changed" in mine["detail"]  # read: it is the suggestion that is not there
    assert other["code"] == "cursor_invalid"
    assert other["detail"] != mine["detail"]


def test_an_event_of_another_account_is_no_place_to_go_on_from(world: World):
    case_id = world.case()
    event = _last_event(world.client(MINE, Scope.AGENT).get(f"/v1/cases/{case_id}/events?follow=false").text)
    other = world.client(OTHER, *ALL_SCOPES)
    own = other.post("/v1/cases", json=MESSAGE).json()["id"]
    for path in ("/v1/events", f"/v1/cases/{own}/events"):
        answer = other.get(path, headers={"Last-Event-ID": event})
        assert (answer.status_code, answer.json()["code"]) == (400, "event_id_invalid")
    assert other.get(f"/v1/cases/{case_id}/events", headers={"Last-Event-ID": event}).status_code == 404


def _last_event(stream: str) -> str:
    return [line.removeprefix("id: ") for line in stream.splitlines() if line.startswith("id: ")][-1]


def test_what_stores_nothing_makes_no_use_of_an_id(world: World):
    message = {**MESSAGE, "id": f"m-{world.next()}"}
    world.client(MINE, Scope.AGENT).post("/v1/cases", json=message)
    other = world.client(OTHER, Scope.AGENT)
    known = [
        other.post("/v1/redactions", json=message),
        other.post("/v1/verifications", json={"text": "Hola.", "message": message}),
    ]
    fresh = {**message, "id": message["id"] + "x"}
    unknown = [
        other.post("/v1/redactions", json=fresh),
        other.post("/v1/verifications", json={"text": "Hola.", "message": fresh}),
    ]
    for one, two in zip(known, unknown, strict=True):
        assert one.status_code == 200
        assert {**one.json(), "id": None} == {**two.json(), "id": None}


def test_a_key_of_all_accounts_reads_but_a_revoked_one_does_not(world: World):
    case_id = world.case()
    keys = world.served.service.keys
    created = keys.create(name="revisor", account="*", scopes=[Scope.AUDITOR], actor="test")
    client = world.client(MINE, Scope.AUDITOR)
    client.headers["Authorization"] = f"Bearer {created.secret}"
    assert client.get(f"/v1/cases/{case_id}").status_code == 200
    keys.revoke(created.key.id, actor="test")
    assert client.get(f"/v1/cases/{case_id}").status_code == 401
