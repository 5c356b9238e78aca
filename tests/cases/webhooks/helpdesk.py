"""A helpdesk's API on this machine: keeps what is posted to it, and answers as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    method: str
    path: str
    headers: dict[str, str]
    json: dict[str, Any]


@dataclass
class Helpdesk:
    base: str = ""
    posted: list[Posted] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses to answer with, in turn; then 200."""
    location: str = ""
    hangs: threading.Event = field(default_factory=threading.Event)
    """Cleared: requests wait for it."""


@contextmanager
def helpdesk() -> Iterator[Helpdesk]:
    desk = Helpdesk()
    desk.hangs.set()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            desk.posted.append(Posted(self.command, self.path, headers, json.loads(body)))
            desk.hangs.wait(10)
            status = desk.answers.pop(0) if desk.answers else 200
            self.send_response(status)
            if desk.location:
                self.send_header("Location", desk.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PUT = answer  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    desk.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield desk
    finally:
        desk.hangs.set()
        server.shutdown()
        thread.join()
        server.server_close()
