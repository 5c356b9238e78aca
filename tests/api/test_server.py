"""The server itself: it stops although streams are open, and a kill loses nothing that it acknowledged."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.server import Server
from cases.accepted import LEASE, WorkState
from cases.audit import utc_now
from tests.api.http_service import Served, serve

ROOT = Path(__file__).resolve().parents[2]
MESSAGE = {"text": "Mi pedido no llega."}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path)
    yield served
    served.service.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_stop_ends_the_streams_and_does_not_wait_for_them(served: Served) -> None:
    port = free_port()
    config = uvicorn.Config(served.app, port=port, log_config=None, timeout_graceful_shutdown=20)
    server = Server(config, before_stop=served.http.streams.close)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    headers = {"Authorization": f"Bearer {served.secret()}"}
    with httpx.stream("GET", f"http://127.0.0.1:{port}/v1/events", headers=headers, timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        server.should_exit = True
        began = time.monotonic()
        rest = list(lines)
    running.join(10)
    assert not running.is_alive()
    assert time.monotonic() - began < 5
    assert "event: stream.open" in rest


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """A process that serves is killed with SIGKILL while messages come in; what it answered is all there."""
    port = free_port()
    command = [sys.executable, "-m", "tests.api.http_service", str(tmp_path), str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    secret = json.loads(process.stdout.readline())["secret"]
    url = f"http://127.0.0.1:{port}/v1/cases"
    made: list[str] = []
    promised: list[tuple[str, str]] = []
    killer = threading.Timer(1.0, os.kill, (process.pid, signal.SIGKILL))
    with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=10) as client:
        killer.start()
        try:
            while True:
                made.append(client.post(url, json=MESSAGE).raise_for_status().json()["id"])
                later = client.post(url, json=MESSAGE, headers={"Prefer": "respond-async"}).raise_for_status()
                promised.append((later.json()["id"], later.json()["case_id"]))
        except httpx.TransportError:
            pass
    process.wait(10)
    process.stdout.close()
    assert made
    assert promised
    # The message that was in the dead process's hands is free when its lease has ended.
    again = serve(tmp_path, now=lambda: utc_now() + LEASE)
    with again.working():  # its stop drains the queue
        pass
    store = again.service.records.store
    for case_id in made:
        assert store.get(case_id, account="demo").case.id == case_id
    for work_id, case_id in promised:
        assert again.http.work.store.status(work_id, account="demo").state is WorkState.DONE
        assert store.get(case_id, account="demo").case.id == case_id
    assert again.service.records.verify().ok
    again.service.close()
