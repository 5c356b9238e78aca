"""Sends requests at their moments, however many are still unanswered, and keeps what became of each."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from eval.reliability.arrivals import Arrivals
from eval.reliability.traffic import Traffic

TIMEOUT = 60.0
NO_ANSWER = 0
"""Instead of a status."""
SAMPLE_SECONDS = 1.0
PATH = "/v1/cases"


@dataclass(frozen=True, slots=True)
class Shot:
    """One request. Times in seconds from the start of the run."""

    meant: float
    left: float
    """When the sender got to it: if that is late, the machine had too little left for the sender."""
    answered: float
    status: int
    retry_after: str | None

    @property
    def latency(self) -> float:
        """From the moment meant."""
        return self.answered - self.meant


@dataclass(slots=True)
class Run:
    """What came of some requests."""

    shots: list[Shot] = field(default_factory=list)
    samples: list[tuple[float, float]] = field(default_factory=list)
    """Seconds, and what was sampled once a second."""

    def statuses(self) -> Counter[int]:
        """How many of each."""
        return Counter(shot.status for shot in self.shots)

    def latencies(self, status: int = 200) -> list[float]:
        """Of the requests answered so, in seconds."""
        return [shot.latency for shot in self.shots if shot.status == status]

    def lateness(self) -> list[float]:
        """By how much the sender was late, in seconds."""
        return [shot.left - shot.meant for shot in self.shots]


@dataclass(slots=True)
class Sender:
    """Sends messages with several keys in turn, so that no key's own rate is met before the service's capacity."""

    base_url: str
    keys: Sequence[str]
    traffic: Traffic
    sample: Callable[[], float] = lambda: float("nan")

    def open_loop(self, arrivals: Arrivals) -> Run:
        """Send at the moments of ``arrivals``; wait for the last answer."""
        return asyncio.run(self._open_loop(arrivals))

    def closed_loop(self, seconds: float, at_once: int) -> float:
        """Keep so many requests in work; give how many a second were answered with 200 (the capacity)."""
        return asyncio.run(self._closed_loop(seconds, at_once))

    async def _open_loop(self, arrivals: Arrivals) -> Run:
        run = Run()
        async with self._client() as client:
            begun = time.perf_counter()
            sampling = asyncio.create_task(self._samples(run, begun))
            # A group of its own would cancel all at one failure; here each is its own.
            going: set[asyncio.Task[None]] = set()
            for number, meant in enumerate(arrivals.moments()):
                await asyncio.sleep(max(0.0, begun + meant - time.perf_counter()))
                task = asyncio.create_task(self._shoot(client, run, begun, meant, number))
                going.add(task)
                task.add_done_callback(going.discard)
            await asyncio.gather(*going)
            sampling.cancel()
        return run

    async def _closed_loop(self, seconds: float, at_once: int) -> float:
        run = Run()
        async with self._client() as client:
            begun = time.perf_counter()

            async def keep_on(number: int) -> None:
                while (now := time.perf_counter() - begun) < seconds:
                    await self._shoot(client, run, begun, now, number)

            await asyncio.gather(*(keep_on(number) for number in range(at_once)))
            return run.statuses()[200] / (time.perf_counter() - begun)

    async def _shoot(
        self, client: httpx.AsyncClient, run: Run, begun: float, meant: float, number: int
    ) -> None:
        headers = {"Authorization": f"Bearer {self.keys[number % len(self.keys)]}"}
        left = time.perf_counter() - begun
        status, retry_after = NO_ANSWER, None
        try:
            response = await client.post(PATH, json=self.traffic.next(), headers=headers)
            status, retry_after = response.status_code, response.headers.get("retry-after")
        except httpx.HTTPError:
            pass  # counted as no answer
        run.shots.append(Shot(meant, left, time.perf_counter() - begun, status, retry_after))

    async def _samples(self, run: Run, begun: float) -> None:
        while True:
            run.samples.append((time.perf_counter() - begun, self.sample()))
            await asyncio.sleep(SAMPLE_SECONDS)

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        return httpx.AsyncClient(base_url=self.base_url, timeout=TIMEOUT, limits=limits, trust_env=False)
