"""Workers as processes, a receiver over HTTP, and the power cut: nothing lost, nothing under another id."""

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from cases.audit import utc_now
from cases.errors import StoreUnavailableError
from cases.events.deliveries import LEASE, Deliveries
from cases.events.dispatcher import HAND
from cases.records import Records
from cases.tables import OutboxRow
from cases.timekeeping.keeper import Keeper
from cases.timekeeping.worker import Worker
from tests.cases.events.delivering import build, opened
from tests.cases.events.receiver import Receiver, ok, receiver
from tests.cases.samples import pending, record
from tests.cases.timekeeping.keeping import keeper

ROOT = Path(__file__).resolve().parents[3]
CASES = 30
ROUNDS, WORKERS = 2, 2


def told(records: Records) -> dict[str, str]:
    """All events that were ever written down, and their types."""
    with records.database.read() as session:
        return {row.id: row.type for row in session.scalars(select(OutboxRow))}


def start(url: str, folder: Path, to: Receiver, ahead: float) -> "subprocess.Popen[str]":
    call = [sys.executable, "-m", "tests.cases.events.delivering", url, str(folder), to.url, str(ahead)]
    return subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def kill_while_delivering(url: str, folder: Path, to: Receiver, ahead: float) -> None:
    before = len(to.received)
    workers = [start(url, folder, to, ahead) for _ in range(WORKERS)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    end = time.monotonic() + 20
    while len(to.received) < before + 5 and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(random.uniform(0.0, 0.15))
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        assert worker.returncode == -signal.SIGKILL


def test_killed_at_any_moment_nothing_is_lost_and_ids_stay(database_url: str, tmp_path: Path):
    records = Records.open(database_url, tmp_path, environment={}, now=utc_now)
    for _ in range(CASES):
        record(records)

    def slow(connection: socket.socket) -> None:
        time.sleep(0.02)
        ok(connection)

    lease = LEASE.total_seconds() + 60
    with receiver() as desk:
        desk.answers = [slow]
        for number in range(ROUNDS):
            kill_while_delivering(database_url, tmp_path, desk, number * lease)
        assert len(desk.received) > 0
        later = opened(database_url, tmp_path, ROUNDS * lease)
        build(later, desk.url).once()
        later.close()
        times = Counter(desk.ids)
        bodies = {one.id: one.body for one in desk.received}
        assert all(one.is_signed() and bodies[one.id] == one.body for one in desk.received)
    expected = told(records)
    assert set(times) == set(expected)
    # Their acknowledgements and answers ended days ago: told once, whoever was killed while telling.
    assert Counter(expected.values()) == {"draft.ready": CASES, "sla.breached": 2 * CASES}
    # Only what was on its way at a kill may have come twice: at most each thread's hand.
    again = sum(count - 1 for count in times.values())
    assert again <= ROUNDS * WORKERS * 4 * HAND
    assert Deliveries(records.database, utc_now).counts() == {
        "unrouted": 0,
        "pending": 0,
        "delivered": 3 * CASES,
        "dead": 0,
    }
    assert records.verify().ok
    records.close()


def test_two_workers_at_once_deliver_each_event_once_and_stop_when_told(database_url: str, tmp_path: Path):
    records = Records.open(database_url, tmp_path, environment={}, now=utc_now)
    second = opened(database_url, tmp_path, 0)
    for _ in range(20):
        record(records)
    with receiver() as desk:
        workers = [build(opened_one, desk.url) for opened_one in (records, second)]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        deliveries = Deliveries(records.database, utc_now)
        end = time.monotonic() + 20
        while deliveries.counts()["delivered"] < 60 and time.monotonic() < end:
            time.sleep(0.05)
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert len(desk.ids) == 60
        assert set(desk.ids) == set(told(records))
    second.close()
    records.close()


def test_without_subscriptions_events_wait(records: Records):
    record(records)
    assert Worker(keeper(records), None).once() == {"told": 0}
    assert len(pending(records)) == 1


class Falters:
    """A keeper whose store is away twice, and then breaks once with words in its mouth."""

    def __init__(self, worker_ends: threading.Event) -> None:
        self.calls = 0
        self.ends = worker_ends

    def tick(self) -> int:
        self.calls += 1
        if self.calls < 3:
            raise StoreUnavailableError("away")
        if self.calls == 3:
            raise ValueError("Remedios")
        self.ends.set()
        return 0


def test_a_worker_outlives_a_store_that_is_away_and_repeats_no_words(capsys: pytest.CaptureFixture[str]):
    ended = threading.Event()
    falters = Falters(ended)
    worker = Worker(cast(Keeper, falters), None, idle_seconds=0.01)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert ended.wait(10)
    worker.stop()
    thread.join(10)
    assert falters.calls >= 4
    said = capsys.readouterr()
    assert "store_unavailable" in said.out + said.err
    assert "Remedios" not in said.out + said.err
