"""Ten thousand planted values through the running service and the command line; none survives outside the vault.

The service runs in a process of its own, as it ships: its logs, its files and its answers are the real ones.
"""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest

from tests.acceptance.canary_carriers import CARRIERS, EVIDENT, FEW, said
from tests.acceptance.canary_search import Search
from tests.acceptance.canary_values import KINDS, Canary, plant

ROOT = Path(__file__).resolve().parents[2]
CANARIES = 10_000
A_MESSAGE = 50
"""Values in one message: 2,500 characters or so, a long e-mail."""
ONE_BY_ONE = len(KINDS)
"""Values, one of each kind, for the carriers that take a request or more for each."""
COMMAND_LINE = 1_000
"""Values that go through the command line: two runs, a store of its own."""
PATIENCE_SECONDS = 240
"""Until a start, or a whole run of the command, is taken for hung: a busy machine is slow."""


@dataclass(frozen=True)
class Installation:
    """A folder that is home, temporary folder and data folder to the processes run in it."""

    folder: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BORRADOR_")}
        own = {name: str(self.folder / "home") for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
        return {**kept, **own, "BORRADOR_DATA_DIR": str(self.folder / "data"), "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self, *arguments: str, output: str) -> "subprocess.Popen[bytes]":
        """Run a command; both its outputs go to files in the folder."""
        with (
            (self.folder / f"{output}.out").open("wb") as out,
            (self.folder / f"{output}.err").open("wb") as err,
        ):
            return subprocess.Popen(
                [sys.executable, "-m", "api.cli", *arguments],
                cwd=ROOT,
                env=self.environment(),
                stdout=out,
                stderr=err,
            )

    def run(self, *arguments: str, output: str) -> int:
        """Run a command to its end."""
        with self.start(*arguments, output=output) as process:
            try:
                return process.wait(timeout=PATIENCE_SECONDS)
            finally:
                process.kill()

    def held(self) -> dict[str, bytes]:
        """Everything in the folder, by file."""
        files = (file for file in self.folder.rglob("*") if file.is_file() and file.suffix != ".jsonl")
        return {str(file.relative_to(self.folder)): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "home").mkdir()
    return Installation(folder)


@pytest.fixture(scope="module")
def client(installation: Installation) -> Iterator[httpx.Client]:
    """A client of the served application, with the key that the first start prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = installation.start("serve", "--port", str(port), output="serve")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            _wait_for(client, served)
            key = (installation.folder / "data" / "demo.key").read_text(encoding="ascii").strip()
            client.headers["Authorization"] = f"Bearer {key}"
            yield client
    finally:
        served.terminate()
        served.wait(timeout=PATIENCE_SECONDS)


def _wait_for(client: httpx.Client, served: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and served.poll() is None:
        try:
            client.get("/healthz")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the service did not start (exit code {served.poll()})")


@pytest.fixture(scope="module")
def canaries() -> list[Canary]:
    return plant(CANARIES)


@pytest.fixture(scope="module")
def search(canaries: list[Canary]) -> Search:
    return Search(canary.needle for canary in canaries)


def test_no_canary_survives_the_service(
    installation: Installation, client: httpx.Client, canaries: list[Canary], search: Search
) -> None:
    rest = canaries[:-COMMAND_LINE]
    answered: dict[str, bytes] = {}
    for number, carrier in enumerate(FEW):
        part, rest = rest[:ONE_BY_ONE], rest[ONE_BY_ONE:]
        _send(client, carrier, part, answered, number)
    for number in range(len(rest) // A_MESSAGE + 1):
        part, rest = rest[:A_MESSAGE], rest[A_MESSAGE:]
        if len(part) > 2:
            _send(client, CARRIERS[number % len(CARRIERS)], part, answered, number)
    assert rest == []
    answered["metrics"] = client.get("/metrics").content
    answered["openapi"] = client.get("/openapi.json").content
    _assert_unseen(search, answered, canaries)
    _assert_unseen(search, installation.held(), canaries)


def _send(
    client: httpx.Client, carrier: object, part: list[Canary], answered: dict[str, bytes], number: int
) -> None:
    name = f"{getattr(carrier, '__name__', '')} {number}"
    assert callable(carrier)
    answers: list[httpx.Response] = carrier(client, part)
    assert all(answer.status_code < 500 for answer in answers), name
    assert not any(b"TEXTO_RETENIDO" in answer.content for answer in answers), (
        "redaction failed: nothing is shown"
    )
    answered[name] = b"\n".join(answer.content + repr(answer.headers.raw).encode() for answer in answers)


def test_no_canary_survives_the_command_line(
    installation: Installation, client: httpx.Client, canaries: list[Canary], search: Search
) -> None:
    part = canaries[-COMMAND_LINE:]
    lines = []
    for start in range(0, len(part), A_MESSAGE):
        some = part[start : start + A_MESSAGE]
        name = next(canary.value for canary in some if canary.kind in EVIDENT)
        lines.append({"id": name, "text": said(some), "thread": [{"role": "agent", "text": said(some[:2])}]})
        lines += [{"text": said(some), "channel": said(some)}, {"text": said(some), some[0].value: 1}]
        lines.append({"text": "hola", "account": some[0].value})
    source = installation.folder / "in.jsonl"
    written = [json.dumps(line, ensure_ascii=number % 2 == 0) for number, line in enumerate(lines)]
    source.write_text("\n".join([*written, said(part[:9]), f'{{"text": "{said(part[:9])}']), encoding="utf-8")
    for arguments in (("redact",), ("draft", "--store")):
        assert installation.run(*arguments, "--in", str(source), output=arguments[0]) == 1
        results = (installation.folder / f"{arguments[0]}.out").read_bytes().splitlines()
        assert len(results) == len(lines) + 2
    assert installation.run("redact", *said(part[:9]).split(), output="words") == 2
    assert installation.run("draft", "hola", "--channel", part[0].sentence, output="channel") == 2
    _assert_unseen(search, installation.held(), canaries)


def _assert_unseen(search: Search, held: dict[str, bytes], canaries: list[Canary]) -> None:
    seen = {place: found for place, data in held.items() if (found := search.found(data))}
    sentences = {canary.needle: f"{canary.kind}: {canary.sentence}" for canary in canaries}
    assert {place: sorted(sentences[needle] for needle in found)[:5] for place, found in seen.items()} == {}


def test_the_files_searched_are_those_of_the_records(
    installation: Installation, client: httpx.Client
) -> None:
    """The store with its log is among them, it holds cases, and the log of the service holds its requests."""
    held = installation.held()
    stored = held["data/borrador.sqlite3"] + held.get("data/borrador.sqlite3-wal", b"")
    assert b'"redacted_text"' in stored
    assert b"[PERSONA_1]" in stored
    assert b"request.answered" in held["serve.err"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_finds_each_kind_in_each_spelling(
    canaries: list[Canary], search: Search, kind: str
) -> None:
    """A positive control: a value in the clear, or spelled as software spells it, is found."""
    canary = next(canary for canary in canaries if canary.kind == kind)
    spelled = [
        canary.sentence.encode(),
        canary.sentence.upper().encode(),
        f"x\0{canary.sentence}".encode("utf-16-le"),
        quote_plus(canary.sentence).encode(),
        json.dumps({"text": "\n" + canary.sentence}).encode(),
        canary.sentence.encode().hex().encode(),
        *(base64.b64encode(b"x" * shift + canary.sentence.encode()) for shift in range(3)),
    ]
    spelled += ["".join(f"\\u{ord(char):04x}" for char in canary.sentence).encode()]
    if kind == "base64":  # encoded twice over: only the value's own encoding is undone
        spelled = spelled[:1]
    assert [search.found(b"...." + data) for data in spelled] == [{canary.needle}] * len(spelled)
