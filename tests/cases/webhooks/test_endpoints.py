"""The file of webhooks: what it may say, and that no secret shows."""

from pathlib import Path

import pytest

from cases.webhooks.endpoints import NONE, Kind, WebhookSettingsError, load_endpoints
from policies.errors import PolicyError
from tests.cases.webhooks.senders import SECRET, STANDARD_SECRET

GOOD = """
version: 1
endpoints:
  chatwoot:
    kind: chatwoot
    account: demo
    secrets_env: [CW_SECRET, CW_BOT_SECRET]
    remote_account: "3"
    api_base: https://chat.alborea.example/
    token_env: CW_TOKEN
  propio:
    kind: standard
    account: demo
    channel: whatsapp
    secrets_env: [OWN_SECRET]
frame_ancestors: ["https://chat.alborea.example"]
"""
ENVIRONMENT = {
    "CW_SECRET": SECRET,
    "CW_BOT_SECRET": "el-secreto-del-bot-de-pruebas",
    "CW_TOKEN": "tok-chatwoot-123456",
    "OWN_SECRET": STANDARD_SECRET,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "webhooks.yaml"
    made.write_text(GOOD, encoding="utf-8")
    return made


def test_a_good_file_is_read(file: Path):
    endpoints = load_endpoints(file, ENVIRONMENT)
    chatwoot, own = endpoints.by_name["chatwoot"], endpoints.by_name["propio"]
    assert (chatwoot.kind, chatwoot.account, chatwoot.remote_account) == (Kind.CHATWOOT, "demo", "3")
    assert [secret.value() for secret in chatwoot.secrets] == [SECRET, "el-secreto-del-bot-de-pruebas"]
    assert chatwoot.notes is not None
    assert chatwoot.notes.base == "https://chat.alborea.example"
    assert own.notes is None
    assert endpoints.frame_ancestors == ("https://chat.alborea.example",)


def test_machines_and_the_names_of_closed_states_are_read(file: Path):
    file.write_text(
        "version: 1\nendpoints:\n  zammad: {kind: zammad, account: demo, secrets_env: [CW_SECRET],"
        " bots: ['12'], closed_states: [Cerrado, closed]}\n"
    )
    made = load_endpoints(file, ENVIRONMENT).by_name["zammad"]
    assert (made.bots, made.closed_states) == ({"12"}, {"cerrado", "closed"})
    file.write_text(file.read_text().replace("'12'", "bot@correo.example"))
    with pytest.raises(PolicyError, match="bots"):
        load_endpoints(file, ENVIRONMENT)


def test_no_file_is_no_endpoint():
    assert load_endpoints(None, {}) is NONE
    assert list(NONE) == []


def test_no_secret_shows(file: Path):
    shown = repr(load_endpoints(file, ENVIRONMENT))
    endpoint = load_endpoints(file, ENVIRONMENT).by_name["chatwoot"]
    assert endpoint.notes is not None
    shown += f"{endpoint.secrets[0]} {endpoint.notes.token!r} {endpoint.notes.token:s}"
    for value in ENVIRONMENT.values():
        assert value not in shown


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("version: 1", "version: 2", "version"),
        ("kind: chatwoot", "kind: helpscout", "kind"),
        ("secrets_env: [OWN_SECRET]", "secrets_env: []", "secrets_env"),
        ("secrets_env: [OWN_SECRET]", "secrets_env: [un-secreto-escrito-aqui]", "never a secret itself"),
        ("  propio:", "  Propio:", "names of small letters"),
        ("https://chat.alborea.example/", "http://chat.alborea.example", "https"),
        ("https://chat.alborea.example/", "https://u:p@chat.alborea.example", "without user"),
        ('    remote_account: "3"\n', "", "remote_account"),
        ("    token_env: CW_TOKEN\n", "", "both"),
        ("channel: whatsapp", "canal: whatsapp", "unknown key"),
        ('["https://chat.alborea.example"]', '["*"]', "origins"),
        (
            "    secrets_env: [OWN_SECRET]",
            "    secrets_env: [OWN_SECRET]\n    tolerance_seconds: 86400",
            "tolerance",
        ),
    ],
)
def test_what_is_wrong_is_named(file: Path, before: str, after: str, message: str):
    assert before in GOOD
    file.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        load_endpoints(file, ENVIRONMENT)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("CW_SECRET", "", "CW_SECRET is not set"),
        ("CW_TOKEN", "   ", "CW_TOKEN is not set"),
        ("CW_SECRET", "corto", "shorter than 16"),
        ("CW_TOKEN", "ficha\r\nX-Otra: 1", "no secret has"),
        ("OWN_SECRET", "sin-prefijo-pero-largo-de-verdad", "whsec_"),
        ("OWN_SECRET", "whsec_????", "base64"),
        ("OWN_SECRET", "whsec_YWJj", "3 bytes"),
    ],
)
def test_a_bad_variable_is_named_and_not_quoted(file: Path, variable: str, value: str, message: str):
    with pytest.raises(WebhookSettingsError, match=message) as error:
        load_endpoints(file, {**ENVIRONMENT, variable: value})
    assert not value.strip() or value not in str(error.value)


def test_this_machine_needs_no_https(file: Path):
    for base, passes in (("http://127.0.0.1:3000", True), ("http://localhost.mal.example", False)):
        file.write_text(GOOD.replace("https://chat.alborea.example/", base), encoding="utf-8")
        if passes:
            assert load_endpoints(file, ENVIRONMENT).by_name["chatwoot"].notes is not None
        else:
            with pytest.raises(PolicyError, match="https"):
                load_endpoints(file, ENVIRONMENT)
