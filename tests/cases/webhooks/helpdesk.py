"""A helpdesk's API on this machine: keeps what is posted to it, and answers as it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.cases.webhooks.loopback import Posted, Told, json_api


@dataclass
class Helpdesk:
    base: str = ""
    posted: list[Posted] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses to answer with, in turn; then 200."""
    location: str = ""
    hangs: threading.Event = field(default_factory=threading.Event)
    """Cleared: requests wait for it."""

    def answer(self, posted: Posted) -> Told:
        self.posted.append(posted)
        self.hangs.wait(10)
        status = self.answers.pop(0) if self.answers else 200
        return Told(status, headers={"Location": self.location} if self.location else {})


@contextmanager
def helpdesk() -> Iterator[Helpdesk]:
    desk = Helpdesk()
    desk.hangs.set()
    with json_api(desk.answer) as desk.base:
        try:
            yield desk
        finally:
            desk.hangs.set()
