"""Receivers that hang, drip, lie, redirect inward, are inside or gone: the good one waits for none of them."""

import random
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from cases.events.deliveries import Deliveries, DeliveryState
from eval.reliability.errands import Callers, Errands
from eval.reliability.faults import LIGHT
from eval.reliability.figures import Latencies
from eval.reliability.findings import Broken, Report
from eval.reliability.installation import Installation, installed
from eval.reliability.promises import Holding, check_delivered, read_holding
from eval.reliability.receivers import Receiver, receiving
from eval.reliability.traffic import Traffic

LOAD_SECONDS = 20.0
FIRST_SECONDS = 30.0
"""Twice an attempt: for one the worker cannot know who hangs, then it catches up."""
LATE_SECONDS = 10.0
"""After that, the good receiver hears of an event within this."""
WAIT_SECONDS = 90.0
BAD = ("hang", "drip", "lie", "redirect", "gone")


def run_bad_receivers(folder: Path, *, seed: int) -> Report:
    """Send events to one good receiver among six bad ones."""
    report = Report("receivers")
    with ExitStack() as stack:
        place = stack.enter_context(installed(folder, settings=LIGHT))
        good = stack.enter_context(receiving(Receiver(seed=seed)))
        bad = stack.enter_context(receiving(Receiver(seed=seed)))
        # Where the redirects lead: an address that events may go to, so that only not following keeps it unseen.
        behind = stack.enter_context(receiving(Receiver()))
        # An address of this machine that events may not go to.
        inside = stack.enter_context(receiving(Receiver(host="127.0.0.2")))
        bad.inside = behind.url("ok")
        urls = {name: bad.url(name) for name in BAD}
        good.key = place.subscribe({**urls, "good": good.url("ok"), "inside": inside.url("ok")})
        _load(place, seed)
        holding = _await_good(place, good)
        _judge(report, place, holding, good)
        for name, sentinel in (("a redirect", behind), ("an inside address", inside)):
            if sentinel.visits:
                report.find(Broken.REACHED_INSIDE, f"{sentinel.visits.total()} requests through {name}")
        report.figures = {**report.figures, "visits_of_bad_ones": dict(sorted(bad.visits.items()))}
    return report.ended()


def _load(place: Installation, seed: int) -> None:
    """Make cases for a while, with the worker at work."""
    key = place.make_keys(1)[0]
    place.start_api()
    place.start_worker()
    errands = Errands(Traffic.load(seed), random.Random(seed))
    callers = Callers(errands, place.base_url, key, threads=1)
    callers.start()
    time.sleep(LOAD_SECONDS)
    callers.no_more()
    callers.stop()


def _await_good(place: Installation, good: Receiver) -> Holding:
    records = place.records()
    try:
        end = time.monotonic() + WAIT_SECONDS
        while True:
            holding = read_holding(records, with_events=False)
            heard = {got.id for got in good.got()}
            if time.monotonic() > end or {event.id for event in holding.events} <= heard:
                return holding
            time.sleep(0.5)
    finally:
        records.close()


def _judge(report: Report, place: Installation, holding: Holding, good: Receiver) -> None:
    report.findings += check_delivered(holding, good.got())
    happened = {event.id: event.at for event in holding.events}
    begun = min(happened.values(), default=0.0)
    known = [(got.at - happened[got.id], happened[got.id]) for got in good.got() if got.id in happened]
    late = [delay for delay, at in known if at - begun > FIRST_SECONDS and delay > LATE_SECONDS]
    first = [delay for delay, at in known if at - begun <= FIRST_SECONDS and delay > FIRST_SECONDS]
    for delays in (late, first):
        if delays:
            report.find(Broken.TOO_SLOW, f"{len(delays)} events came up to {max(delays):.0f} s late")
    records = place.records()
    try:
        dead = Deliveries(records.database, records.now).list(state=DeliveryState.DEAD, limit=1000)
        counts = Deliveries(records.database, records.now).counts()
    finally:
        records.close()
    if any(one.subscription == "good" for one in dead):
        report.find(Broken.UNDELIVERED_EVENT, "a delivery to the good receiver was given up")
    delays = [delay for delay, _ in known]
    figures = {name: round(value, 1) for name, value in asdict(Latencies.of(delays)).items()}
    report.figures = {"events": len(happened), "delay_ms": dict(figures), "deliveries": dict(counts)}
