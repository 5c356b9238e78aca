"""Asks a running service for every page, again and again, and times the answers."""

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from rich.progress import track

from eval.pages.addresses import Address

WARM = 2
"""Answers before those that are timed: what is worked out in the background is there by then, or still on its way."""
AIM_MS = 200.0
LIMIT_S = 15
"""A page that takes longer is not asked for again; its status is told as 0."""


@dataclass(frozen=True, slots=True)
class PageTime:
    """The times of one address, in milliseconds as a caller on the same machine sees them: over the server's own."""

    name: str
    status: int
    p50: float
    p95: float
    most: float
    cpu: float
    """Processor time of the service for one answer: what stays the same however busy the machine is."""
    kilobytes: float

    @property
    def kept(self) -> bool:
        """Whether the page was there, within the aim."""
        return self.status == 200 and self.p95 <= AIM_MS


def measure(url: str, token: str, pid: int, every: Sequence[Address], repeats: int) -> list[PageTime]:
    """Time each address.

    Raises:
        httpx.HTTPError: the service does not answer, or does not let the key in.
    """
    with httpx.Client(base_url=url, timeout=LIMIT_S) as client:
        answer = client.post("/console/sign-in", data={"key": token})
        if answer.status_code != 303:
            answer.raise_for_status()
        return [_timed(client, token, pid, address, repeats) for address in track(every, description="pages")]


def _timed(client: httpx.Client, token: str, pid: int, address: Address, repeats: int) -> PageTime:
    headers = {} if address.console else {"Authorization": f"Bearer {token}"}
    taken, before = [], cpu_seconds(pid)
    try:
        for number in range(-WARM, repeats):
            if number == 0:
                before = cpu_seconds(pid)
            started = time.perf_counter()
            answer = client.get(address.path, headers=headers)
            if number >= 0:
                taken.append((time.perf_counter() - started) * 1e3)
    except httpx.TimeoutException:
        over = LIMIT_S * 1e3
        return PageTime(address.name, 0, over, over, over, (cpu_seconds(pid) - before) * 1e3, 0)
    cpu = (cpu_seconds(pid) - before) / repeats * 1e3
    p50, p95 = (float(value) for value in np.percentile(taken, (50, 95)))
    return PageTime(address.name, answer.status_code, p50, p95, max(taken), cpu, len(answer.content) / 1e3)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far; 0 where the system does not tell (no /proc)."""
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return 0.0
    fields = file.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(times: Iterable[PageTime]) -> str:
    """The times as a Markdown table, the slowest first."""
    lines = ["| page | p50 ms | p95 ms | max ms | CPU ms | kB |", "| --- | --- | --- | --- | --- | --- |"]
    for one in sorted(times, key=lambda one: -one.p95):
        mark = "" if one.kept else " **" + (f"status {one.status}" if one.status != 200 else "over") + "**"
        lines.append(
            f"| {one.name}{mark} | {one.p50:.0f} | {one.p95:.0f} | {one.most:.0f} | {one.cpu:.0f} "
            f"| {one.kilobytes:.0f} |"
        )
    return "\n".join(lines)
