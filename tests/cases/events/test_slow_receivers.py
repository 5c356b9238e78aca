"""However many receivers hang, half of the deliveries at once stay for those that answer."""

import threading
import time
from pathlib import Path

import pytest

from cases.events.deliveries import Deliveries
from cases.events.dispatcher import SLOW_SECONDS, Dispatcher
from cases.events.sender import Attempt
from cases.events.subscriptions import Subscription
from cases.records import Records
from tests.cases.events.receiver import subscription, subscriptions
from tests.cases.samples import Clock, open_records, record

HANGING = [subscription(f"https://{name}.example/", name) for name in ("a", "b", "c")]
GOOD = subscription("https://good.example/", "good")
EVENTS = 4


class Hangs:
    """Answers for the good one; the others time out, and once ``stuck`` is set they hang."""

    def __init__(self) -> None:
        self.stuck = False
        self.release = threading.Event()
        self.entered = threading.Semaphore(0)
        self.sent: list[str] = []

    def send(self, to: Subscription, event_id: str, body: bytes) -> Attempt:
        self.sent.append(to.name)
        if to is GOOD:
            return Attempt(200)
        if self.stuck:
            self.entered.release()
            assert self.release.wait(20)
        return Attempt(error="timeout")


@pytest.fixture
def records(tmp_path: Path):
    opened = open_records(f"sqlite:///{tmp_path / 'borrador.db'}", tmp_path, Clock())
    yield opened
    opened.close()


def waiting(records: Records, clock: Clock, *to: Subscription) -> Deliveries:
    deliveries = Deliveries(records.database, clock)
    for _ in range(EVENTS):
        record(records)
    assert deliveries.route(subscriptions(*to)) == EVENTS
    return deliveries


def test_all_that_hang_together_hold_half(records: Records) -> None:
    clock, sender = Clock(), Hangs()
    deliveries = waiting(records, clock, *HANGING, GOOD)
    made = Dispatcher(deliveries, subscriptions(*HANGING, GOOD), sender, at_once=4, chance=lambda: 0.0)
    while made.deliver_next():
        pass
    assert sender.sent.count("good") == EVENTS
    waiting(records, clock, GOOD)
    clock.move(seconds=10)
    sender.sent.clear()
    sender.stuck = True

    def work() -> None:
        while made.deliver_next():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert [sender.entered.acquire(timeout=10) for _ in range(2)] == [True, True]
    third = sender.entered.acquire(timeout=0.5)
    end = time.monotonic() + 10
    while sender.sent.count("good") < EVENTS and time.monotonic() < end:
        time.sleep(0.01)
    served = sender.sent.count("good")
    sender.release.set()
    for thread in threads:
        thread.join()
    assert (third, served) == (False, EVENTS)


def test_one_that_answers_again_is_slow_no_more(records: Records) -> None:
    clock = Clock()
    one, two = HANGING[:2]
    deliveries = waiting(records, clock, one, two)
    sender = Hangs()
    made = Dispatcher(deliveries, subscriptions(one, two), sender, at_once=4, chance=lambda: 0.0)
    while made.deliver_next():
        pass
    assert made.slow == {"a", "b"}

    class Answers:
        def send(self, to: Subscription, event_id: str, body: bytes) -> Attempt:
            return Attempt(200)

    clock.move(seconds=10)
    well = Dispatcher(deliveries, subscriptions(one, two), Answers(), at_once=4)
    well.slow |= made.slow
    while well.deliver_next():
        pass
    assert well.slow == set()
    assert SLOW_SECONDS < 15
