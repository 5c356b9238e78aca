"""``Prefer: respond-async``: 202 at once, the case soon after, and nothing lost on the way."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.intake import wants_async
from cases.keys import Scope
from tests.api.http_service import CANARY, Served, changed, serve

MESSAGE = {"text": f"Hola, soy {CANARY}, mi pedido no llega."}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path)
    yield served
    served.service.close()


def finished(client: TestClient, location: str) -> dict[str, object]:
    """The status once the work is done."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        status: dict[str, object] = client.get(location).json()
        if status["status"] == "done":
            return status
        time.sleep(0.02)
    raise AssertionError(f"still {status}")


@pytest.mark.parametrize(
    ("prefer", "wanted"),
    [
        ("respond-async", True),
        ("Respond-Async, wait=5", True),
        ("wait=5, respond-async", True),
        ("handling=lenient , respond-async; foo=1", True),
        ("respond-async-not", False),
        ("no-respond-async", False),
        ("wait=5", False),
        ("", False),
        (None, False),
    ],
)
def test_the_preference_is_read(prefer: str | None, wanted: bool) -> None:
    assert wants_async(prefer) is wanted


def test_a_message_is_accepted_and_its_case_made(served: Served) -> None:
    client = served.client()
    accepted = client.post("/v1/cases", json=MESSAGE, headers=ASYNC)
    assert accepted.status_code == 202
    assert accepted.headers["preference-applied"] == "respond-async"
    location = accepted.headers["location"]
    status = client.get(location).json()
    assert status == accepted.json()
    assert status["status"] == "accepted"
    assert client.get(status["case_url"]).status_code == 404
    with served.working():
        done = finished(client, location)
    assert done["case_id"] == status["case_id"]
    case = client.get(status["case_url"]).json()
    assert case["id"] == status["case_id"]
    assert CANARY not in str(case)


def test_what_waits_survives_a_kill(served: Served, tmp_path: Path) -> None:
    """Nothing of the first application runs on; another one opens what it left in the files."""
    accepted = served.client().post("/v1/cases", json=MESSAGE, headers=ASYNC)
    secret = served.secret()
    later = serve(tmp_path)
    client = TestClient(later.app, headers={"Authorization": f"Bearer {secret}"})
    with later.working():
        done = finished(client, accepted.headers["location"])
    assert client.get(f"/v1/cases/{done['case_id']}").status_code == 200
    later.service.close()


def test_a_stop_finishes_what_was_accepted(served: Served) -> None:
    client = served.client()
    with served.working():
        locations = [
            client.post("/v1/cases", json=MESSAGE, headers=ASYNC).headers["location"] for _ in range(5)
        ]
    assert {client.get(location).json()["status"] for location in locations} == {"done"}
    refused = client.post("/v1/cases", json=MESSAGE, headers=ASYNC)
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")


def test_what_a_stop_cannot_finish_stays(tmp_path: Path) -> None:
    served = serve(tmp_path, policy=changed(accepted_work={"drain_seconds": 0}))
    client = served.client()
    served.stand_in.gate.clear()
    with served.working():
        locations = [
            client.post("/v1/cases", json=MESSAGE, headers=ASYNC).headers["location"] for _ in range(2)
        ]
        assert served.stand_in.entered.acquire(timeout=10)
        threading.Timer(0.3, served.stand_in.gate.set).start()
    assert sorted(client.get(location).json()["status"] for location in locations) == ["accepted", "done"]
    served.service.close()


def test_a_failure_is_tried_again_under_the_same_id(served: Served) -> None:
    served.stand_in.failures = [RuntimeError(CANARY)]
    client = served.client()
    accepted = client.post("/v1/cases", json=MESSAGE, headers=ASYNC)
    with served.working():
        end = time.monotonic() + 10
        while (status := client.get(accepted.headers["location"]).json())["error"] is None:
            assert time.monotonic() < end
            time.sleep(0.02)
    assert (status["status"], status["error"], status["attempts"]) == ("accepted", "internal_error", 1)


def test_the_same_message_id_leads_to_the_case_on_record(served: Served) -> None:
    client = served.client()
    known = client.post("/v1/cases", json={**MESSAGE, "id": "m-1"}).json()
    accepted = client.post("/v1/cases", json={**MESSAGE, "id": "m-1"}, headers=ASYNC)
    with served.working():
        done = finished(client, accepted.headers["location"])
    assert done["case_id"] == known["id"]


def test_an_idempotent_request_is_accepted_once(served: Served) -> None:
    client = served.client()
    headers = {**ASYNC, "Idempotency-Key": "a-1"}
    first, again = (client.post("/v1/cases", json=MESSAGE, headers=headers) for _ in range(2))
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert served.http.work.store.waiting() == 1


def test_as_much_may_wait_as_policy_says(tmp_path: Path) -> None:
    served = serve(tmp_path, policy=changed(accepted_work={"max_waiting": 2}))
    client = served.client()
    statuses = [client.post("/v1/cases", json=MESSAGE, headers=ASYNC).status_code for _ in range(3)]
    assert statuses == [202, 202, 503]
    served.service.close()


def test_a_wrong_message_is_told_at_once(served: Served) -> None:
    client = served.client()
    assert client.post("/v1/cases", json={"text": ""}, headers=ASYNC).status_code == 422
    unknown = client.post("/v1/cases", json={**MESSAGE, "account": "ajena"}, headers=ASYNC)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_account")


def test_work_is_seen_by_its_account_alone(served: Served) -> None:
    accepted = served.client().post("/v1/cases", json=MESSAGE, headers=ASYNC)
    location = accepted.headers["location"]
    assert served.client(Scope.AUDITOR).get(location).status_code == 200
    other = served.client(account="otra").get(location)
    assert (other.status_code, other.json()["code"]) == (404, "work_not_found")
    assert TestClient(served.app).get(location).status_code == 401
    assert served.client().get("/v1/jobs/job_nada").status_code == 404


def test_no_word_of_it_is_in_the_files(served: Served, tmp_path: Path) -> None:
    client = served.client()
    accepted = client.post("/v1/cases", json=MESSAGE, headers=ASYNC)
    waiting = b"\n".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    with served.working():
        finished(client, accepted.headers["location"])
    done = b"\n".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for written in (waiting, done):
        assert accepted.json()["id"].encode() in written
        assert CANARY.encode() not in written
