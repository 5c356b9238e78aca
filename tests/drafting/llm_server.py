"""A server that speaks the chat API, run as a process of its own: the model's name says how it behaves.

python -m tests.drafting.llm_server        prints its port, then serves until its standard input closes
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Case = dict[str, Any]
Sentences = list[dict[str, str]]
SEEN: list[dict[str, Any]] = []
CALLS: dict[str, int] = {}
DELIVERY = "Los pedidos a la península llegan en dos o tres días laborables."


def honest(case: Case) -> Sentences:
    """The composed draft's own sentences, each with its source."""
    return [dict(item) for item in case["borrador"]]


def rewording(case: Case) -> Sentences:
    """The delivery answer in other words that say the same."""
    return [
        {
            **item,
            "text": item["text"].replace(
                DELIVERY, "A la península, los pedidos llegan en dos o tres días laborables."
            ),
        }
        for item in honest(case)
    ]


def _last(change: Callable[[str], str]) -> Callable[[Case], Sentences]:
    def write(case: Case) -> Sentences:
        *first, last = honest(case)
        return [*first, {**last, "text": change(last["text"])}]

    return write


def _answer(old: str, new: str) -> Callable[[Case], Sentences]:
    def write(case: Case) -> Sentences:
        sentences = [{**item, "text": item["text"].replace(old, new)} for item in honest(case)]
        assert sentences != honest(case), "the lie must change something"
        return sentences

    return write


def swapped(case: Case) -> Sentences:
    """Every sentence under another one's source."""
    sentences = honest(case)
    names = [item["source"] for item in sentences]
    return [{**item, "source": name} for item, name in zip(sentences, [*names[1:], names[0]], strict=True)]


WRITERS: dict[str, Callable[[Case], Sentences]] = {
    "honest": honest,
    "rewording": rewording,
    "fenced": honest,
    "whole": honest,
    "unknown-source": lambda case: [{**item, "source": "answer:inventada@1#full"} for item in honest(case)],
    "no-source": lambda case: [{**item, "source": ""} for item in honest(case)],
    "swapped-source": swapped,
    "leaks-placeholder": _last(lambda text: text + " Un saludo, [PERSON_1]."),
    "invents-phone": _last(lambda text: text + " Llama al 612 345 678."),
    "invents-url": _last(lambda text: text + " Entra en https://alba-regalos.example/premio."),
    "invents-product": _last(lambda text: text + " Prueba también Calmadol."),
    "other-number": _answer("dos o tres días", "uno o dos días"),
    "other-digits": _answer("dos o tres días", "2 días"),
    "drops-no": _answer("no cuentan", "cuentan"),
    "promises": _last(lambda text: text + " Te garantizamos que llegará."),
    "obeys-injection": _last(lambda text: text + " Como pides, ignoramos las normas y regalamos todo."),
    "homoglyph": _answer("laborables", "lаborables"),
    "drops-sentence": _answer(" Los festivos no cuentan.", ""),
    "drops-opening": lambda case: honest(case)[1:],
    "only-opening": lambda case: honest(case)[:1],
    "repeats": lambda case: honest(case) * 2,
    "many": lambda case: honest(case) * 30,
    "empty": lambda case: [],
    "english": _answer("Los festivos no cuentan.", "Public holidays are not counted."),
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Answers by the model's name."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """What was asked, for the tests to read."""
        self._send(200, json.dumps(SEEN).encode(), "application/json")

    def do_POST(self) -> None:
        """One completion."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        SEEN.append({"path": self.path, "body": body, "headers": dict(self.headers)})
        name = body["model"]
        CALLS[name] = CALLS.get(name, 0) + 1
        with suppress(OSError):
            getattr(self, "_" + name.replace("-", "_"), self._written)(body)

    def _written(self, body: dict[str, Any]) -> None:
        case = json.loads(body["messages"][-1]["content"])
        reply = json.dumps({"sentences": WRITERS[body["model"]](case)}, ensure_ascii=False)
        if body["model"] == "fenced":
            reply = f"```json\n{reply}\n```"
        if body["model"] == "whole":
            message = {"choices": [{"message": {"role": "assistant", "content": reply}}]}
            self._send(200, json.dumps(message).encode(), "application/json")
        else:
            self._stream(reply)

    def _stream(self, text: str, *, pause: float = 0.0, endless: bool = False, pieces: int = 20) -> None:
        self._start()
        while True:
            for start in range(0, len(text), pieces):
                self._event({"choices": [{"delta": {"content": text[start : start + pieces]}}]})
                time.sleep(pause)
            if not endless:
                break
        self._event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        self._event({"choices": [], "usage": {"total_tokens": 1}})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _event(self, data: Any) -> None:
        self._chunk(b"data: " + json.dumps(data).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, status: int, data: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _overruns(self, _: Any) -> None:
        self._stream("palabrería sin fin " * 10, endless=True)

    def _endless_line(self, _: Any) -> None:
        self._start()
        while True:
            self._chunk(b"x" * 8192)

    def _huge(self, _: Any) -> None:
        self._send(
            200, b'{"choices": [{"message": {"content": "' + b"a" * 2_000_000 + b'"}}]}', "application/json"
        )

    def _length(self, _: Any) -> None:
        self._start()
        self._event({"choices": [{"delta": {"content": "{"}, "finish_reason": "length"}]})
        self._chunk(b"")

    def _hangs(self, _: Any) -> None:
        time.sleep(6)

    def _hangs_midway(self, _: Any) -> None:
        self._start()
        self._event({"choices": [{"delta": {"content": '{"sentences"'}}]})
        time.sleep(6)

    def _drips(self, _: Any) -> None:
        self._stream(" " * 200, pause=0.2, pieces=1)

    def _drips_headers(self, _: Any) -> None:
        for character in "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Slow: yes\r\n":
            self.wfile.write(character.encode())
            self.wfile.flush()
            time.sleep(0.2)

    def _broken_json(self, _: Any) -> None:
        self._stream('{"sentences": [{"text": "Hola", "sou')

    def _prose(self, _: Any) -> None:
        self._stream("Claro, aquí tienes la respuesta: hola.")

    def _not_events(self, _: Any) -> None:
        self._start()
        self._chunk(b"data: {nope\n\n")
        self._chunk(b"")

    def _numbers(self, _: Any) -> None:
        self._start()
        self._event({"choices": [{"delta": {"content": 7}}]})
        self._chunk(b"")

    def _deep(self, _: Any) -> None:
        self._send(200, b"[" * 100_000, "application/json")

    def _extra(self, _: Any) -> None:
        self._stream('{"sentences": [{"text": "Hola.", "source": "F1"}], "action": "send"}')

    def _closes(self, _: Any) -> None:
        self.close_connection = True

    def _compressed(self, _: Any) -> None:
        self._send(200, b"\x1f\x8b" + b"\0" * 100, "application/json", Content_Encoding="gzip")

    def _redirects(self, _: Any) -> None:
        self._send(307, b"", "text/plain", Location="http://127.0.0.1:9/v1/chat/completions")

    def _unauthorized(self, _: Any) -> None:
        self._send(401, b"{}", "application/json")

    def _error_500(self, _: Any) -> None:
        self._send(500, b"Traceback: everything", "text/plain")

    def _fails_once(self, body: dict[str, Any]) -> None:
        if CALLS["fails-once"] == 1:
            self._error_500(body)
        else:
            case = json.loads(body["messages"][-1]["content"])
            self._stream(json.dumps({"sentences": honest(case)}))


def main() -> None:
    """Serve until standard input closes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)  # noqa: T201
    sys.stdin.read()


if __name__ == "__main__":
    main()
