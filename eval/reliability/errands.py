"""Requests that are sent again until they are answered, as a careful caller does; what is promised goes on the ledger.

Every errand has an idempotency key and keeps its body: a request that a kill cut short, and that comes again, must
make the same case, not another one.
"""

import random
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

from eval.reliability.findings import Broken, Finding
from eval.reliability.promises import Ledger, fingerprint
from eval.reliability.traffic import Traffic

LATER_SHARE = 0.25
DECISION_SHARE = 0.15
MOST_UNANSWERED = 32
"""Errands put back; over it no new ones: while the service is away, they would only pile up."""
LATER_AGAIN = 2.0
"""Seconds to wait before an errand that was not answered is tried again, where the service does not say."""


class Kind(StrEnum):
    """What an errand asks for."""

    CASE = "case"
    LATER = "later"
    """A case with ``Prefer: respond-async``."""
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Errand:
    """One request."""

    kind: Kind
    path: str
    body: Mapping[str, Any]
    case_id: str = ""
    """Of a decision."""
    key: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        """Beside the API key."""
        given = {"Idempotency-Key": self.key}
        return {**given, "Prefer": "respond-async"} if self.kind is Kind.LATER else given


@dataclass(slots=True)
class Errands:
    """Hands out errands, takes their answers. Thread-safe."""

    traffic: Traffic
    random: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    findings: list[Finding] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    _again: list[tuple[float, Errand]] = field(default_factory=list)
    _decidable: deque[tuple[str, int]] = field(default_factory=deque)
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def outstanding(self) -> int:
        """Errands that were begun and not answered yet."""
        with self._lock:
            return len(self._again) + self._open

    def snapshot(self) -> Ledger:
        """What was promised so far, as it is now."""
        with self._lock:
            return Ledger(dict(self.ledger.cases), set(self.ledger.works), set(self.ledger.decisions))

    def answers(self, status: int) -> int:
        """How many cases and decisions were answered so."""
        with self._lock:
            return sum(self.outcomes[f"{kind.value} {status}"] for kind in Kind)

    def next(self, *, fresh: bool) -> Errand | None:
        """An errand that is due again; else a new one, or None where none is wanted."""
        with self._lock:
            now = time.monotonic()
            for number, (due, errand) in enumerate(self._again):
                if due <= now:
                    del self._again[number]
                    self._open += 1
                    return errand
            if not fresh or len(self._again) >= MOST_UNANSWERED:
                return None
            self._open += 1
            return self._new()

    def one_more(self) -> Errand:
        """A new case to ask for, however many wait."""
        with self._lock:
            self._open += 1
            return Errand(Kind.CASE, "/v1/cases", self.traffic.next())

    def answered(self, errand: Errand, response: httpx.Response) -> None:
        """Take an answer: a promise onto the ledger, a refusal for a while back into the queue."""
        with self._lock:
            self._open -= 1
            self.outcomes[f"{errand.kind.value} {response.status_code}"] += 1
            if response.is_success:
                try:
                    self._promised(errand, response)
                except (KeyError, TypeError, ValueError) as error:
                    what = f"{errand.kind.value} 2xx of another shape: {type(error).__name__}"
                    self.findings.append(Finding(Broken.WRONG_ANSWER, what))
            else:
                self._refused(errand, response)

    def broken(self, errand: Errand) -> None:
        """No answer came: whether it was done, nobody knows."""
        with self._lock:
            self._open -= 1
            self.outcomes[f"{errand.kind.value} broken"] += 1
            self._put_back(errand, None)

    def _new(self) -> Errand:
        drawn = self.random.random()
        if drawn < DECISION_SHARE and self._decidable:
            case_id, version = self._decidable.popleft()
            body = {"decision": "accept", "thread_version": version, "draft": 0}
            return Errand(Kind.DECISION, f"/v1/cases/{case_id}/decision", body, case_id)
        kind = Kind.LATER if drawn < DECISION_SHARE + LATER_SHARE else Kind.CASE
        return Errand(kind, "/v1/cases", self.traffic.next())

    def _refused(self, errand: Errand, response: httpx.Response) -> None:
        if not _may_come_again(response):
            what = f"{errand.kind.value} {response.status_code} {_code(response)}"
            self.findings.append(Finding(Broken.WRONG_ANSWER, what))
        # A 500 is a defect; whether it left something behind, the same key must tell.
        if _may_come_again(response) or response.status_code >= 500:
            self._put_back(errand, response.headers.get("retry-after"))

    def _put_back(self, errand: Errand, retry_after: str | None) -> None:
        wait = float(retry_after) if retry_after is not None and retry_after.isdigit() else LATER_AGAIN
        self._again.append((time.monotonic() + wait, errand))

    def _promised(self, errand: Errand, response: httpx.Response) -> None:
        body = response.json()
        if errand.kind is Kind.LATER:
            self.ledger.works.add(body["case_id"])
        elif errand.kind is Kind.DECISION:
            self.ledger.decisions.add((errand.case_id, body["number"]))
        else:
            known = self.ledger.cases.setdefault(body["id"], fingerprint(body))
            if known != fingerprint(body):
                self.findings.append(Finding(Broken.CHANGED_CASE, body["id"]))
            if "accept" in body["allowed_decisions"] and body["drafts"]:
                self._decidable.append((body["id"], body["thread_version"]))


@dataclass(slots=True)
class Callers:
    """Threads that run errands, one after another, until stopped."""

    errands: Errands
    base_url: str
    key: str
    threads: int = 8
    _halt: threading.Event = field(default_factory=threading.Event)
    _fresh: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin, with new errands as well."""
        self._fresh.set()
        self._running = [threading.Thread(target=self._run, daemon=True) for _ in range(self.threads)]
        for thread in self._running:
            thread.start()

    def no_more(self) -> None:
        """Go on with what was begun alone."""
        self._fresh.clear()

    def more(self) -> None:
        """Send new errands again."""
        self._fresh.set()

    def stop(self) -> None:
        """End, each after the request that it waits for."""
        self._halt.set()
        for thread in self._running:
            thread.join()

    def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.base_url, headers=headers, timeout=60, trust_env=False) as client:
            while not self._halt.is_set():
                errand = self.errands.next(fresh=self._fresh.is_set())
                if errand is None:
                    self._halt.wait(0.1)
                    continue
                try:
                    response = client.post(errand.path, json=dict(errand.body), headers=errand.headers)
                except httpx.HTTPError:
                    self.errands.broken(errand)
                    self._halt.wait(0.2)  # the service is away: no busy loop
                else:
                    self.errands.answered(errand, response)


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json().get("code"))
    except ValueError:
        return "no_json"


def _may_come_again(response: httpx.Response) -> bool:
    """Whether the service says that it is worth asking again; a 500 is not among it: that is a defect."""
    if response.status_code == 409:
        return _code(response) == "idempotency_in_progress"
    return response.status_code in (429, 503)
