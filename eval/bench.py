"""Measures the shipped service over HTTP: latency, throughput, start-up and memory. Ratios matter, not absolutes."""

import os
import platform
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from rich.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_SECONDS = 120
MESSAGES = (
    "Hola, ¿cada cuánto tiempo hay que volver a ponerse el protector solar en la playa? Voy con los niños y no sé "
    "si con una vez por la mañana basta o hay que repetir después de cada baño. Gracias",
    "Buenas tardes, soy Lucía Ferrer, hice un pedido el lunes y todavía no me ha llegado nada. Mi móvil es el "
    "612 345 678 por si el repartidor no encuentra el portal. ¿Me podéis decir dónde está el paquete?",
    "Llevo tres días con la cara roja y me pica muchísimo desde que uso el sérum nuevo. ¿Es normal o tengo que "
    "dejarlo? Me da miedo que vaya a más, la verdad, y no sé si ir al médico o esperar un poco",
    "Pues una vergüenza, segunda vez que me mandan el bote roto y nadie contesta. Pago casi cuarenta euros por "
    "una crema y me llega medio vacía. Quiero que alguien me dé una explicación de una vez por todas, gracias",
    "¡Enhorabuena por el bálsamo labial! Lo he probado este invierno y es lo mejor que he tenido nunca, se lo he "
    "regalado a toda la familia. ¿Pensáis sacarlo en un tamaño más grande? Yo lo compraría seguro",
)
"""Five of about 200 characters, each of another disposition; the people in them are invented."""


@dataclass(frozen=True, slots=True)
class BenchResult:
    """Figures of one run. Times in milliseconds unless the name says otherwise; memory in MB (10^6 bytes)."""

    median_ms: float
    p95_ms: float
    p99_ms: float
    drafts_per_second_at_16: float
    cold_start_s: float
    resident_mb: float
    peak_mb: float
    install_s: float | None
    machine: str

    def table(self) -> str:
        """The figures as a Markdown table."""
        rows = [
            ("One draft over HTTP, concurrency 1: median", f"{self.median_ms:.1f} ms", "at most 25 ms"),
            ("… 95th percentile", f"{self.p95_ms:.1f} ms", ""),
            ("… 99th percentile", f"{self.p99_ms:.1f} ms", ""),
            ("Drafts a second, concurrency 16", f"{self.drafts_per_second_at_16:.0f}", ""),
            ("Cold start to ready", f"{self.cold_start_s:.1f} s", "at most 4 s"),
            ("Resident memory after the run", f"{self.resident_mb:.0f} MB", "at most 700 MB"),
            ("… peak", f"{self.peak_mb:.0f} MB", ""),
        ]
        if self.install_s is not None:
            rows.append(("Install into a fresh environment", f"{self.install_s:.0f} s", ""))
        lines = ["| figure | measured | aim |", "| --- | --- | --- |"]
        lines += [f"| {name} | {value} | {aim} |" for name, value, aim in rows]
        return "\n".join((*lines, "", f"Measured on {self.machine}."))


def run_bench(*, requests: int = 300, with_install: bool = False) -> BenchResult:
    """Start the service in a process and a data folder of its own, load it, and measure."""
    install_s = _measure_install() if with_install else None
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "BORRADOR_DATA_DIR": folder, "BORRADOR_CREATE_DEMO_KEY": "false"}
        environment.pop("BORRADOR_DATABASE_URL", None)
        token = _create_key(environment)
        _serve_once(environment)  # fills the cache of passage vectors, as any start after the first finds it
        with served(environment) as (url, process, started_s):
            latencies, per_second = _load(url, token, requests)
            resident, peak = _memory_mb(process.pid)
    return BenchResult(
        median_ms=float(np.percentile(latencies, 50)),
        p95_ms=float(np.percentile(latencies, 95)),
        p99_ms=float(np.percentile(latencies, 99)),
        drafts_per_second_at_16=per_second,
        cold_start_s=started_s,
        resident_mb=resident,
        peak_mb=peak,
        install_s=install_s,
        machine=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    )


def _load(url: str, token: str, requests: int) -> tuple[list[float], float]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client, Progress() as progress:
        for number in range(20):
            _draft(client, number)
        bar = progress.add_task("concurrency 1", total=requests)
        latencies = []
        for number in range(requests):
            latencies.append(_draft(client, number))
            progress.advance(bar)
        bar = progress.add_task("concurrency 16", total=2 * requests)
        started = time.perf_counter()
        with ThreadPoolExecutor(16) as pool:
            for _ in pool.map(lambda number: _draft(client, number), range(2 * requests)):
                progress.advance(bar)
        return latencies, 2 * requests / (time.perf_counter() - started)


def _draft(client: httpx.Client, number: int) -> float:
    # A nonce in each text, so that no cache can answer for the work.
    text = f"{MESSAGES[number % len(MESSAGES)]} {secrets.token_hex(2)}"
    started = time.perf_counter()
    while True:
        answer = client.post("/v1/drafts", json={"text": text, "channel": "instagram"})
        if answer.status_code != 503:
            break
        time.sleep(0.1)  # a slow machine refuses some of many at once: throughput counts what was answered
    answer.raise_for_status()
    return (time.perf_counter() - started) * 1e3


def command_line(*arguments: str) -> list[str]:
    """The command `borrador`, by this very Python."""
    return [sys.executable, "-m", "api.cli", *arguments]


def _create_key(environment: dict[str, str]) -> str:
    command = command_line("keys", "create", "--name", "bench", "--scope", "agent")
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _serve_once(environment: dict[str, str]) -> None:
    with served(environment):
        pass


@contextmanager
def served(environment: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Serve in a process of its own; give its address, the process, and the seconds until it was ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    process = subprocess.Popen(
        command_line("serve", "--port", str(port)),
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(url, process, started)
        yield url, process, time.perf_counter() - started
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # an answer still in the making holds it back
            process.kill()
            process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], started: float) -> None:
    while time.perf_counter() - started < START_LIMIT_SECONDS:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with code {process.returncode} before it was ready")
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"the service was not ready after {START_LIMIT_SECONDS} s")


def _memory_mb(pid: int) -> tuple[float, float]:
    """Resident and peak memory of a process, in MB; NaN where the system does not tell (no /proc)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan"), float("nan")
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return tuple(int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def _measure_install() -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # As `make install` does it; a plain install would leave a copy of the sources under build/.
        subprocess.run([*command, "--editable", str(ROOT)], check=True, capture_output=True)
        return time.perf_counter() - started
