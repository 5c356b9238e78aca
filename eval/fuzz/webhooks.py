"""Malformed webhooks of all five senders, over HTTP, and the work that follows from those that are taken."""

import copy
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from cases.webhooks.endpoints import Kind
from eval.fuzz.canaries import SENTENCE, Findings
from eval.fuzz.installation import Fuzzed
from eval.fuzz.odd import BODIES, with_canary
from eval.fuzz.signing import headers

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "webhooks"
AUTHENTICITY = (
    "valid",
    "valid",
    "valid",
    "valid",
    "valid",
    "valid",
    "stale",
    "wrong",
    "missing",
    "odd",
    "replay",
)
SHAPES = (*BODIES, *["as_recorded"] * 4, *["odd_values", "huge_text", "missing"])
"""More of those that are taken, so that the work behind the inbox is fuzzed too."""
WORK_EVERY = 25
"""Requests between two rounds of the work behind the inbox."""


def recorded() -> dict[Kind, list[tuple[str, Any]]]:
    """The recorded payloads by sender, with the canaries in their texts."""
    found: dict[Kind, list[tuple[str, Any]]] = {kind: [] for kind in Kind}
    for file in sorted(FIXTURES.glob("*.json")):
        kind = Kind(file.stem.partition("_")[0])
        found[kind].append((file.stem, with_canary(json.loads(file.read_text(encoding="utf-8")))))
    return found


def signed(kind: Kind, body: bytes, how: str, random: Random) -> Mapping[str, str | bytes]:
    """The headers of a request, true or false in one way."""
    at = datetime.now(UTC) - (timedelta(days=random.choice((-3, 1))) if how == "stale" else timedelta())
    made: dict[str, str | bytes] = dict(headers(kind, body, at=at, delivery=f"d-{random.getrandbits(64)}"))
    if how == "wrong":
        made = dict(headers(kind, body + b" ", at=at, delivery="d-wrong"))
    elif how == "missing":
        made.pop(random.choice(sorted(made)))
    elif how == "odd":
        odd = ("", "sha256=", "v1,", "é" * 30, "0" * 5000, "sha1=" + "g" * 40, "\x01", SENTENCE, "9" * 400)
        made[random.choice(sorted(made))] = random.choice(odd).encode()
    return made


def run(fuzzed: Fuzzed, count: int, seed: int, findings: Findings) -> dict[str, object]:
    """Send so many requests, work on what was taken, and give what was answered."""
    random = Random(seed)
    client = TestClient(fuzzed.app, raise_server_exceptions=False)
    statuses: Counter[str] = Counter()
    payloads = recorded()
    last: dict[Kind, tuple[bytes, Mapping[str, str | bytes]]] = {}
    before = _failures()
    for number in range(count):
        kind = random.choice(list(Kind))
        name, data = random.choice(payloads[kind])
        shape, how = random.choice(SHAPES), random.choice(AUTHENTICITY)
        body = BODIES[shape](_renumbered(copy.deepcopy(data), random), random)
        head = signed(kind, body, how, random)
        if how == "replay":
            body, head = last.get(kind, (body, head))
        last[kind] = (body, head)
        answer = client.post(f"/v1/webhooks/{kind}", content=body, headers=_encoded(head))
        place = f"webhook {number} {name} {shape} {how}"
        statuses[f"{how} {answer.status_code}"] += 1
        if answer.status_code >= 500:
            findings.errors.append(f"{answer.status_code} at {place}")
        findings.look(answer.content + repr(answer.headers).encode(), f"the answer to {place}")
        if number % WORK_EVERY == WORK_EVERY - 1:
            _work(fuzzed)
    _work(fuzzed)
    for outcome, code in sorted(_failures() - before):
        findings.errors.append(f"work behind the inbox: {outcome} {code}")
    for number, note in enumerate(fuzzed.notes.texts):
        findings.look(note, f"note {number}")
    return {"requests": count, "answers": dict(sorted(statuses.items())), **_after(fuzzed)}


def _encoded(head: Mapping[str, str | bytes]) -> list[tuple[bytes, bytes]]:
    """Headers as bytes: a client would refuse to write the odd ones."""
    return [
        (name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in head.items()
    ]


def _renumbered(data: Any, random: Random) -> Any:  # noqa: ANN401 - JSON
    """Some as if in a conversation of their own, some in one that is known: both ways of the desk are taken."""
    if "id" in data and isinstance(data["id"], int) and random.random() < 0.8:
        data["id"] = random.randrange(1, 10**9)
    return data


def _work(fuzzed: Fuzzed) -> None:
    while fuzzed.work.desk.draft_next() or fuzzed.work.desk.note_next():
        pass


def _failures() -> set[tuple[str, str]]:
    """Endpoints whose work went wrong, by the service's own counter."""
    return {
        (sample.labels["outcome"], f"{sample.labels['endpoint']} {int(sample.value)}")
        for metric in REGISTRY.collect()
        if metric.name == "borrador_webhooks"
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["outcome"] in ("put_off", "failed")
    }


def _after(fuzzed: Fuzzed) -> dict[str, object]:
    return {"inbox": fuzzed.work.desk.inbox.counts(), "notes": len(fuzzed.notes.texts)}
