"""``Idempotency-Key``: one request, one case, however often it is sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from cases.erasure import Eraser
from cases.errors import StoreUnavailableError
from cases.keys import Scope
from cases.replays import Claim, KeptAnswer, Replays
from cases.request_tables import ReplayRow
from cases.retention import load_retention
from tests.api.http_service import CANARY, Served, serve
from tests.cases.samples import Clock

MESSAGE = {"text": f"Hola, soy {CANARY}, mi pedido no llega."}
HEADER = "Idempotency-Key"
KEY = {HEADER: "b2c1f0aa-1"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served(tmp_path: Path, clock: Clock) -> Iterator[Served]:
    served = serve(tmp_path, now=clock)
    yield served
    served.service.close()


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/drafts"])
def test_the_same_request_again_gets_the_stored_answer(served: Served, path: str) -> None:
    client = served.client()
    first, again = (client.post(path, json=MESSAGE, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert served.stand_in.runs == 1


def test_without_a_key_each_request_is_worked(served: Served) -> None:
    client = served.client()
    ids = {client.post("/v1/cases", json=MESSAGE).json()["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/cases", {"text": "Otro texto."}), ("/v1/cases", {**MESSAGE, "id": "1"}), ("/v1/drafts", MESSAGE)],
)
def test_the_same_key_with_another_request_is_refused(
    served: Served, path: str, body: dict[str, str]
) -> None:
    client = served.client()
    client.post("/v1/cases", json=MESSAGE, headers=KEY)
    other = client.post(path, json=body, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert served.stand_in.runs == 1


def test_the_key_in_quotes_is_the_same_key(served: Served) -> None:
    client = served.client()
    client.post("/v1/cases", json=MESSAGE, headers={"Idempotency-Key": "k-1"})
    again = client.post("/v1/cases", json=MESSAGE, headers={"Idempotency-Key": '"k-1"'})
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("key", ["", '"', '""', "a b", "a" * 256, "ñ".encode()])
def test_a_key_that_is_none_is_refused(served: Served, key: str | bytes) -> None:
    answer = served.client().post("/v1/cases", json=MESSAGE, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert served.stand_in.runs == 0


def test_a_request_still_in_work_is_a_conflict(served: Served) -> None:
    served.stand_in.gate.clear()
    client = served.client()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/v1/cases", json=MESSAGE, headers=KEY)
        assert served.stand_in.entered.acquire(timeout=10)
        second = client.post("/v1/cases", json=MESSAGE, headers=KEY)
        served.stand_in.gate.set()
        assert first.result(10).status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_progress")
    assert second.headers["retry-after"] == "2"
    third = client.post("/v1/cases", json=MESSAGE, headers=KEY)
    assert third.content == first.result().content


def test_another_account_has_keys_of_its_own(served: Served) -> None:
    mine = served.client().post("/v1/cases", json=MESSAGE, headers=KEY).json()
    other = served.client(account="otra").post("/v1/cases", json=MESSAGE, headers=KEY)
    assert other.status_code == 200
    assert "idempotent-replayed" not in other.headers
    assert other.json()["id"] != mine["id"]


def test_who_may_not_write_gets_no_stored_answer(served: Served) -> None:
    served.client().post("/v1/cases", json=MESSAGE, headers=KEY)
    assert served.client(Scope.AUDITOR).post("/v1/cases", json=MESSAGE, headers=KEY).status_code == 403
    wrong = {**KEY, "Authorization": "Bearer bor_none"}
    assert served.client().post("/v1/cases", json=MESSAGE, headers=wrong).status_code == 401


def test_after_a_day_the_key_is_free(served: Served, clock: Clock) -> None:
    client = served.client()
    first = client.post("/v1/cases", json=MESSAGE, headers=KEY).json()
    clock.move(hours=23, minutes=59)
    assert client.post("/v1/cases", json=MESSAGE, headers=KEY).json()["id"] == first["id"]
    clock.move(minutes=2)
    assert client.post("/v1/cases", json=MESSAGE, headers=KEY).json()["id"] != first["id"]


def test_a_refused_request_leaves_the_key_free(served: Served) -> None:
    client = served.client()
    assert client.post("/v1/cases", json={"text": " "}, headers=KEY).status_code == 422
    assert client.post("/v1/cases", json=MESSAGE, headers=KEY).status_code == 200


def test_a_failed_request_goes_on_at_once_and_makes_one_case(served: Served) -> None:
    served.stand_in.failures = [RuntimeError("the engine broke"), StoreUnavailableError("away")]
    client = served.client()
    statuses = [client.post("/v1/cases", json=MESSAGE, headers=KEY).status_code for _ in range(3)]
    assert statuses == [500, 503, 200]
    assert len(client.get("/v1/cases").json()["data"]) == 1


def test_a_request_cut_short_by_a_kill_makes_the_same_case(served: Served, clock: Clock) -> None:
    """The case was recorded, and the process killed before the answer was kept."""
    client = served.client()
    with killed_before_the_answer_is_kept(served):
        first = client.post("/v1/cases", json=MESSAGE, headers=KEY).json()
    blocked = client.post("/v1/cases", json=MESSAGE, headers=KEY)
    assert blocked.status_code == 409
    clock.move(seconds=121)
    again = client.post("/v1/cases", json=MESSAGE, headers=KEY)
    assert again.json() == first
    assert len(client.get("/v1/cases").json()["data"]) == 1


def test_a_decision_cut_short_by_a_kill_is_answered_as_recorded(served: Served, clock: Clock) -> None:
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()
    decision = {"decision": "accept", "thread_version": 1}
    with killed_before_the_answer_is_kept(served):
        first = client.post(f"/v1/cases/{made['id']}/decision", json=decision, headers=KEY)
    clock.move(seconds=121)
    again = client.post(f"/v1/cases/{made['id']}/decision", json=decision, headers=KEY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    unkeyed = client.post(f"/v1/cases/{made['id']}/decision", json=decision)
    assert unkeyed.json()["code"] == "case_already_decided"


def test_no_answer_on_an_erased_case_is_given_again(served: Served) -> None:
    client, records = served.client(), served.service.records
    batch = client.post("/v1/cases/batch", json=[MESSAGE, MESSAGE], headers={HEADER: "k-1"})
    theirs, kept = (one["case"]["id"] for one in batch.json()["results"])
    for case_id in (theirs, kept):
        decision = {"decision": "ignore", "thread_version": 1, "note": f"Lo pide {CANARY}."}
        answer = client.post(f"/v1/cases/{case_id}/decision", json=decision, headers={HEADER: case_id})
        assert answer.status_code == 200
    grade = {"score": 1, "comment": "Mal."}
    client.post(f"/v1/cases/{theirs}/satisfaction", json=grade, headers={HEADER: "k-2"})
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(theirs, account="demo", actor="dpo").erased
    with records.database.read() as session:
        left = session.scalars(select(ReplayRow)).all()
    assert [row.asked_case_id for row in left] == [kept]


def test_a_decision_on_a_stale_draft_is_a_conflict(served: Served) -> None:
    client = served.client()
    first = client.post("/v1/cases", json={**MESSAGE, "id": "m-1"}).json()
    second = client.post("/v1/cases", json={"text": "¿Hay alguien?", "id": "m-1"}).json()
    assert second["thread_version"] == 2
    decision = {"decision": "accept", "thread_version": 1}
    stale = client.post(f"/v1/cases/{first['id']}/decision", json=decision, headers=KEY)
    assert (stale.status_code, stale.json()["code"]) == (409, "thread_version_stale")
    wrong = client.post(f"/v1/cases/{second['id']}/decision", json=decision)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "thread_version_stale")
    right = client.post(
        f"/v1/cases/{second['id']}/decision", json={**decision, "thread_version": 2}, headers=KEY
    )
    assert right.status_code == 200  # what was refused left the key free


def test_neither_key_nor_text_is_in_the_files(served: Served, tmp_path: Path) -> None:
    headers = {"Idempotency-Key": "quintanapalla@buzon.example"}
    served.client().post("/v1/cases", json=MESSAGE, headers=headers)
    written = b"\n".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"[PERSONA_1]" in written
    assert CANARY.encode() not in written
    assert b"quintanapalla@buzon" not in written


class _Forgetful(Replays):
    def finish(self, claim: Claim, answer: KeptAnswer) -> None:
        """Keep nothing."""


@contextmanager
def killed_before_the_answer_is_kept(served: Served) -> Iterator[None]:
    """What a kill between the work and the note leaves behind."""
    records = served.service.records
    policy = served.http.policy.idempotency
    forgetful = _Forgetful(
        records.database, records.sealer, records.now, keep=policy.keep, lease=policy.lease
    )
    served.app.state.http = replace(served.http, replays=forgetful)
    yield
    served.app.state.http = served.http
