"""A JSON API on this machine, as a real server on loopback."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    """A request that came; the names of its headers in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    json: dict[str, Any]


@dataclass
class Told:
    """What is answered."""

    status: int
    json: dict[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def json_api(answer: Callable[[Posted], Told]) -> Iterator[str]:
    """Answer what is posted or put, for as long as the context lasts; gives the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = answer(Posted(self.command, self.path, headers, given))
            body = json.dumps(told.json).encode()
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
