"""What customers wrote is nowhere in the database's files, its logs and its errors: only encrypted."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cases.decisions import Verb
from cases.records import Records
from models.text import RawText
from tests.cases.samples import case, decision, open_records, record

PLANTED = (
    "Zacarías Quetzalpín",
    "612 98 34 71",
    "eczema-dishidrótico-zz",
    "ES7620770024003102575766",
    "sent-Ñoño-4711",
)
SEEN = "redacted-marker-4711"
"""Not secret: it proves that the search finds what is in the files."""


def spellings(value: str) -> Iterator[bytes]:
    """The ways in which a value could lie in a file: encodings, JSON escapes, base64, hex."""
    for encoding in ("utf-8", "utf-16-le", "latin-1"):
        yield value.encode(encoding)
    yield value.encode("ascii", "backslashreplace")
    escaped = "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in value)
    yield escaped.encode()
    yield value.encode().hex().encode()
    for shift in range(3):  # base64 depends on where in its groups of three bytes the value starts
        coded = base64.b64encode(b"\0" * shift + value.encode())
        yield coded[4 if shift else 0 : -4]


def plant(records: Records) -> None:
    name, phone, health, iban, sent = PLANTED
    whole = f"Soy {name}, {phone}, {iban}; tengo {health}. " * 40
    originals = {
        "MESSAGE": RawText(whole),
        "TURN:0": RawText(whole),
        "[PERSONA_1]": RawText(name),
        "[TELEFONO_1]": RawText(phone),
        "[SALUD_1]": RawText(health),
        "[IBAN_1]": RawText(iban),
    }
    made = case(message_id="m-1", redacted_text=f"Soy [PERSONA_1]. {SEEN}")
    record(records, made, vault_entries=originals)
    record(records, made, vault_entries=originals)  # the same again: only compared
    records.store.decide(
        made.id, decision(Verb.RESPOND, sent="Hola, [PERSONA_1].", original=sent), account="demo"
    )
    for wanted in ("MESSAGE", "[PERSONA_1]", "SENT:1"):
        records.vault.reveal(made.id, wanted, actor="a", account="demo")
    records.store.find("m-1", account="demo", texts=originals, thread_version=1)


def assert_unseen(held: bytes) -> None:
    assert SEEN.encode() in held
    found = [value for value in PLANTED for spelling in spellings(value) if spelling in held]
    assert found == []


def test_sqlite_s_files_hold_no_customer_text(tmp_path: Path):
    records = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path)
    plant(records)
    files = sorted(file for file in tmp_path.rglob("*") if file.is_file())
    assert {"b.db", "b.db-wal"} <= {file.name for file in files}
    assert_unseen(b"".join(file.read_bytes() for file in files))
    records.close()
    assert_unseen(b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()))


def test_postgresql_s_files_hold_no_customer_text(postgresql: Any, tmp_path: Path):
    schema = "canary"
    with psycopg.connect(postgresql.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        # The worst an operator may switch on: every statement with its values in the server's log.
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    url = postgresql.get_uri().replace("postgresql://", "postgresql+psycopg://")
    records = open_records(f"{url}&options=-csearch_path%3D{schema}", tmp_path)
    plant(records)
    records.close()
    with psycopg.connect(postgresql.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("CHECKPOINT")
        tables = [
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        ]
        rows = [str(row) for table in tables for row in connection.execute(f"SELECT * FROM {schema}.{table}")]
    assert_unseen("\n".join(rows).encode())
    held = [file.read_bytes() for file in Path(postgresql.pgdata).rglob("*") if file.is_file()]
    assert_unseen(b"".join(held))


@pytest.mark.parametrize("reach", [bytes.lower, bytes.upper, lambda held: held])
def test_the_search_finds_what_is_there(reach: Callable[[bytes], bytes]):
    for value in PLANTED:
        for spelling in spellings(value):
            held = SEEN.encode() + b"\0" + reach(spelling)
            if reach(spelling) == spelling:
                with pytest.raises(AssertionError):
                    assert_unseen(held)
