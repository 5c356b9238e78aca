"""An installation of its own in a fresh folder: its keys, its processes, and their end."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cases.keys import Scope
from cases.records import Records

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300.0
STOP_SECONDS = 60.0
ACCOUNT = "demo"
EVENTS_VARIABLE = "BORRADOR_RELIABILITY_EVENTS_SECRET"


class DidNotStartError(RuntimeError):
    """A process ended, or was not ready, in the time that it has to start."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Running:
    """A process of the service."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """Kill -9, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; kill it where it does not. Gives its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode

    def resident_mb(self) -> float:
        """Resident memory in MB (10^6 bytes); NaN where there is no /proc, or no process."""
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return float("nan")
        fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return int(fields["VmRSS"].split()[0]) * 1024 / 1e6 if "VmRSS" in fields else float("nan")


@dataclass(slots=True)
class Installation:
    """A folder with a store and keys, and the processes on it. All on the loopback."""

    folder: Path
    url: str
    """Of the database."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """``BORRADOR_…`` settings beside the folder and the database."""
    entry: Sequence[str] = ("-m", "api.cli")
    """What Python runs; another one injects a clock."""
    port: int = field(default_factory=free_port)
    running: list[Running] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        """Of the API."""
        return f"http://127.0.0.1:{self.port}"

    def records(self) -> Records:
        """Open the records as another process does."""
        return Records.open(self.url, self.folder / "data", environment={})

    def make_keys(self, number: int) -> list[str]:
        """Make so many API keys that may write; give their secrets."""
        records = self.records()
        try:
            return [
                records.keys.create(
                    name=f"load-{n}", account=ACCOUNT, scopes=[Scope.AGENT], actor="eval"
                ).secret
                for n in range(number)
            ]
        finally:
            records.close()

    def subscribe(self, urls: Mapping[str, str], *, networks: Sequence[str] = ("127.0.0.1/32",)) -> bytes:
        """Write the file of subscriptions to all events; give the key that signs."""
        key = secrets.token_bytes(32)
        (self.folder / "subscriptions.yaml").write_text(_subscriptions(urls, networks), encoding="utf-8")
        self.settings = {
            **self.settings,
            "BORRADOR_SUBSCRIPTIONS_FILE": str(self.folder / "subscriptions.yaml"),
            EVENTS_VARIABLE: "whsec_" + base64.b64encode(key).decode("ascii"),
        }
        return key

    def start_api(self, *, wait: bool = True) -> Running:
        """Start ``borrador serve``, and wait until it is ready. Raises DidNotStartError."""
        api = self._start("api", "serve", "--port", str(self.port))
        if wait:
            self.wait_ready(api)
        return api

    def start_worker(self) -> Running:
        """Start ``borrador worker``."""
        return self._start("worker", "worker")

    def wait_ready(self, api: Running, seconds: float = START_SECONDS) -> float:
        """Wait for readiness; give the seconds it took. Raises DidNotStartError."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if not api.alive:
                raise DidNotStartError(f"{api.name} ended with {api.process.returncode}: see {api.log}")
            if self.is_ready():
                return time.monotonic() - begun
            time.sleep(0.1)
        raise DidNotStartError(f"{api.name} was not ready after {seconds:.0f} s: see {api.log}")

    def is_ready(self) -> bool:
        """Whether the API says that it can work."""
        try:
            return httpx.get(f"{self.base_url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def _start(self, name: str, *arguments: str) -> Running:
        log = self.folder / f"{name}.log"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("BORRADOR_")}
        environment = {
            **inherited,
            "BORRADOR_DATA_DIR": str(self.folder / "data"),
            "BORRADOR_DATABASE_URL": self.url,
            "BORRADOR_CREATE_DEMO_KEY": "false",
            **self.settings,
        }
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, *self.entry, *arguments], cwd=ROOT, env=environment, stdout=out, stderr=out
            )
        running = Running(name, process, log)
        self.running = [one for one in self.running if one.alive] + [running]
        return running


@contextmanager
def installed(
    folder: Path, *, url: str | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    """An installation whose processes are gone at the end, whatever happened."""
    data = folder / "data"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Installation(folder, url or f"sqlite:///{data / 'borrador.sqlite3'}", settings or {})
    try:
        yield made
    finally:
        for running in made.running:
            if running.alive:
                running.stop()


def _subscriptions(urls: Mapping[str, str], networks: Sequence[str]) -> str:
    lines = ["version: 1", f"allow_networks: [{', '.join(networks)}]"]
    lines += [f"retry_seconds: [{', '.join(['1'] * 20)}]", "subscriptions:"]
    for name, url in urls.items():
        lines += [f"  {name}:", f"    account: {ACCOUNT}", f"    url: {url}"]
        lines += ['    events: ["*"]', f"    secrets_env: [{EVENTS_VARIABLE}]"]
    return "\n".join(lines) + "\n"
