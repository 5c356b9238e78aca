"""Who comes first is served first; who waited long enough is told so; work that was accepted waits on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.routes import redactions, satisfaction, verifications
from api.service import REQUEST_WAIT_SECONDS, WAIT_SECONDS
from api.turns import Turns
from drafting.person_reply import ReplyReport
from tests.api.http_service import serve

MESSAGE = {"text": "Mi pedido no llega."}


def test_turns_are_taken_in_the_order_of_asking() -> None:
    turns = Turns(1)
    assert turns.take(0)
    order: list[int] = []
    standing = threading.Semaphore(0)

    def stand(number: int) -> None:
        standing.release()
        assert turns.take(10)
        order.append(number)
        turns.give_back()

    threads = [threading.Thread(target=stand, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
        assert standing.acquire(timeout=5)
        time.sleep(0.02)  # until it stands in line
    turns.give_back()
    for thread in threads:
        thread.join(10)
    assert order == list(range(8))


def test_a_newcomer_passes_nobody() -> None:
    turns = Turns(1)
    assert turns.take(0)
    got = threading.Event()

    def stand() -> None:
        assert turns.take(10)
        got.set()

    waiting = threading.Thread(target=stand)
    waiting.start()
    time.sleep(0.05)
    turns.give_back()
    assert turns.take(0) is False
    assert got.wait(10)
    waiting.join()


def test_who_gives_up_leaves_the_line_and_no_turn_is_lost() -> None:
    turns = Turns(2)
    assert [turns.take(0), turns.take(0), turns.take(0.01)] == [True, True, False]
    turns.give_back()
    turns.give_back()
    assert [turns.take(0), turns.take(0), turns.take(0)] == [True, True, False]


def test_no_turn_is_lost_or_made_where_times_end_while_turns_are_given() -> None:
    turns = Turns(3)
    at_once, most, lock = 0, 0, threading.Lock()
    served = 0

    def work(seed: int) -> None:
        nonlocal at_once, most, served
        for number in range(60):
            if not turns.take(0.0005 * ((seed + number) % 4)):
                continue
            with lock:
                at_once += 1
                most = max(most, at_once)
                served += 1
            time.sleep(0.0005)
            with lock:
                at_once -= 1
            turns.give_back()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert served > 0
    assert most <= 3
    assert [turns.take(0) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("route", ["/v1/cases", "/v1/drafts"])
def test_a_request_is_refused_in_time_for_an_answer_within_a_second(tmp_path: Path, route: str) -> None:
    """Over its capacity the service refuses; what it answers with 200, it answers within a second."""
    served = serve(tmp_path, workers=1)
    client = served.client()
    with served.service.turn():
        begun = time.monotonic()
        refused = client.post(route, json=MESSAGE)
        passed = time.monotonic() - begun
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert refused.headers["retry-after"].isdigit()
    assert passed < 1.0
    assert REQUEST_WAIT_SECONDS <= 0.7
    assert client.post(route, json=MESSAGE).status_code == 200
    served.service.close()


TEXT = {"text": "Soy Zacarías Quintanapalla."}
ENGINES = [
    ("/v1/redactions", TEXT),
    ("/v1/verifications", TEXT),
    ("/v1/verifications", {**TEXT, "case_id": "CASE"}),
    ("/v1/cases/CASE/satisfaction", {"score": 5, "comment": "Bien."}),
]


class Checked:
    """Stands for the check of replies: all is well."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: ReplyReport(1, 100, (), ())


@pytest.mark.parametrize(("path", "body"), ENGINES)
def test_whatever_runs_the_models_waits_for_its_turn(
    tmp_path: Path, path: str, body: dict[str, object]
) -> None:
    served = serve(tmp_path, workers=1)
    for module in (redactions, verifications, satisfaction):
        served.app.include_router(module.router)
    served.app.state.desk = SimpleNamespace(reply_check=Checked())
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()["id"]
    decided = client.post(f"/v1/cases/{made}/decision", json={"decision": "accept", "thread_version": 1})
    assert decided.status_code == 200, decided.text
    path, body = path.replace("CASE", made), {**body, **({"case_id": made} if "case_id" in body else {})}
    with served.service.turn():
        refused = client.post(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert client.post(path, json=body).status_code in (200, 201)
    served.service.close()


def test_a_decision_with_words_waits_for_its_turn_and_gives_it_back(tmp_path: Path) -> None:
    served = serve(tmp_path, workers=1)
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()["id"]
    words = {"decision": "respond", "thread_version": 1, "text": "Lo miramos.", "note": "Por teléfono."}
    turn = served.service.turn()
    turn.__enter__()
    freed = threading.Timer(REQUEST_WAIT_SECONDS + 0.2, lambda: turn.__exit__(None, None, None))
    freed.start()
    decided = client.post(f"/v1/cases/{made}/decision", json=words)
    assert freed.finished.is_set()
    assert decided.status_code == 200, decided.text
    with served.service.turn(0):
        pass
    served.service.close()


def test_accepted_work_and_batches_wait_longer(tmp_path: Path) -> None:
    """Who was told 202 waits for the case anyway; putting it off would only make it later."""
    assert WAIT_SECONDS > 5
    served = serve(tmp_path, workers=1)
    client = served.client()
    with served.working():
        with served.service.turn():
            accepted = client.post("/v1/cases", json=MESSAGE, headers={"Prefer": "respond-async"})
            assert accepted.status_code == 202
            time.sleep(REQUEST_WAIT_SECONDS + 0.3)
        end = time.monotonic() + 10
        job = accepted.headers["location"]
        while client.get(job).json()["status"] != "done" and time.monotonic() < end:
            time.sleep(0.02)
        done = client.get(job).json()
    assert (done["status"], done["attempts"], done["error"]) == ("done", 1, None)
    turn = served.service.turn()
    turn.__enter__()
    freed = threading.Timer(REQUEST_WAIT_SECONDS + 0.2, lambda: turn.__exit__(None, None, None))
    freed.start()
    batch = client.post("/v1/cases/batch", json=[MESSAGE])
    assert batch.json()["succeeded"] == 1
    freed.join()
    served.service.close()


def test_a_decision_waits_for_all_of_its_turns_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text and its note are redacted one after the other: each with a wait of its own, it held a place for both."""
    served = serve(tmp_path, workers=1)
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()["id"]
    waits = []

    @contextmanager
    def slow(wait: float = REQUEST_WAIT_SECONDS) -> Iterator[None]:
        waits.append(wait)
        time.sleep(0.05)
        yield

    monkeypatch.setattr(served.service, "turn", slow)
    words = {"decision": "respond", "thread_version": 1, "text": "Lo miramos.", "note": "Por teléfono."}
    assert client.post(f"/v1/cases/{made}/decision", json=words).status_code == 200
    first, second = waits
    assert first <= WAIT_SECONDS
    assert second <= first - 0.05
    served.service.close()
