"""The worker, the outbox and the promises as an operator calls them, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cases.audit import utc_now
from cases.decisions import Verb
from cases.records import Records
from tests.cases.events.receiver import receiver, status, whsec
from tests.cases.samples import decision, record

ROOT = Path(__file__).resolve().parents[3]
BORRADOR = [sys.executable, "-m", "api.cli"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder with a case that was answered with a promise, and one that waits."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    records = Records.open(f"sqlite:///{data / 'borrador.sqlite3'}", data, environment={}, now=utc_now)
    made = record(records).stored.case
    said = decision(Verb.RESPOND, sent="Hola. Te llamamos en 24 horas.")
    records.store.decide(made.id, said, account="demo")
    record(records)
    records.close()
    return {**os.environ, "BORRADOR_DATA_DIR": str(data), "DESK_SECRET": whsec()}


def run(environment: dict[str, str], *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [*BORRADOR, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def subscribe(folder: Path, url: str) -> str:
    file = folder / "subscriptions.yaml"
    desk = {"account": "demo", "url": url, "events": ["*"], "secrets_env": ["DESK_SECRET"]}
    data = {
        "version": 1,
        "allow_networks": ["127.0.0.1/32"],
        "retry_seconds": [],
        "subscriptions": {"desk": desk},
    }
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return str(file)


def test_worker_outbox_and_promises(environment: dict[str, str], tmp_path: Path):
    assert json.loads(run(environment, "outbox", "status"))["unrouted"] == 2
    with receiver() as desk:
        desk.answers = [status("500 Oh")]
        environment["BORRADOR_SUBSCRIPTIONS_FILE"] = subscribe(tmp_path, desk.url)
        first = json.loads(run(environment, "worker", "--once"))
        # Two drafts; of both cases two clocks that ended long ago, the answered one's too.
        assert (first["routed"], first["dead"], first["delivered"]) == (
            2 + first["told"],
            2 + first["told"],
            0,
        )
        listed = [
            json.loads(line) for line in run(environment, "outbox", "list", "--state", "dead").splitlines()
        ]
        assert len(listed) == first["dead"]
        assert {(one["subscription"], one["status"], one["error"]) for one in listed} == {
            ("desk", 500, "refused")
        }
        assert run(environment, "outbox", "retry", listed[0]["event_id"]).startswith("1 ")
        assert run(environment, "outbox", "retry", "--subscription", "desk").startswith(f"{len(listed) - 1} ")
        desk.answers = []
        second = json.loads(run(environment, "worker", "--once"))
        assert (second["told"], second["delivered"]) == (0, len(listed))
        assert set(desk.ids[len(listed) :]) == set(desk.ids[: len(listed)])
        assert all(one.is_signed() for one in desk.received)


def test_promises(environment: dict[str, str]):
    (promise,) = [json.loads(line) for line in run(environment, "promises", "list").splitlines()]
    assert (promise["text"], promise["state"]) == ("Te llamamos en 24 horas.", "open")
    assert run(environment, "promises", "list", "--account", "other") == ""
    assert run(environment, "promises", "keep", promise["id"]) == f"{promise['id']} kept\n"
    assert "no such promise" in run(environment, "promises", "keep", promise["id"], code=2)
    assert run(environment, "promises", "list") == ""


def test_a_worker_ends_when_it_is_told_to(environment: dict[str, str]):
    worker = subprocess.Popen(
        [*BORRADOR, "worker"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert worker.stderr is not None
    said = [worker.stderr.readline() for _ in range(2)]
    assert said[1] == "working\n"
    assert "events wait" in said[0]
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert worker.returncode == 0


def test_a_wrong_file_is_told_by_name(environment: dict[str, str], tmp_path: Path):
    environment["BORRADOR_SUBSCRIPTIONS_FILE"] = subscribe(tmp_path, "https://desk.example/x")
    del environment["DESK_SECRET"]
    said = run(environment, "worker", "--once", code=2)
    assert "subscription desk: the environment variable DESK_SECRET is not set" in said
