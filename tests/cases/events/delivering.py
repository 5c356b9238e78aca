"""A worker that delivers to a receiver until it is killed by a test.

Called as ``python -m tests.cases.events.delivering URL FOLDER RECEIVER SECONDS``: its clock is so many seconds ahead.
"""

import ipaddress
import sys
from datetime import timedelta
from pathlib import Path

from cases.audit import utc_now
from cases.events.addresses import AddressGuard
from cases.events.deliveries import Deliveries
from cases.events.dispatcher import Dispatcher
from cases.events.sender import EventSender
from cases.records import Records
from cases.timekeeping.worker import Outbound, Worker
from tests.cases.events.receiver import subscription, subscriptions
from tests.cases.timekeeping.keeping import keeper

LOCAL = ipaddress.ip_network("127.0.0.1/32")


def opened(url: str, folder: Path, seconds: float) -> Records:
    """Records whose clock is ahead."""
    return Records.open(url, folder, environment={}, now=lambda: utc_now() + timedelta(seconds=seconds))


def build(records: Records, receiver: str) -> Worker:
    to = subscriptions(subscription(receiver))
    deliveries = Deliveries(records.database, records.now)
    sender = EventSender(AddressGuard([LOCAL]), service="test", now=records.now)
    outbound = Outbound(to, deliveries, Dispatcher(deliveries, to, sender))
    return Worker(keeper(records), outbound, threads=4, idle_seconds=0.05)


def main() -> None:
    url, folder, receiver, seconds = sys.argv[1:]
    worker = build(opened(url, Path(folder), float(seconds)), receiver)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.run()


if __name__ == "__main__":
    main()
