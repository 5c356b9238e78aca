"""POST /v1/cases/batch: each message its own case or its own problem."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.keys import Scope
from tests.api.http_service import CANARY, Served, changed, serve

GOOD = {"text": "Mi pedido no llega."}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path)
    yield served
    served.service.close()


def test_an_array_gives_results_in_order(served: Served) -> None:
    answer = served.client().post(
        "/v1/cases/batch", json=[GOOD, {"text": ""}, {**GOOD, "account": "ajena"}, 7, GOOD]
    )
    assert answer.status_code == 200
    body = answer.json()
    assert (body["succeeded"], body["failed"]) == (2, 3)
    assert [item["index"] for item in body["results"]] == [0, 1, 2, 3, 4]
    assert [item["status"] for item in body["results"]] == [200, 422, 422, 422, 200]
    codes = [item["problem"] and item["problem"]["code"] for item in body["results"]]
    assert codes == [None, "validation_failed", "unknown_account", "validation_failed", None]
    first = body["results"][0]["case"]
    assert served.client().get(f"/v1/cases/{first['id']}").status_code == 200


def test_lines_are_taken_as_well(served: Served) -> None:
    lines = "\n".join([json.dumps(GOOD), "", json.dumps({"text": "uno\u2028dos"}, ensure_ascii=False), ""])
    headers = {"Content-Type": "application/x-ndjson"}
    answer = served.client().post("/v1/cases/batch", content=lines.encode(), headers=headers)
    assert answer.json()["succeeded"] == 2


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "body_not_json"),
        (b"\xff", "application/json", 400, "body_not_json"),
        (b"[" * 100_000, "application/json", 400, "body_not_json"),
        (b'{"text": "hola"}', "application/json", 422, "validation_failed"),
        (b'{"text": "hola"}\n{', "application/x-ndjson", 400, "body_not_json"),
        (json.dumps([GOOD] * 101).encode(), "application/json", 422, "batch_too_large"),
    ],
)
def test_what_is_no_batch_is_refused_whole(
    served: Served, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = served.client().post("/v1/cases/batch", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert served.stand_in.runs == 0


def test_an_empty_batch_is_one(served: Served) -> None:
    assert served.client().post("/v1/cases/batch", json=[]).json() == {
        "results": [],
        "succeeded": 0,
        "failed": 0,
    }


def test_one_that_fails_does_not_fail_the_others(served: Served) -> None:
    served.stand_in.failures = [RuntimeError(CANARY)]
    answer = served.client().post("/v1/cases/batch", json=[GOOD, GOOD])
    assert [item["status"] for item in answer.json()["results"]] == [500, 200]
    assert CANARY not in answer.text


def test_no_problem_repeats_what_was_sent(served: Served) -> None:
    items = [
        {"text": "hola", "channel": CANARY},
        {"text": "hola", CANARY: 1},
        {"text": "hola", "account": CANARY},
    ]
    answer = served.client().post("/v1/cases/batch", json=items)
    assert answer.json()["failed"] == 3
    assert CANARY not in answer.text


def test_each_message_takes_a_token(tmp_path: Path) -> None:
    served = serve(
        tmp_path,
        policy=changed(rates={"default": {"per_second": 0.001, "burst": 5}}, batch={"max_items": 5}),
    )
    client = served.client()
    assert client.post("/v1/cases/batch", json=[GOOD] * 4).headers["ratelimit"].startswith('"default";r=1;')
    refused = client.post("/v1/cases/batch", json=[GOOD] * 3)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    served.service.close()


def test_a_batch_can_be_accepted(served: Served) -> None:
    headers = {"Prefer": "respond-async"}
    answer = served.client().post("/v1/cases/batch", json=[GOOD, {"text": ""}], headers=headers)
    assert answer.headers["preference-applied"] == "respond-async"
    accepted, wrong = answer.json()["results"]
    assert (accepted["status"], wrong["status"]) == (202, 422)
    assert served.client().get(f"/v1/jobs/{accepted['work']['id']}").json() == accepted["work"]


def test_a_batch_under_a_key_makes_its_cases_once(served: Served) -> None:
    served.stand_in.failures = []
    client = served.client()
    headers = {"Idempotency-Key": "b-1"}
    first, again = (client.post("/v1/cases/batch", json=[GOOD, GOOD], headers=headers) for _ in range(2))
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    ids = [item["case"]["id"] for item in first.json()["results"]]
    assert len(set(ids)) == 2
    assert len(client.get("/v1/cases").json()["data"]) == 2


def test_who_may_not_write_may_not_here(served: Served) -> None:
    assert served.client(Scope.AUDITOR).post("/v1/cases/batch", json=[GOOD]).status_code == 403


def test_a_batch_stays_in_its_account(served: Served) -> None:
    made = served.client().post("/v1/cases/batch", json=[GOOD]).json()["results"][0]["case"]["id"]
    assert served.client(account="otra").get(f"/v1/cases/{made}").status_code == 404
