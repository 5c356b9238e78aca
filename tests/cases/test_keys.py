"""API keys: shown once, kept as hashes, checked, revoked."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from cases.errors import ApiKeyError
from cases.identifiers import new_id
from cases.keys import Scope
from cases.records import Records
from tests.cases.samples import RECEIVED, Clock


def test_a_key_opens_what_it_was_made_for(records: Records):
    made = records.keys.create(
        name="Zendesk", account="demo", scopes=[Scope.PLUGIN, Scope.AGENT], actor="cli"
    )
    assert made.secret.startswith("bor_")
    assert len(made.secret) == 47  # 256 bits in base64
    key = records.keys.authenticate(made.secret)
    assert key == made.key
    assert key is not None
    assert (key.name, key.account, key.scopes) == ("Zendesk", "demo", {Scope.AGENT, Scope.PLUGIN})
    assert (key.created_at, key.revoked_at) == (RECEIVED, None)


@pytest.mark.parametrize(
    "change", [lambda s: "", lambda s: s[:-1], lambda s: s + "x", lambda s: s.upper(), lambda s: s[4:]]
)
def test_anything_else_opens_nothing(records: Records, change):
    made = records.keys.create(name="a", account="demo", scopes=[Scope.AGENT], actor="cli")
    assert records.keys.authenticate(change(made.secret)) is None


@pytest.mark.parametrize(
    "secret", ["bor_", "bor_" + "x" * 43, "bor_" + "x" * 10_000, "bor_\0", "bor_\ud800", "bor_' OR 1=1"]
)
def test_nonsense_opens_nothing(records: Records, secret: str):
    records.keys.create(name="a", account="demo", scopes=[Scope.AGENT], actor="cli")
    assert records.keys.authenticate(secret) is None


def test_the_secret_is_nowhere_but_in_the_answer(records: Records):
    made = records.keys.create(name="a", account="demo", scopes=[Scope.ADMIN], actor="cli")
    assert made.secret not in repr(made)
    with records.database.read() as session:
        row = session.execute(text("SELECT * FROM api_keys")).one()
        log = session.execute(text("SELECT payload FROM audit_log")).scalar_one()
    assert made.secret not in str(row) + log
    assert hashlib.sha256(made.secret.encode()).hexdigest() in row
    assert hashlib.sha256(made.secret.encode()).hexdigest() not in log


def test_a_revoked_key_opens_nothing_and_stays_listed(records: Records, clock: Clock):
    first, second = (
        records.keys.create(name=name, account="demo", scopes=[Scope.AGENT], actor="cli") for name in "ab"
    )
    clock.move(hours=1)
    for _ in range(2):
        revoked = records.keys.revoke(first.key.id, actor="key_admin")
        clock.move(hours=1)
    assert revoked.revoked_at is not None
    assert (revoked.revoked_at - RECEIVED).total_seconds() == 3600
    assert records.keys.authenticate(first.secret) is None
    assert records.keys.authenticate(second.secret) is not None
    assert records.keys.get(first.key.id) is None
    assert records.keys.get(second.key.id) == second.key
    assert records.keys.get("key_\0") is None
    assert records.keys.list() == (revoked, second.key)
    with records.database.read() as session:
        log = session.execute(text("SELECT actor, action FROM audit_log ORDER BY seq")).all()
    assert [tuple(row) for row in log] == [
        ("cli", "key.created"),
        ("cli", "key.created"),
        ("key_admin", "key.revoked"),
    ]
    assert records.verify().ok


@pytest.mark.parametrize("key_id", ["", "key_", new_id("key"), new_id("cas"), "x\0"])
def test_a_key_that_is_none_cannot_be_revoked(records: Records, key_id: str):
    with pytest.raises(ApiKeyError, match="no such key"):
        records.keys.revoke(key_id, actor="cli")


@pytest.mark.parametrize(
    ("name", "account", "scopes", "message"),
    [
        ("", "demo", [Scope.AGENT], "name"),
        ("a\nb", "demo", [Scope.AGENT], "name"),
        ("x" * 101, "demo", [Scope.AGENT], "name"),
        ("a", " ", [Scope.AGENT], "account"),
        ("a", "de\0mo", [Scope.AGENT], "account"),
        ("a", "demo", [], "scopes: at least one of agent, plugin, auditor, curator, admin"),
        ("a", "*", [Scope.AGENT], "only auditor and admin"),
        ("a", "*", [Scope.AUDITOR, Scope.PLUGIN], "only auditor and admin"),
    ],
)
def test_a_key_that_should_not_be_is_refused(
    records: Records, name: str, account: str, scopes: list[Scope], message: str
):
    with pytest.raises(ApiKeyError, match=message):
        records.keys.create(name=name, account=account, scopes=scopes, actor="cli")
    assert records.keys.list() == ()


def test_an_auditor_may_see_all_accounts(records: Records):
    made = records.keys.create(name="a", account="*", scopes=[Scope.AUDITOR], actor="cli")
    assert records.keys.authenticate(made.secret) == made.key


def test_the_demo_key_is_made_once_however_many_start(records: Records):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: records.keys.create_demo_key("demo"), range(4)))
    (first,) = [key for key in made if key is not None]
    assert records.keys.authenticate(first.secret) == first.key
    records.keys.revoke(first.key.id, actor="cli")
    assert records.keys.create_demo_key("demo") is None
