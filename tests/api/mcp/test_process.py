"""`borrador mcp` as a process, spoken to in the protocol."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client

from api.record_keeping import open_records
from api.settings import Settings
from cases.keys import Scope
from cases.message import MAX_TEXT

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "api.cli", "mcp"]
CANARY = "Soy Benedicta Larrañaga, 612 345 678"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("mcp")
    records = open_records(Settings(data_dir=folder))
    secret = records.keys.create(name="t", account="demo", scopes=[Scope.AGENT], actor="test").secret
    records.database.close()
    return {**os.environ, "BORRADOR_DATA_DIR": str(folder), "BORRADOR_API_KEY": secret}


class Peer:
    """Speaks JSON-RPC, one message a line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.number = 0

    def send(self, raw: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(raw + b"\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.send(json.dumps(message).encode())
        assert self.process.stdout is not None
        while True:
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                return answer

    def tool(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self.ask("tools/call", {"name": name, "arguments": arguments})["result"]
        return result


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stderr"


@pytest.fixture(scope="module")
def peer(environment: dict[str, str], log: Path) -> Iterator[Peer]:
    with log.open("wb") as errors:
        process = subprocess.Popen(
            COMMAND, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        with process:
            peer = Peer(process)
            greeting = peer.ask(
                "initialize",
                {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "t", "version": "1"},
                },
            )
            assert greeting["result"]["serverInfo"]["name"] == "borrador"
            peer.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
            yield peer
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(20) == 0


def test_the_tools_are_listed_with_bounded_inputs(peer: Peer) -> None:
    tools = peer.ask("tools/list", {})["result"]["tools"]
    assert [tool["name"] for tool in tools] == ["redact", "classify", "search", "draft", "get_case"]
    assert tools[0]["inputSchema"]["properties"]["text"]["maxLength"] == MAX_TEXT
    assert [tool["annotations"]["readOnlyHint"] for tool in tools] == [True, True, True, False, True]


def test_a_message_goes_the_whole_way(peer: Peer) -> None:
    drafted = peer.tool("draft", {"text": CANARY + ". ¿Hacéis envíos a Canarias?", "channel": "email"})
    assert not drafted.get("isError")
    case = drafted["structuredContent"]
    assert json.loads(drafted["content"][0]["text"]) == case
    assert case["drafts"]
    assert "Benedicta" not in json.dumps(case)
    assert peer.tool("get_case", {"case_id": case["id"]})["structuredContent"]["id"] == case["id"]


def test_errors_are_tool_errors_with_codes(peer: Peer) -> None:
    missing = peer.tool("get_case", {"case_id": "cas_nada"})
    assert missing["isError"] is True
    assert missing["structuredContent"] == {"code": "case_not_found", "detail": "no such case"}
    wrong = peer.tool("redact", {"text": CANARY, "extra": CANARY})
    assert wrong["structuredContent"]["code"] == "validation_failed"
    assert "Benedicta" not in json.dumps(wrong)


def test_an_unknown_tool_is_a_protocol_error_that_does_not_repeat_its_name(peer: Peer) -> None:
    answer = peer.ask("tools/call", {"name": CANARY, "arguments": {}})
    assert answer["error"]["code"] == -32602
    assert "Benedicta" not in json.dumps(answer["error"])


@pytest.mark.parametrize(
    "raw",
    [
        b"no es JSON: " + CANARY.encode(),
        b"[]",
        b'{"jsonrpc": "2.0"}',
        b"\xff\xfe",
        b'{"jsonrpc": "2.0", "method": "notifications/' + CANARY.encode() + b'", "params": {}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "x", "params": "' + b"a" * 3_000_000 + b'"}',
    ],
    ids=["prose", "list", "neither", "bytes", "notification", "too-long"],
)
def test_rubbish_is_passed_over_and_the_next_call_answered(peer: Peer, raw: bytes) -> None:
    peer.send(raw)
    assert not peer.tool("search", {"q": "¿Cuánto tarda un envío?"}).get("isError")


def test_nothing_of_a_message_is_in_the_log(peer: Peer, log: Path) -> None:
    peer.tool("classify", {"text": CANARY})
    assert "Benedicta" not in log.read_text(encoding="utf-8")
    assert "612" not in log.read_text(encoding="utf-8")


def test_the_official_client_gets_on_with_it(environment: dict[str, str]) -> None:
    async def talk() -> tuple[list[str], bool]:
        server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=environment, cwd=ROOT)
        async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as session:
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            result = await session.call_tool("redact", {"text": CANARY})
            return tools, result.is_error

    tools, failed = anyio.run(talk)
    assert tools[0] == "redact"
    assert not failed


@pytest.mark.parametrize("secret", ["", "bor_inventada"])
def test_without_a_key_in_force_it_does_not_start(environment: dict[str, str], secret: str) -> None:
    done = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env={**environment, "BORRADOR_API_KEY": secret},
        input=b"",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert b"BORRADOR_API_KEY" in done.stderr
    assert b"inventada" not in done.stderr
    assert done.stdout == b""
