"""Every POST that changes something can be sent again safely; the others change nothing."""

import pytest
from sqlalchemy import select

from api.idempotency import IdempotentRoute
from cases.keys import Scope
from cases.tables import AuditRow
from tests.api.walks.asks import ASKS, DONE, operations_of
from tests.api.walks.world import MINE, World

STORE_NOTHING = {"POST /v1/redactions", "POST /v1/verifications", "POST /v1/answers:search"}
OTHERWISE = {"POST /v1/webhooks/{provider}"}
"""Their deliveries have ids of their own (tests/api/test_webhooks.py)."""
POSTS = sorted(name for name in ASKS if name.startswith("POST "))
HONOURING = [name for name in POSTS if name not in STORE_NOTHING | OTHERWISE]


def test_every_route_that_is_no_get_is_walked(world: World):
    changing = {name for name in operations_of(world.app) if not name.startswith("GET ")}
    assert changing == set(POSTS)


@pytest.mark.parametrize("operation", HONOURING)
def test_the_document_tells_of_the_key(world: World, operation: str):
    given = operations_of(world.app)[operation]
    assert "Idempotency-Key" in [one["name"] for one in given["parameters"]]


@pytest.mark.parametrize("operation", HONOURING)
def test_sent_again_it_is_answered_again_and_done_once(world: World, operation: str):
    scopes, make = ASKS[operation]
    ask, client = make(world), world.client(MINE, *scopes)
    headers = {**ask.headers, "Idempotency-Key": f"k-{world.next()}"}
    first = ask.by(client, "POST", headers=headers)
    done = (world.rows(), _audit(world))
    again = ask.by(client, "POST", headers=headers)
    assert first.status_code == again.status_code
    assert first.status_code in DONE
    assert again.content == first.content
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert (world.rows(), _audit(world)) == done


@pytest.mark.parametrize("operation", HONOURING)
def test_a_stored_answer_is_given_to_nobody_who_may_not_ask(world: World, operation: str):
    scopes, make = ASKS[operation]
    ask = make(world)
    headers = {**ask.headers, "Idempotency-Key": f"k-{world.next()}"}
    assert ask.by(world.client(MINE, *scopes), "POST", headers=headers).status_code in DONE
    for scope in set(Scope) - scopes:
        assert ask.by(world.client(MINE, scope), "POST", headers=headers).status_code == 403


@pytest.mark.parametrize("operation", sorted(STORE_NOTHING))
def test_what_needs_no_key_leaves_nothing_behind(world: World, operation: str):
    scopes, make = ASKS[operation]
    ask, client = make(world), world.client(MINE, *scopes)
    before = (world.rows(), _audit(world))
    assert ask.by(client, "POST").status_code == 200
    assert (world.rows(), _audit(world)) == before


def test_scopes_of_the_wrapper_and_of_the_route_agree(world: World):
    """A stored answer is given by the wrapper's scopes, before the route's own are asked."""
    for route in world.app.routes:
        if isinstance(route, IdempotentRoute) and "POST" in route.methods:
            scopes, _ = ASKS[f"POST {route.path}"]
            assert {*route.scopes, Scope.ADMIN} == scopes


def _audit(world: World) -> list[str]:
    query = select(AuditRow.action).where(AuditRow.action != "key.created").order_by(AuditRow.seq)
    with world.served.service.records.database.read() as session:
        return list(session.scalars(query))
