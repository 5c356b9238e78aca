"""The database: SQLite by default, PostgreSQL by URL; one writer at a time on both."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self, cast

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from cases.errors import RecordConflictError, StoreUnavailableError

BUSY_SECONDS = 15
"""How long a writer waits for its turn before it gives up."""
CHECKPOINT_SECONDS = 0.25
"""How long readers and writers may hold up the emptying of SQLite's log: while it waits, all writers do."""
_LOCK = 0x626F7272_61646F72
"""Number of PostgreSQL's advisory lock: the letters of the product's name."""
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Gives sessions to read and to write.

    Writers take turns (SQLite: ``BEGIN IMMEDIATE``; PostgreSQL: an advisory lock until the commit), because
    the audit chain has one end. Readers see one snapshot and never wait.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(borrador_writes=True)
        self._reading = (
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            if engine.dialect.name == "postgresql"
            else engine
        )

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect and bring the tables up to date.

        Raises:
            StoreUnavailableError: a URL of another kind, a server that does not answer, a file that cannot
                be written, or a database made by a newer version.
        """
        database = cls.connect(url)
        try:
            with _reported(_parse(url).render_as_string(hide_password=True)):
                _upgrade(database)
        except StoreUnavailableError:
            database.close()
            raise
        return database

    @classmethod
    def connect(cls, url: str) -> Self:
        """Connect and leave the tables as they are: for looking at an installation.

        Raises:
            StoreUnavailableError: a URL of another kind, or a file that cannot be written.
        """
        parsed = _parse(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(_sqlite_engine(parsed))
        return cls(_postgresql_engine(parsed))

    def schema_versions(self) -> tuple[str | None, str | None]:
        """The version of the tables, None where there are none, and the newest that this code knows.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        with _reported("reading"), self.engine.connect() as connection:
            return _version(connection), ScriptDirectory.from_config(_config()).get_current_head()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one snapshot.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        with _reported("reading"), Session(self._reading) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that no other writer overlaps; commits at the end, undoes all on any error.

        Raises:
            StoreUnavailableError: the database does not answer, is full, or another writer held it too long.
            RecordConflictError: an identifier is taken already.
        """
        with _reported("writing"), Session(self._writing) as session, session.begin():
            _take_turn(session.connection())
            yield session

    @contextmanager
    def queue(self) -> Iterator[Session]:
        """Give a session for rows of a queue, which belong to no chain: writers need not take turns for them.

        On PostgreSQL workers pass each other by ``FOR UPDATE SKIP LOCKED``; SQLite has one writer anyway.

        Raises:
            StoreUnavailableError, RecordConflictError: as for ``write``.
        """
        with _reported("writing"), Session(self._writing) as session, session.begin():
            yield session

    def forget_deleted(self) -> bool:
        """Make what was deleted unreadable in the files as well; tell whether it is.

        SQLite overwrites deleted rows (``secure_delete``); their old pages must leave the log too. They stay while
        somebody reads from before: then it is False, and the next call does it, after other work or in a purge.
        PostgreSQL does the like when it vacuums and recycles its log by itself.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        # Past SQLAlchemy, which would open a transaction: a checkpoint cannot run in one.
        with _reported("checkpoint"), closing(self.engine.raw_connection()) as pooled:
            connection = cast(sqlite3.Connection, pooled.driver_connection)
            _wait_at_most(connection, CHECKPOINT_SECONDS)
            try:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                _wait_at_most(connection, BUSY_SECONDS)
        return not busy

    def ping(self) -> None:
        """Ask the database for an answer (readiness).

        Raises:
            StoreUnavailableError: it gave none.
        """
        with self.read() as session:
            session.execute(text("SELECT 1 FROM alembic_version"))


@contextmanager
def _reported(doing: str) -> Iterator[None]:
    """Turn the driver's errors into ours, without the values that theirs may quote."""
    try:
        yield
    except IntegrityError as error:
        raise RecordConflictError(
            f"{doing}: an identifier is taken already ({type(error.orig).__name__})"
        ) from None
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreUnavailableError(f"{doing}: {_reason(error)}") from None
    except CommandError as error:
        raise StoreUnavailableError(f"{doing}: the database was made by a newer version ({error})") from None


def _reason(error: BaseException) -> str:
    """One line on what went wrong; only connection-level errors are quoted, which carry no values."""
    original = getattr(error, "orig", None) or error
    name = type(original).__name__
    if name in ("OperationalError", "FileNotFoundError", "PermissionError"):
        return f"{name}: {' '.join(str(original).split())}"
    return name


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnavailableError(
            "the database URL cannot be read: it must be like sqlite:///data/borrador.db"
        ) from None
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"):
        raise StoreUnavailableError(
            f"databases of kind {parsed.drivername!r} are not supported: sqlite, postgresql+psycopg"
        )
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if not parsed.database or parsed.database == ":memory:":
        raise StoreUnavailableError("a database in memory would lose what was acknowledged: name a file")
    return parsed


def _sqlite_engine(url: URL) -> Engine:
    file = Path(url.database or "")
    with _reported(str(file)):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The file is made before SQLite does, for its owner only; SQLite gives its journals the same mode.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the listener below says BEGIN, not the driver
        _wait_at_most(connection, BUSY_SECONDS)
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on disk when it returns
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what retention purges is overwritten

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE takes the writer's lock at once: two that read first and write later would deadlock.
        immediate = connection.get_execution_options().get("borrador_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself while another process switches."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _postgresql_engine(url: URL) -> Engine:
    try:
        # pre-ping: a connection that a restart of the server cut is replaced, not handed out
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError, ImportError):
        raise StoreUnavailableError(
            "PostgreSQL needs the driver psycopg: pip install 'borrador[postgresql]'"
        ) from None


def _take_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _upgrade(database: Database) -> None:
    """Run the missing migrations in one transaction, holding the writer's turn."""
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database._writing.begin() as connection:
        _take_turn(connection)
        if _version(connection) != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _version(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
