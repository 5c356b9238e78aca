"""The command line as a person and a script use it, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def borrador(tmp_path: Path) -> object:
    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            cwd=ROOT,
            env={**os.environ, "BORRADOR_DATA_DIR": str(tmp_path / "data"), **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
        )

    return run


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_draft_streams_cases_in_order_and_stores_nothing(borrador, tmp_path: Path) -> None:
    messages = [
        {"id": "a", "text": "¿Lleva perfume la Hidra Crema?"},
        {"id": "b", "text": "Me pica mucho la cara"},
    ]
    stdin = "\n".join([json.dumps(messages[0]), "{", json.dumps(messages[1])])
    done = borrador("draft", stdin=stdin)
    assert done.returncode == 1
    results = lines(done.stdout)
    assert [result.get("message_id") for result in results] == ["a", None, "b"]
    assert results[1] == {"line": 2, "error": "line is not JSON"}
    assert not list((tmp_path / "data").glob("*.sqlite3"))


def test_draft_with_store_can_be_verified_and_a_change_is_found(borrador, tmp_path: Path) -> None:
    import sqlite3

    assert borrador("draft", "--store", stdin='{"text": "¿Hacéis envíos a Canarias?"}').returncode == 0
    verified = borrador("audit", "verify")
    assert (verified.returncode, verified.stdout[:3]) == (0, "ok:")
    with sqlite3.connect(tmp_path / "data" / "borrador.sqlite3") as database:
        database.execute("UPDATE audit_log SET payload = replace(payload, 'demo', 'otra')")
    database.close()
    tampered = borrador("audit", "verify")
    assert tampered.returncode == 1
    assert tampered.stdout.startswith("TAMPERED")


def test_redact(borrador) -> None:
    done = borrador(
        "redact", stdin='{"id": 7, "text": "x"}\n{"id": "r", "text": "Soy Ana Ruiz, tel. 612 345 678"}'
    )
    bad, good = lines(done.stdout)
    assert bad["line"] == 1
    assert good["id"] == "r"
    assert "612 345 678" not in str(good["text"])
    assert {entity["type"] for entity in good["entities"]} >= {"PERSON", "PHONE_NUMBER"}


def test_an_imported_answer_is_found_once_it_is_approved(borrador, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    rows = [
        {"id": "horario-tienda", "title": "Horario", "questions": ["¿A qué hora abrís?"],
         "answer": "La tienda abre de lunes a sábado de 10 a 20 h.", "tags": ["horario"]},
        {"id": "aparcamiento", "title": "Aparcamiento", "questions": ["¿Hay parking?"],
         "answer": "Hay aparcamiento gratuito durante dos horas.", "tags": ["tienda"]},
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    question = '{"id": "q", "text": "¿a qué hora abre la tienda?"}'
    into = str(tmp_path / "kb")
    assert borrador("kb", "import", str(file), "--into", into).returncode == 0
    drafts = lines(borrador("search", "--knowledge-base", into, stdin=question).stdout)[0]
    assert drafts == {"id": "q", "results": [], "abstained": True}
    approved = borrador("kb", "import", str(file), "--into", into, "--approved-by", "communications:Ana Ruiz")
    assert approved.returncode == 0, approved.stderr
    found = lines(borrador("search", "--knowledge-base", into, stdin=question).stdout)[0]
    assert found["results"][0]["answer_id"] == "horario-tienda"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("draft", "--in", "/nonexistent.jsonl"), "no such file"),
        (("draft", "hola", "--in", "x"), "not both"),
        (("draft", ""), "empty"),
        (("draft", "hola", "--knowledge-base", "/nonexistent"), "not a directory"),
        (("draft", "hola", "--policies", "/nonexistent"), "/nonexistent"),
        (("kb", "import", "/nonexistent.csv", "--into", "/tmp/x"), "nonexistent"),
        (("kb", "import", "README.md", "--into", "/tmp/x", "--approved-by", "jefe:Ana"), "ROLE:NAME"),
        (("keys", "revoke", "key_x"), "no such key"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(borrador, arguments: tuple[str, ...], says: str) -> None:
    done = borrador(*arguments)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_setting_is_named_without_its_value(borrador) -> None:
    done = borrador("keys", "list", BORRADOR_DATABASE_URL="mysql://user:secreto@host/x")
    assert done.returncode == 2
    assert "database_url" in done.stderr
    assert "secreto" not in done.stderr


def test_keys(borrador) -> None:
    secret = borrador("keys", "create", "--name", "helpdesk", "--scope", "plugin").stdout.strip()
    assert secret.startswith("bor_")
    listed = borrador("keys", "list").stdout
    assert "helpdesk" in listed
    assert secret not in listed


def test_the_policies_pass_their_cases(borrador) -> None:
    done = borrador("policy", "test")
    assert done.returncode == 0, done.stdout
    assert "health@" in done.stdout


def test_vault_purge(borrador) -> None:
    assert "0 entries" in borrador("vault", "purge").stdout
