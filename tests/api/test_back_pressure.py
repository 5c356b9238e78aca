"""Over a number of requests in work, the rest are told at once; what watches the service is always answered."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.http_service import Served, serve

MESSAGE = {"text": "Mi pedido no llega."}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path, max_in_flight=2)
    yield served
    served.service.close()


def test_too_many_are_told_to_come_again(served: Served) -> None:
    """One client, one event loop: as a server has."""
    served.stand_in.gate.clear()
    with served.client() as client, ThreadPoolExecutor(2) as pool:
        held = [pool.submit(client.post, "/v1/cases", json=MESSAGE) for _ in range(2)]
        for _ in held:
            assert served.stand_in.entered.acquire(timeout=10)
        shed = client.post("/v1/cases", json=MESSAGE)
        assert (shed.status_code, shed.json()["code"]) == (503, "overloaded")
        assert shed.headers["retry-after"] == "1"
        assert client.get("/v1/cases").status_code == 503
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json()["checks"] == {"store": "ok"}
        served.stand_in.gate.set()
        assert [one.result(10).status_code for one in held] == [200, 200]
        assert client.post("/v1/cases", json=MESSAGE).status_code == 200


def test_a_request_that_fails_gives_its_place_back(served: Served) -> None:
    served.stand_in.failures = [RuntimeError("broke") for _ in range(4)]
    client = served.client()
    assert [client.post("/v1/cases", json=MESSAGE).status_code for _ in range(5)] == [500] * 4 + [200]


def test_health_and_readiness_are_answered_when_every_thread_is_taken(tmp_path: Path) -> None:
    served = serve(tmp_path, max_in_flight=1000, workers=200)
    served.stand_in.gate.clear()
    with served.client() as client, ThreadPoolExecutor(40) as pool:
        held = [pool.submit(client.post, "/v1/cases", json=MESSAGE) for _ in range(40)]
        for _ in held:
            assert served.stand_in.entered.acquire(timeout=10)
        watch = threading.Timer(15, served.stand_in.gate.set)
        watch.start()
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
        assert not served.stand_in.gate.is_set()
        watch.cancel()
        served.stand_in.gate.set()
        assert {one.result(20).status_code for one in held} == {200}
    served.service.close()
