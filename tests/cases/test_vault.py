"""The vault: unreadable without the key, each look on record, gone when its time is over."""

import base64
import json
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cases.cipher import Cipher
from cases.decisions import Verb
from cases.erasure import Eraser
from cases.errors import CaseNotFoundError, OriginalsGoneError, SecretKeyError, VaultError
from cases.records import Records
from cases.retention import load_retention
from cases.secret_keys import SecretKey
from cases.tables import VaultRow
from cases.vault import kind_of
from models.text import RawText
from policies.vocabulary import Flag
from tests.cases.samples import ORIGINALS, RAW_TEXT, Clock, case, decision, flag, open_records, record


def looks(records: Records) -> list[tuple[str, str, str | None, object]]:
    with records.database.read() as session:
        query = (
            "SELECT actor, action, case_id, payload FROM audit_log WHERE action LIKE 'vault.%' ORDER BY seq"
        )
        rows = session.execute(text(query)).all()
    return [(actor, action, case_id, json.loads(payload)) for actor, action, case_id, payload in rows]


def test_originals_come_back_and_every_look_is_on_record(records: Records):
    made = record(records).stored.case
    for name, original in ORIGINALS.items():
        assert records.vault.reveal(made.id, name, actor="key_auditor", account="demo") == original
    assert looks(records) == [
        ("key_auditor", "vault.revealed", made.id, {"placeholder": name}) for name in ORIGINALS
    ]
    assert records.verify().ok


def test_a_look_for_what_is_not_there_is_on_record_too(records: Records):
    made = record(records).stored.case
    for name in ("[PERSONA_2]", "Remedios Quiñonero", ""):
        with pytest.raises(VaultError, match="no such entry"):
            records.vault.reveal(made.id, name, actor="key_auditor", account="demo")
    assert looks(records) == [("key_auditor", "vault.revealed", made.id, {"placeholder": None})] * 3


def test_equal_originals_look_different(records: Records):
    record(records)
    record(records)
    with records.database.read() as session:
        rows = session.execute(
            text("SELECT nonce, ciphertext FROM vault WHERE placeholder = '[PERSONA_1]'")
        ).all()
    assert len(rows) == len({bytes(row[0]) for row in rows}) == len({bytes(row[1]) for row in rows}) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault SET ciphertext = nonce WHERE placeholder = '[PERSONA_1]'",
        "UPDATE vault SET nonce = (SELECT nonce FROM vault WHERE placeholder = 'MESSAGE')"
        " WHERE placeholder = '[PERSONA_1]'",
    ],
)
def test_an_entry_that_was_changed_does_not_open(records: Records, statement: str):
    made = record(records).stored.case
    with records.database.write() as session:
        session.execute(text(statement))
    with pytest.raises(VaultError, match=rf"{made.id} \[PERSONA_1\]: the entry was changed or moved"):
        records.vault.reveal(made.id, "[PERSONA_1]", actor="a", account="demo")


def test_an_entry_that_was_moved_does_not_open(records: Records):
    first, second = record(records).stored.case, record(records).stored.case
    with records.database.write() as session:
        session.execute(text("DELETE FROM vault WHERE case_id = :id"), {"id": second.id})
        session.execute(text("UPDATE vault SET case_id = :id"), {"id": second.id})
    assert first.id != second.id
    with pytest.raises(VaultError, match="changed or moved"):
        records.vault.reveal(second.id, "MESSAGE", actor="a", account="demo")


def test_another_key_is_named_and_the_old_one_beside_the_new_still_opens(database_url: str, tmp_path: Path):
    records = open_records(database_url, tmp_path)
    made = record(records).stored.case
    records.close()
    old = (tmp_path / "vault.key").read_text().strip()
    new = base64.b64encode(secrets.token_bytes(32)).decode()
    for variable, opens in ((new, False), (f"{new},{old}", True), (old, True)):
        records = Records.open(database_url, tmp_path, environment={"BORRADOR_VAULT_KEY": variable})
        if opens:
            assert records.vault.reveal(made.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
        else:
            with pytest.raises(
                VaultError, match=r"needs vault key [0-9a-f]{16}; this service has [0-9a-f]{16}"
            ):
                records.vault.reveal(made.id, "MESSAGE", actor="a", account="demo")
        records.close()


def test_more_than_one_audit_key_is_refused(database_url: str, tmp_path: Path):
    keys = ",".join(base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    with pytest.raises(SecretKeyError, match="BORRADOR_AUDIT_KEY: one key"):
        Records.open(database_url, tmp_path, environment={"BORRADOR_AUDIT_KEY": keys})


# time to live


def test_entries_go_when_their_time_is_over_and_not_before(records: Records, clock: Clock):
    ordinary = record(records).stored.case
    adverse = record(records, case(flags=(flag(Flag.ADVERSE_EVENT),))).stored.case
    records.store.decide(ordinary.id, decision(Verb.RESPOND, sent="Hola."), account="demo")
    clock.move(days=89.99)
    assert records.vault.purge(actor="system") == 0
    assert records.vault.reveal(ordinary.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    clock.move(days=0.01)
    with pytest.raises(VaultError, match="its time has passed"):  # also before the purge comes round
        records.vault.reveal(ordinary.id, "MESSAGE", actor="a", account="demo")
    assert records.vault.purge(actor="system") == 4
    assert looks(records)[-1][:2] == ("system", "vault.purged")
    assert records.vault.reveal(ordinary.id, "SENT:1", actor="a", account="demo") == RawText("Hola.")
    assert (
        records.vault.reveal(adverse.id, "[PERSONA_1]", actor="a", account="demo") == ORIGINALS["[PERSONA_1]"]
    )
    clock.move(days=40_000)
    assert records.vault.purge(actor="system") == 1
    assert records.vault.purge(actor="system") == 0
    assert records.store.get(ordinary.id, account="demo").case == ordinary
    assert records.verify().ok


def test_what_was_purged_is_not_left_in_the_files(tmp_path: Path, clock: Clock):
    records = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path, clock)
    record(records)
    with records.database.read() as session:
        ciphertexts = [bytes(row) for row in session.execute(text("SELECT ciphertext FROM vault")).scalars()]

    def bytes_on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.glob("b.db*"))

    assert all(ciphertext in bytes_on_disk() for ciphertext in ciphertexts)
    clock.move(days=91)
    assert records.vault.purge(actor="system") == 4
    assert not any(ciphertext in bytes_on_disk() for ciphertext in ciphertexts)
    records.close()


@pytest.mark.parametrize(
    "name", ["", "message", "TURN:", "TURN:x", "SENT", "[PERSONA_1", "[" + "x" * 100 + "]"]
)
def test_names_that_are_none_are_refused(name: str):
    with pytest.raises(ValueError, match="an entry of the vault is named"):
        kind_of(name)


KEY = SecretKey(bytes(range(32)))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(original: str):
    cipher = Cipher((KEY,))
    nonce, ciphertext = cipher.encrypt("cas_1", "MESSAGE", RawText(original))
    row = VaultRow(case_id="cas_1", placeholder="MESSAGE", key_id=KEY.id, nonce=nonce, ciphertext=ciphertext)
    assert cipher.decrypt(row) == RawText(original)
    assert len(original) < 4 or original.encode() not in ciphertext


NAMED = {**ORIGINALS, "NAME": RawText("Remedios")}


def test_the_customers_name_comes_back_on_record(records: Records):
    made = record(records, vault_entries=NAMED).stored.case
    found = records.vault.customer_name(made.id, actor="key_auditor", account="demo")
    assert found == RawText("Remedios")
    assert looks(records) == [("key_auditor", "vault.revealed", made.id, {"placeholder": "NAME"})]


def test_who_gave_no_name_has_none_and_the_look_is_on_record(records: Records):
    made = record(records).stored.case
    assert records.vault.customer_name(made.id, actor="key_auditor", account="demo") is None
    assert len(looks(records)) == 1


def test_a_name_is_gone_with_the_message(records: Records, clock: Clock):
    made = record(records, vault_entries=NAMED).stored.case
    clock.move(days=91)
    with pytest.raises(OriginalsGoneError, match="no longer in the vault"):
        records.vault.customer_name(made.id, actor="key_auditor", account="demo")
    assert records.vault.purge(actor="cli") == len(NAMED)


def test_a_name_goes_with_an_erasure(records: Records):
    made = record(records, vault_entries=NAMED).stored.case
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(made.id, account="demo", actor="cli").entries == len(NAMED)
    with pytest.raises(OriginalsGoneError):
        records.vault.customer_name(made.id, actor="key_auditor", account="demo")


def test_a_name_of_another_account_is_not_there(records: Records):
    made = record(records, vault_entries=NAMED).stored.case
    with pytest.raises(CaseNotFoundError):
        records.vault.customer_name(made.id, actor="key_auditor", account="otra")
    assert not looks(records)
