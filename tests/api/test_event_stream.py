"""Server-Sent Events: of a case being made, of an account, with replay, heartbeat and an end."""

import asyncio
import json
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.event_stream import HEARTBEAT
from cases.keys import Scope
from tests.api.http_service import CANARY, Served, changed, serve

MESSAGE = {"text": f"Hola, soy {CANARY}, mi pedido no llega."}
ASYNC = {"Prefer": "respond-async"}
STEPS = ["redacted", "understood", "retrieved", "decided", "drafted", "recorded"]
QUICK = changed(
    streams={"poll_seconds": 0.05, "heartbeat_seconds": 0.2, "max_seconds": 10, "max_open_per_key": 2}
)


@dataclass(frozen=True)
class Told:
    """An event as a client reads it."""

    id: str
    event: str
    data: dict[str, Any]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = serve(tmp_path, policy=QUICK)
    yield served
    served.service.close()


def told(text: str) -> list[Told]:
    events = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            events.append(Told(lines["id"], lines["event"], json.loads(lines["data"])))
    return events


def backlog(client: TestClient, path: str, last: str | None = None) -> list[Told]:
    headers = {} if last is None else {"Last-Event-ID": last}
    answer = client.get(path, params={"follow": "false"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    return told(answer.text)


@dataclass
class Watcher:
    """Speaks to the application as a server does, on one event loop, and hangs up when it has seen enough."""

    served: Served
    path: str
    enough: Callable[[str], bool]
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    status: int = 0
    stalls: bool = False

    async def run(self) -> None:
        seen = asyncio.Event()

        async def receive() -> MutableMapping[str, Any]:
            await seen.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                return
            self.text += message.get("body", b"").decode()
            if self.enough(self.text):
                seen.set()
            if self.stalls:
                await asyncio.sleep(3600)

        headers = {"authorization": f"Bearer {self.served.secret()}", **self.headers}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": self.path, "raw_path": self.path.encode(), "query_string": b"", "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        async with asyncio.timeout(15):
            await self.served.app(scope, receive, send)


def test_the_steps_of_a_case_are_told_as_they_are_done(served: Served) -> None:
    client = served.client()
    accepted = client.post("/v1/cases", json=MESSAGE, headers=ASYNC).json()
    served.stand_in.gate.clear()
    watcher = Watcher(served, accepted["events_url"], lambda text: "draft.ready" in text)

    async def follow() -> None:
        following = asyncio.create_task(watcher.run())
        while HEARTBEAT.decode() not in watcher.text:
            await asyncio.sleep(0.05)
        assert told(watcher.text) == []
        served.stand_in.gate.set()
        await following

    with served.working():
        asyncio.run(follow())
    events = told(watcher.text)
    assert [one.data["step"] for one in events[:6]] == STEPS
    assert [one.id for one in events[:6]] == [f"step-{number}" for number in range(1, 7)]
    assert {one.event for one in events[:6]} == {"case.progress"}
    assert events[6].event == "draft.ready"
    assert events[6].data["case_id"] == accepted["case_id"]
    assert CANARY not in watcher.text


def test_what_was_told_is_told_again_from_the_store(served: Served) -> None:
    client = served.client()
    accepted = client.post("/v1/cases", json=MESSAGE, headers=ASYNC).json()
    with served.working():
        pass
    all_of_it = backlog(client, accepted["events_url"])
    assert [one.data.get("step") for one in all_of_it] == [*STEPS, None]
    for place in range(len(all_of_it)):
        assert backlog(client, accepted["events_url"], all_of_it[place].id) == all_of_it[place + 1 :]
    assert backlog(client, accepted["events_url"], "start") == all_of_it


def test_a_case_made_at_once_has_its_events_too(served: Served) -> None:
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()
    assert [one.event for one in backlog(client, f"/v1/cases/{made['id']}/events")] == [
        "case.progress",
        "draft.ready",
    ]


def test_a_promised_case_that_was_known_tells_of_the_one_on_record(served: Served) -> None:
    client = served.client()
    known = client.post("/v1/cases", json={**MESSAGE, "id": "m-1"}).json()
    accepted = client.post("/v1/cases", json={**MESSAGE, "id": "m-1"}, headers=ASYNC).json()
    with served.working():
        pass
    last = backlog(client, accepted["events_url"])[-1]
    assert last.data["case_id"] == known["id"]


def test_an_account_is_told_of_all_its_cases_and_no_other(served: Served) -> None:
    mine, other = served.client(), served.client(account="otra")
    ids = [mine.post("/v1/cases", json=MESSAGE).json()["id"] for _ in range(3)]
    theirs = other.post("/v1/cases", json=MESSAGE).json()["id"]
    events = backlog(mine, "/v1/events", "start")
    assert [one.data["case_id"] for one in events if one.event == "draft.ready"] == ids
    assert events[0].event == "stream.open"
    assert backlog(mine, "/v1/events", events[-2].id)[1:] == events[-1:]
    opened = backlog(mine, "/v1/events")
    assert [one.event for one in opened] == ["stream.open"]
    assert opened[0].id == events[-1].id
    assert [one.data["case_id"] for one in backlog(other, "/v1/events", "start")[1:]] == [theirs]
    assert [one.id for one in backlog(served.client(account="nueva"), "/v1/events")] == ["start"]


def test_more_than_one_page_is_told_without_gap_or_repeat(served: Served) -> None:
    client = served.client()
    for _ in range(6):
        assert client.post("/v1/cases/batch", json=[MESSAGE] * 25).status_code == 200
    events = backlog(client, "/v1/events", "start")[1:]
    assert len({one.id for one in events}) == len(events) == 150


def test_an_event_is_heard_when_it_happens(served: Served) -> None:
    client = served.client()
    watcher = Watcher(served, "/v1/events", lambda text: "draft.ready" in text)

    async def follow() -> None:
        following = asyncio.create_task(watcher.run())
        await asyncio.sleep(0.2)
        await asyncio.to_thread(client.post, "/v1/cases", json=MESSAGE)
        await following

    asyncio.run(follow())
    assert [one.event for one in told(watcher.text)] == ["stream.open", "draft.ready"]


@pytest.mark.parametrize("last", ["nada", "evt_00000000000000000000000000", "step-7", "-1", "x" * 40])
def test_an_event_that_is_not_of_this_stream_is_refused(served: Served, last: str) -> None:
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()
    for path in ("/v1/events", f"/v1/cases/{made['id']}/events"):
        answer = client.get(path, headers={"Last-Event-ID": last})
        assert (answer.status_code, answer.json()["code"]) == (400, "event_id_invalid")


def test_another_account_s_event_is_refused(served: Served) -> None:
    served.client().post("/v1/cases", json=MESSAGE)
    event = backlog(served.client(), "/v1/events", "start")[-1].id
    answer = served.client(account="otra").get("/v1/events", headers={"Last-Event-ID": event})
    assert answer.status_code == 400


def test_a_case_is_followed_by_its_account_alone(served: Served) -> None:
    client = served.client()
    made = client.post("/v1/cases", json=MESSAGE).json()["id"]
    promised = client.post("/v1/cases", json=MESSAGE, headers=ASYNC).json()["case_id"]
    for case_id in (made, promised):
        path = f"/v1/cases/{case_id}/events"
        assert served.client(account="otra").get(path).status_code == 404
        assert TestClient(served.app).get(path).status_code == 401
        assert backlog(served.client(Scope.AUDITOR), path) == backlog(client, path)
    assert client.get("/v1/cases/cas_nada/events").status_code == 404


def test_a_revoked_key_is_told_no_more(served: Served) -> None:
    watcher = Watcher(served, "/v1/events", lambda _: False)
    served.secret()
    key = served.service.keys.authenticate(served.secret())
    assert key is not None

    async def follow() -> None:
        following = asyncio.create_task(watcher.run())
        await asyncio.sleep(0.1)
        await asyncio.to_thread(served.service.keys.revoke, key.id, actor="test")
        await following

    asyncio.run(follow())
    assert watcher.status == 200


def test_a_key_has_so_many_streams(served: Served) -> None:
    answers: list[int] = []

    async def follow() -> None:
        watchers = [Watcher(served, "/v1/events", lambda _: False) for _ in range(3)]
        running = [asyncio.create_task(watcher.run()) for watcher in watchers]
        await asyncio.sleep(0.3)
        answers.extend(watcher.status for watcher in watchers)
        served.http.streams.close()
        await asyncio.gather(*running)

    asyncio.run(follow())
    assert sorted(answers) == [200, 200, 503]
    assert served.client().get("/v1/events").json()["code"] == "overloaded"


def test_who_takes_nothing_is_cut_off(tmp_path: Path) -> None:
    served = serve(tmp_path, policy=changed(streams={"send_seconds": 0.2}))
    watcher = Watcher(served, "/v1/events", lambda _: False, stalls=True)
    asyncio.run(watcher.run())
    assert watcher.status == 200
    served.service.close()


def test_a_stream_ends_after_its_time(tmp_path: Path) -> None:
    served = serve(tmp_path, policy=changed(streams={"max_seconds": 0.3, "poll_seconds": 0.05}))
    answer = served.client().get("/v1/events")
    assert [one.event for one in told(answer.text)] == ["stream.open"]
    served.service.close()


def test_a_stream_is_not_counted_as_work(tmp_path: Path) -> None:
    served = serve(tmp_path, policy=QUICK, max_in_flight=1)
    watcher = Watcher(served, "/v1/events", lambda text: "draft.ready" in text)

    async def follow() -> None:
        following = asyncio.create_task(watcher.run())
        await asyncio.sleep(0.2)
        answer = await asyncio.to_thread(served.client().post, "/v1/cases", json=MESSAGE)
        assert answer.status_code == 200
        await following

    served.secret()
    asyncio.run(follow())
    served.service.close()
