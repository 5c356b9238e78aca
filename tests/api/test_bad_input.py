"""Bad input over HTTP and on the command line: a result or an error with a stable code, and never a word of it."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands.stream import run_lines
from api.problems import CODES
from api.service import Service
from api.settings import Settings
from api.wiring import load_redactor
from cases.keys import Scope
from cases.message import MAX_TEXT, Message
from cases.pipeline import Pipeline
from models.redaction.presidio import Recognizer
from models.redaction.redactor import Redactor
from models.text import RawText

SECRET = "Soy Zacarías Quintanapalla, DNI 53184266K"
READABLE = {
    "one letter": "a",
    "one digit": "7",
    "one mark": "?",
    "one emoji": "👍",
    "emoji only": "👍🏿👩🏽\u200d⚕️🇪🇸" * 50,
    "digits only": "1" * 5000,
    "digits apart": "1 " * 5000,
    "a combining mark alone": "\u0301",
    "many marks on one letter": "e" + "\u0301" * 5000,
    "right-to-left marks": "\u202e\u200f\u2067hola\u2069",
    "Arabic": "مرحبا، لدي حساسية",
    "Chinese": "你好，我的皮肤很痒",
    "Thai": "สวัสดีครับ",
    "NUL": "hola\x00adiós",
    "control characters": "\x01\x02\x1b[31mhola\x7f",
    "zero widths and a letter": "\u200b" * 5000 + "a",
    "private use and unassigned": "\ue000\U0010fffd\u0378",
    "the longest": "á" * MAX_TEXT,
    "a placeholder": "[PERSONA_1]",
    "many placeholders": "[PERSONA_1]" * 1500,
    "a template": "{producto} %s ${x} {{ 7*7 }} <script>",
    "paired surrogate escapes": "\U0001f44d",
}
REFUSED = {
    "empty": (b'{"text": ""}', "validation_failed"),
    "blank": (b'{"text": " \\n\\t\\u00a0\\u2003"}', "validation_failed"),
    "one megabyte": (b'{"text": "' + b"a" * 1_000_000 + b'"}', "body_too_large"),
    "too long": (b'{"text": "' + b"a" * (MAX_TEXT + 1) + b'"}', "validation_failed"),
    "a lone surrogate": (b'{"text": "soy Quintanapalla \\ud800"}', "validation_failed"),
    "a lone low surrogate": (b'{"text": "soy Quintanapalla \\udfff"}', "validation_failed"),
    "a pair turned round": (b'{"text": "\\ude00\\ud83d Quintanapalla"}', "validation_failed"),
    "a surrogate in the thread": (
        b'{"text": "a", "thread": [{"role": "agent", "text": "\\ud800"}]}',
        "validation_failed",
    ),
    "a surrogate in the id": (b'{"text": "a", "id": "\\ud800"}', "validation_failed"),
    "a surrogate in the name": (b'{"text": "a", "author": {"name": "\\ud800"}}', "validation_failed"),
    "a surrogate in a field's name": (b'{"text": "a", "\\ud800": 1}', "validation_failed"),
    "a surrogate encoded": (b'{"text": "Quintanapalla \xed\xa0\x80"}', "body_not_json"),
    "no UTF-8": (b'{"text": "Quintanapalla \xff\xfe"}', "body_not_json"),
    "half a character": (b'{"text": "Quintanapalla \xf0\x9f\x91"}', "body_not_json"),
    "Latin-1": ('{"text": "Zacarías Quintanapalla"}'.encode("latin-1"), "body_not_json"),
    "a raw control character": (b'{"text": "Quintanapalla \x00"}', "body_not_json"),
    "an endless number": (b'{"text": "a", "id": ' + b"1" * 5000 + b"}", "body_not_json"),
    "another calendar": (b'{"text": "a", "received_at": "0001-01-01T00:00:00+14:00"}', "validation_failed"),
    "the end of time": (b'{"text": "a", "received_at": "9999-12-31T23:59:59-14:00"}', "validation_failed"),
    "a field named after somebody": (b'{"text": "a", "Quintanapalla": 1}', "validation_failed"),
}  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/redactions"])
@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE.keys())
def test_odd_texts_get_a_result(client: TestClient, path: str, text: str) -> None:
    response = client.post(path, json={"text": text})
    assert response.status_code == 200, response.text
    assert "TEXTO_RETENIDO" not in response.text
    if path == "/v1/drafts":
        assert response.json()["drafts"] or response.json()["disposition"] == "no_reply"


@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/redactions"])
@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_bodies_get_a_code(client: TestClient, path: str, body: bytes, code: str) -> None:
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500, response.text
    assert response.json()["code"] in {code, "validation_failed"}
    assert response.json()["code"] in CODES
    assert "Quintanapalla" not in response.text


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE.keys())
def test_odd_texts_get_a_line(pipeline: Pipeline, tmp_path: Path, text: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"text": text}), encoding="utf-8")
    account = pipeline.account(None)
    with out.open("w", encoding="utf-8") as results:
        code = run_lines(
            source,
            Message,
            lambda line: {"text": pipeline.redact_text(line.text, account=account).text.value},
            out=results,
        )
    assert code == 0
    assert set(json.loads(out.read_text(encoding="utf-8"))) == {"text"}


def test_the_command_line_lives_through_bad_files(
    settings: Settings, service: Service, tmp_path: Path
) -> None:
    source = tmp_path / "in.jsonl"
    bodies = [body for body, _ in REFUSED.values()]
    source.write_bytes(b"\n".join([*bodies, b'{"id": "end", "text": "hola"}', b""]))
    done = borrador(settings.data_dir, b"redact", b"--in", str(source).encode())
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert len(results) == len(bodies) + 1
    assert all(set(result) == {"line", "error"} for result in results[:-1])
    assert results[-1]["id"] == "end"
    assert b"Quintanapalla" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (b"redact", b"Quintanapalla \xff\xfe"),
        (b"search", b"Quintanapalla \xed\xa0\x80"),
        (b"search", b""),
        (b"draft", b"   "),
        (b"redact", b"Soy", b"Quintanapalla"),
        (b"draft", b"hola", b"--channel", b"Quintanapalla"),
        (b"Quintanapalla",),
        (b"redact", b"--Quintanapalla"),
    ],
)
def test_a_wrong_call_is_told_without_its_words(tmp_path: Path, arguments: tuple[bytes, ...]) -> None:
    done = borrador(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"borrador: ")
    assert done.stderr.count(b"\n") == 1
    assert b"Quintanapalla" not in done.stderr


class Raising(Recognizer):
    """A recognizer that errs on every text and quotes it."""

    def find(self, text: str, artifacts: object) -> list[object]:  # type: ignore[override]
        raise ValueError(f"cannot read {text}")


@pytest.fixture(scope="module")
def failing(settings: Settings) -> Redactor:
    """The shipped redactor with one more recognizer, which raises."""
    redactor = load_redactor(settings)
    redactor._finder._engine.registry.add_recognizer(Raising("Raising", ["PERSON"]))
    return redactor


@pytest.fixture
def broken(
    service: Service, failing: Redactor, settings: Settings, secret_of: Callable[..., str]
) -> TestClient:
    """A client of the service whose redactor fails on every text."""
    engines = replace(service.pipeline.engines, redactor=failing)
    app: FastAPI = create_app(
        Service(
            Pipeline(engines),
            service.records,
            service.sessions,
            workers=1,
            demo_key_file=settings.data_dir / "none",
        ),
        settings,
    )
    headers = {"Authorization": f"Bearer {secret_of(Scope.AGENT)}"}
    return TestClient(app, headers=headers, raise_server_exceptions=False)


def test_a_recognizer_that_raises_withholds_the_text(
    broken: TestClient, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    message = {
        "text": SECRET,
        "channel": "web",
        "id": SECRET,
        "thread": [{"role": "customer", "text": SECRET}],
    }
    case = broken.post("/v1/drafts", json=message)
    assert case.status_code == 200
    assert case.json()["redacted_text"] == "[TEXTO_RETENIDO]"
    assert case.json()["message_id"] is None
    assert "expert_review" in {flag["code"] for flag in case.json()["flags"]}
    assert case.json()["drafts"]
    refused = broken.post("/v1/redactions", json={"text": SECRET, "id": SECRET})
    assert (refused.status_code, refused.json()["code"]) == (500, "internal_error")
    body = {"decision": "respond", "thread_version": 2, "text": SECRET, "note": SECRET}
    undecided = broken.post(f"/v1/cases/{case.json()['id']}/decision", json=body)
    assert (undecided.status_code, undecided.json()["code"]) == (500, "internal_error")
    written = b"".join(file.read_bytes() for file in settings.data_dir.rglob("*") if file.is_file())
    said = "".join([case.text, refused.text, undecided.text, *capfd.readouterr()])
    for secret in ("Quintanapalla", "53184266K"):
        assert secret not in said
        assert secret.encode() not in written


def test_the_same_message_is_known_again_where_its_id_is_withheld(broken: TestClient) -> None:
    first, again = (
        broken.post("/v1/drafts", json={"text": SECRET, "id": "a@b.example"}).json() for _ in range(2)
    )
    assert first["id"] == again["id"]


def test_a_recognizer_that_raises_fails_the_line_and_not_the_run(failing: Redactor, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"text": SECRET}) + "\n" + json.dumps({"text": SECRET}), encoding="utf-8")
    with out.open("w", encoding="utf-8") as results:
        assert run_lines(source, Message, lambda line: failing.redact(RawText(line.text)), out=results) == 1
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"line": n, "error": "redaction failed (ValueError); nothing was redacted"} for n in (1, 2)
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("msg-0001", "msg-0001"),
        ("17841405793187218", "17841405793187218"),
        ("123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
        ("<1f3.zacarias@buzon.example>", "<[CORREO_1]>"),
        ("612345678", "[TELEFONO_1]"),
        ("53184266K", "[DNI_1]"),
    ],
)
def test_personal_data_in_a_messages_id_is_masked(client: TestClient, given: str, shown: str) -> None:
    first, again = (
        client.post("/v1/drafts", json={"text": "¿Abrís hoy?", "id": given}).json() for _ in range(2)
    )
    assert first["message_id"] == shown
    assert again["id"] == first["id"]
    assert client.post("/v1/redactions", json={"text": "hola", "id": given}).json()["id"] == shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("4bf92f3577b34da6a3ce929d0e0e4736", True),
        ("123e4567-e89b-12d3-a456-426614174000", True),
        ("53184266K", False),
        ("zacarias.quintanapalla", False),
        ("612345678", False),
        ("4539148803436467", False),
    ],
)
def test_only_an_opaque_request_id_is_taken_over(client: TestClient, given: str, kept: bool) -> None:
    answered = client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert (answered == given) is kept


def test_a_product_that_is_not_the_companys_reaches_no_draft(client: TestClient) -> None:
    for text in ("¿Lleva perfume?", "Me encanta, gracias", "¿Dónde lo compro?"):
        response = client.post(
            "/v1/drafts", json={"text": text, "product": "Quintanapalla", "channel": "web"}
        )
        assert response.json()["drafts"]
        assert "Quintanapalla" not in response.text


def test_an_address_is_not_sent_back_in_a_redirect(client: TestClient) -> None:
    response = client.get("/v1/answers:search/", params={"q": SECRET}, follow_redirects=False)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert "Quintanapalla" not in repr(response.headers)


def borrador(data_dir: Path, *arguments: bytes) -> "subprocess.CompletedProcess[bytes]":
    """Run the command in a process of its own; arguments are bytes, as a shell gives them."""
    environment = {"BORRADOR_DATA_DIR": str(data_dir), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable.encode(), b"-m", b"api.cli", *arguments],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=180,
    )
