"""A log that cannot be written (a full disk, a closed pipe) costs lines, never a request or a thread."""

import contextlib
import errno
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import structlog

from api import logging as service_logging
from api.async_work import AsyncWork
from api.logging import UNWRITTEN
from api.progress_board import Bell, ProgressBoard
from cases.accepted import AcceptedWork
from cases.audit import utc_now
from tests.api.http_service import serve


class Full(io.TextIOBase):
    """Standard error on a disk without room."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    service_logging.configure(as_json=True)
    with contextlib.redirect_stderr(Full()):
        yield
    structlog.reset_defaults()


def test_a_line_that_cannot_be_written_is_counted_and_left_out() -> None:
    before = UNWRITTEN._value.get()
    with full_disk():
        structlog.get_logger("test").error("request.failed", code="x")
    assert UNWRITTEN._value.get() > before


def test_requests_are_answered_and_accepted_work_is_done(tmp_path: Path) -> None:
    served = serve(tmp_path)
    client = served.client()
    with full_disk(), served.working():
        served.stand_in.failures = [RuntimeError("broke")]
        assert client.post("/v1/cases", json={"text": "Hola."}).status_code == 500
        assert client.post("/v1/cases", json={"text": "Hola."}).status_code == 200
        served.stand_in.failures = [RuntimeError("broke")]
        accepted = client.post("/v1/cases", json={"text": "Hola."}, headers={"Prefer": "respond-async"})
        assert accepted.status_code == 202
        done = threading.Event()
        for _ in range(200):
            if client.get(accepted.headers["location"]).json()["status"] == "done":
                done.set()
                break
            threading.Event().wait(0.05)
    assert done.is_set()
    served.service.close()


class BreaksOnce:
    """A store of accepted work that fails once in a way that nobody foresaw."""

    def __init__(self) -> None:
        self.claims = 0
        self.asked_again = threading.Event()

    def claim(self) -> None:
        self.claims += 1
        if self.claims == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.asked_again.set()

    def waiting(self) -> int:
        return 0


def test_a_thread_of_accepted_work_outlives_what_nobody_foresaw() -> None:
    store = BreaksOnce()
    work = AsyncWork(
        cast(AcceptedWork, store),
        lambda task, tell: pytest.fail("there is nothing to work"),
        ProgressBoard(Bell(), utc_now),
        workers=1,
        drain_seconds=1,
        tidy=lambda: None,
    )
    work.start()
    assert store.asked_again.wait(10)
    work.stop()
