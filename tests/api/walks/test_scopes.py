"""Every route asks for a key, and for one with the right scope; those that do not are named here."""

import pytest

from cases.keys import Scope
from tests.api.walks.asks import ASKS, DONE, OPEN, Ask, operations_of
from tests.api.walks.world import MINE, World

PAIRS = [(operation, scope) for operation, (scopes, _) in ASKS.items() if scopes for scope in Scope]
HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "cache-control": "no-store"}
OPEN_OPERATIONS = {"GET /healthz", "GET /readyz", "GET /metrics", "POST /v1/webhooks/{provider}"}


def test_every_route_is_walked(world: World):
    assert set(ASKS) == set(operations_of(world.app))


def test_only_these_are_open():
    """To open one more is a decision: say why in docs/SECURITY.md."""
    assert {operation for operation, (scopes, _) in ASKS.items() if scopes == OPEN} == OPEN_OPERATIONS


def test_the_document_says_which_ask_for_a_key(world: World):
    documented = {name for name, given in operations_of(world.app).items() if given.get("security")}
    assert documented == set(ASKS) - OPEN_OPERATIONS


@pytest.mark.parametrize("operation", sorted(set(ASKS) - OPEN_OPERATIONS))
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer bor_none", "Basic {}", "{}"])
def test_without_a_known_key_nothing_is_told(world: World, operation: str, authorization: str | None):
    method, path = operation.split()
    client = world.client(MINE, *Scope)
    secret = client.headers["Authorization"].removeprefix("Bearer ")
    del client.headers["Authorization"]
    headers = {} if authorization is None else {"Authorization": authorization.format(secret)}
    answer = Ask(path).by(client, method, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("operation", "scope"), PAIRS)
def test_a_scope_opens_its_own_routes_alone(world: World, operation: str, scope: Scope):
    method, _ = operation.split()
    scopes, make = ASKS[operation]
    answer = make(world).by(world.client(MINE, scope), method)
    if scope in scopes:
        assert answer.status_code in DONE, answer.text
        return
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not any(mark in answer.text for mark in world.marks)


@pytest.mark.parametrize("operation", sorted(OPEN_OPERATIONS))
def test_what_is_open_works_without_a_key(world: World, operation: str):
    method, _ = operation.split()
    client = world.client(MINE, Scope.AGENT)
    del client.headers["Authorization"]
    assert ASKS[operation][1](world).by(client, method).status_code in (200, 202)


def test_a_webhook_without_its_signature_is_refused(world: World):
    ask = ASKS["POST /v1/webhooks/{provider}"][1](world)
    answer = ask.by(world.client(MINE, *Scope), "POST", headers={})
    assert answer.status_code == 401


@pytest.mark.parametrize("operation", sorted(ASKS))
def test_every_answer_has_the_headers(world: World, operation: str):
    method, path = operation.split()
    for answer in (
        ASKS[operation][1](world).by(world.client(MINE, *Scope), method),
        Ask(path).by(world.client("otra", Scope.CURATOR), method),  # refused, most of them
    ):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
