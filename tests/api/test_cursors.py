"""Page cursors: good for the list they were given out for, and nothing else is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.http_service import Served, serve

MESSAGE = {"text": "Mi pedido no llega."}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path)
    served.client().post("/v1/cases/batch", json=[MESSAGE] * 5)
    yield served
    served.service.close()


def test_pages_follow_without_gap_or_repeat(served: Served) -> None:
    client = served.client()
    whole = [case["id"] for case in client.get("/v1/cases").json()["data"]]
    seen: list[str] = []
    page = client.get("/v1/cases", params={"limit": 2}).json()
    while True:
        seen += [case["id"] for case in page["data"]]
        assert page["has_more"] is (page["next_cursor"] is not None)
        if page["next_cursor"] is None:
            break
        client.post("/v1/cases", json=MESSAGE)  # what comes in meanwhile shifts nothing
        page = client.get("/v1/cases", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert seen == whole


def test_a_cursor_that_was_not_given_out_is_refused(served: Served) -> None:
    client = served.client()
    page = client.get("/v1/cases", params={"limit": 2}).json()
    good, first = page["next_cursor"], page["data"][0]["id"]
    last_id, _, seal = good.partition(".")
    for bad in ("", "nada", last_id, f"{first}.{seal}", good[:-1], good + "0", good.upper(), "ñ.ñ", "."):
        answer = client.get("/v1/cases", params={"cursor": bad})
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid"), bad


def test_a_cursor_is_no_good_for_other_filters_or_another_account(served: Served) -> None:
    client = served.client()
    cursor = client.get("/v1/cases", params={"limit": 2}).json()["next_cursor"]
    assert client.get("/v1/cases", params={"cursor": cursor, "limit": 4}).status_code == 200
    assert client.get("/v1/cases", params={"cursor": cursor, "status": "open"}).status_code == 400
    assert served.client(account="otra").get("/v1/cases", params={"cursor": cursor}).status_code == 400
