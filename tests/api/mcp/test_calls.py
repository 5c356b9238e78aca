"""Calls of tools: who may, with what arguments, and what an error says."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import structlog

from api.mcp.calls import BY_NAME, Desk, Outcome
from api.mcp.tools import TOOLS
from api.service import Service
from cases.keys import Scope
from models.errors import ArtifactError

Call = Callable[..., Outcome]
SECRET_WORDS = "Soy Benedicta Larrañaga, mi móvil es el 612 345 678"


@pytest.fixture(scope="module")
def secrets(service: Service) -> dict[str, str]:
    """A key of each scope, and an agent's of another account."""
    made = {
        scope.value: service.keys.create(name="t", account="demo", scopes=[scope], actor="test").secret
        for scope in Scope
    }
    other = service.keys.create(name="t", account="otra", scopes=[Scope.AGENT], actor="test").secret
    return made | {"other": other}


@pytest.fixture
def call(service: Service, secrets: dict[str, str]) -> Call:
    def do(tool: str, arguments: Mapping[str, Any], who: str = "agent") -> Outcome:
        return Desk(lambda: service, secrets.get(who, who)).call(BY_NAME[tool], arguments)

    return do


VALID: dict[str, dict[str, Any]] = {
    "redact": {"text": SECRET_WORDS},
    "classify": {"text": "¿Cuándo llega mi pedido?"},
    "search": {"q": "¿Cuánto tarda un envío?"},
    "draft": {"text": "¿Hacéis envíos a Canarias?"},
    "get_case": {"case_id": "cas_nada"},
}


def test_the_tools_are_few_and_one_writes() -> None:
    assert [tool.name for tool in TOOLS] == list(VALID)
    assert [tool.name for tool in TOOLS if tool.records] == ["draft"]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_text_of_an_input_is_bounded(tool: Any) -> None:
    def walk(schema: Any, path: str) -> None:
        if isinstance(schema, list):
            for item in schema:
                walk(item, path)
        if isinstance(schema, dict):
            free = schema.get("type") == "string" and not {"enum", "const", "format", "pattern"} & set(schema)
            assert not free or "maxLength" in schema, path
            assert schema.get("type") != "array" or "maxItems" in schema, path
            assert schema.get("type") != "object" or schema.get("additionalProperties") is False, path
            for name, part in schema.items():
                if name != "examples":
                    walk(part, f"{path}.{name}")

    walk(tool.input_schema(), tool.name)


@pytest.mark.parametrize("tool", VALID)
@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [("agent", True, True), ("plugin", True, True), ("admin", True, True), ("auditor", True, False)],
)
def test_scopes_are_those_of_the_routes(call: Call, tool: str, who: str, reads: bool, writes: bool) -> None:
    allowed = writes if tool in ("redact", "classify", "draft") else reads
    assert (call(tool, VALID[tool], who).data.get("code") != "forbidden") == allowed


@pytest.mark.parametrize("tool", VALID)
@pytest.mark.parametrize("secret", ["", "bor_inventada", "x" * 10_000])
def test_an_unknown_key_opens_nothing(call: Call, tool: str, secret: str) -> None:
    outcome = call(tool, VALID[tool], secret)
    assert outcome.failed
    assert outcome.data["code"] == "unauthorized"


def test_a_key_revoked_while_serving_opens_nothing(service: Service) -> None:
    created = service.keys.create(name="t", account="demo", scopes=[Scope.AGENT], actor="test")
    desk = Desk(lambda: service, created.secret)
    assert not desk.call(BY_NAME["search"], VALID["search"]).failed
    service.keys.revoke(created.key.id, actor="test")
    assert desk.call(BY_NAME["search"], VALID["search"]).data["code"] == "unauthorized"


def test_redact(call: Call) -> None:
    outcome = call("redact", VALID["redact"])
    assert not outcome.failed
    assert "Benedicta" not in json.dumps(outcome.data)
    assert "612" not in json.dumps(outcome.data)


def test_classify_keeps_nothing(call: Call, service: Service) -> None:
    before = len(service.records.store.list(account="demo", limit=200, cursor=None).cases)
    outcome = call("classify", {"text": "La crema me ha provocado una urticaria y soy Ana Ruiz"})
    assert outcome.data["disposition"] != "no_reply"
    assert "drafts" not in outcome.data
    assert "Ana Ruiz" not in json.dumps(outcome.data, ensure_ascii=False)
    assert len(service.records.store.list(account="demo", limit=200, cursor=None).cases) == before


def test_a_draft_is_recorded_and_read_by_its_account_alone(call: Call) -> None:
    drafted = call("draft", VALID["draft"])
    assert drafted.data["drafts"]
    asked = {"case_id": drafted.data["id"]}
    assert call("get_case", asked).data["redacted_text"] == drafted.data["redacted_text"]
    assert call("get_case", asked, "other").data == {"code": "case_not_found", "detail": "no such case"}


def test_another_accounts_messages_are_refused(call: Call) -> None:
    for tool in ("redact", "classify", "draft"):
        assert call(tool, {"text": "hola", "account": "otra"}).data["code"] == "unknown_account"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("redact", {}),
        ("redact", {"text": ""}),
        ("redact", {"text": "x" * 200_000}),
        ("redact", {"text": 7}),
        ("redact", {"text": SECRET_WORDS, SECRET_WORDS: SECRET_WORDS}),
        ("draft", {"text": "hola", "channel": SECRET_WORDS}),
        ("draft", {"text": "hola", "thread": [{"role": "agent", "text": "x"}] * 51}),
        ("search", {"q": "x" * 3000}),
        ("search", {"q": "hola", "k": 51}),
        ("get_case", {"case_id": "x" * 41}),
    ],
)
def test_bad_arguments_are_named_and_never_repeated(call: Call, tool: str, arguments: dict[str, Any]) -> None:
    outcome = call(tool, arguments)
    assert outcome.failed
    assert outcome.data["code"] == "validation_failed"
    assert "Benedicta" not in str(outcome.data)


def test_a_failure_inside_is_told_by_code_alone(secrets: dict[str, str]) -> None:
    def broken() -> Service:
        raise RuntimeError(SECRET_WORDS)

    with structlog.testing.capture_logs() as logs:
        outcome = Desk(broken, secrets["agent"]).call(BY_NAME["search"], VALID["search"])
    assert outcome.data["code"] == "internal_error"
    assert "Benedicta" not in str(outcome.data) + str(logs)


def test_engines_that_do_not_load_are_told(secrets: dict[str, str]) -> None:
    def broken() -> Service:
        raise ArtifactError("a file is missing")

    outcome = Desk(broken, secrets["agent"]).call(BY_NAME["search"], VALID["search"])
    assert outcome.data == {"code": "internal_error", "detail": "the service cannot start (ArtifactError)"}


def test_the_key_stays_out_of_repr(secrets: dict[str, str], service: Service) -> None:
    assert secrets["agent"] not in repr(Desk(lambda: service, secrets["agent"]))
