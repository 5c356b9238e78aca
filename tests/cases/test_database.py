"""Opening, migrating, taking turns; the same on SQLite and PostgreSQL."""

import os
import re
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from cases.database import Database
from cases.errors import StoreUnavailableError
from cases.tables import Base


def test_migrations_make_the_tables_of_the_code(database: Database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_opening_again_keeps_what_is_there(database_url: str):
    for expected in (0, 1):
        database = Database.open(database_url)
        with database.write() as session:
            assert session.execute(text("SELECT count(*) FROM audit_head")).scalar() == expected
            if expected == 0:
                session.execute(text("INSERT INTO audit_head (id, seq, hash, seal) VALUES (1, 0, '', '')"))
        database.close()


def test_many_that_open_at_once_migrate_once(database_url: str):
    barrier = threading.Barrier(4)

    def open_and_close(_: int) -> None:
        barrier.wait()
        Database.open(database_url).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_and_close, range(4)))
    database = Database.open(database_url)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    database.close()


def test_an_error_undoes_the_whole_write(database: Database):
    class StopError(Exception):
        pass

    def write_half() -> None:
        with database.write() as session:
            session.execute(text("INSERT INTO audit_head (id, seq, hash, seal) VALUES (1, 0, '', '')"))
            raise StopError

    with pytest.raises(StopError):
        write_half()
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM audit_head")).scalar() == 0


def test_readers_see_one_snapshot_while_others_write(database: Database):
    count = text("SELECT count(*) FROM audit_head")
    with database.read() as reader:
        assert reader.execute(count).scalar() == 0
        with database.write() as writer:
            writer.execute(text("INSERT INTO audit_head (id, seq, hash, seal) VALUES (1, 0, '', '')"))
        assert reader.execute(count).scalar() == 0
    with database.read() as reader:
        assert reader.execute(count).scalar() == 1


def test_sqlite_is_durable_strict_and_its_owner_s(tmp_path: Path):
    file = tmp_path / "new" / "borrador.db"
    database = Database.open(f"sqlite:///{file}")
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 15000,
        "secure_delete": 1,
    }
    with database.write() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in expected}
        session.execute(text("INSERT INTO audit_head (id, seq, hash, seal) VALUES (1, 0, '', '')"))
    assert found == expected
    for name in ("borrador.db", "borrador.db-wal", "borrador.db-shm"):
        assert stat.S_IMODE((file.parent / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    database.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "must be like sqlite:///data/borrador.db"),
        ("data/borrador.db", "must be like"),
        ("mysql://u:geheim@h/d", "'mysql' are not supported"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        (
            "postgresql+psycopg://u:geheim@/d?host=/nonexistent",
            r"postgresql\+psycopg://u:\*\*\*@/d.*OperationalError",
        ),
        ("postgresql+psycopg2://u:geheim@h/d", "are not supported"),
    ],
)
def test_a_database_that_cannot_be_opened_says_why_and_no_password(url: str, message: str):
    with pytest.raises(StoreUnavailableError) as error:
        Database.open(url)
    assert re.search(message, str(error.value))
    assert "geheim" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path):
    file = tmp_path / "borrador.db"
    file.write_bytes(b"nonsense " * 1000)
    with pytest.raises(StoreUnavailableError, match="DatabaseError"):
        Database.open(f"sqlite:///{file}")
    assert file.read_bytes() == b"nonsense " * 1000


def test_a_database_of_a_newer_version_is_refused(database_url: str):
    database = Database.open(database_url)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreUnavailableError, match="newer version"):
        Database.open(database_url)


def test_a_folder_in_the_way_is_named(tmp_path: Path):
    with pytest.raises(StoreUnavailableError, match=f"{tmp_path}.*IsADirectoryError"):
        Database.open(f"sqlite:///{tmp_path}")


def test_errors_do_not_quote_values(database: Database):
    with pytest.raises(StoreUnavailableError) as error, database.write() as session:
        session.execute(text("INSERT INTO missing VALUES (:value)"), {"value": "12345678Z"})
    assert "12345678Z" not in str(error.value)
    assert error.value.__cause__ is None


def test_a_log_that_a_reader_needs_is_left_and_emptied_later(database: Database):
    seen = text("SELECT count(*) FROM audit_head")
    write = text("INSERT INTO audit_head (id, seq, hash, seal) VALUES (:id, 0, '', '')")
    with database.read() as reader:
        assert reader.execute(seen).scalar() == 0
        with database.write() as writer:
            writer.execute(write, {"id": 1})
        # PostgreSQL recycles its log by itself.
        assert database.forget_deleted() is (database.engine.dialect.name == "postgresql")
        with database.write() as writer:
            writer.execute(write, {"id": 2})
    assert database.forget_deleted()


def test_a_connection_waits_for_its_turn_as_before_after_emptying_the_log(tmp_path: Path):
    database = Database.open(f"sqlite:///{tmp_path / 'b.db'}")
    assert database.forget_deleted()
    with database.write() as session:
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == 15000
    database.close()


def test_ping_answers(database: Database):
    database.ping()


def test_pythons_umask_does_not_open_the_file(tmp_path: Path):
    before = os.umask(0)
    try:
        Database.open(f"sqlite:///{tmp_path / 'b.db'}").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "b.db").stat().st_mode) == 0o600
