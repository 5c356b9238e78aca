"""The receivers do what their names say, and the service's own sender meets each as it should."""

import ipaddress
import time
from datetime import UTC, datetime

import pytest

from cases.events.addresses import AddressGuard
from cases.events.sender import Attempt, EventSender
from cases.webhooks.endpoints import standard_key
from eval.reliability.receivers import Receiver, receiving
from tests.cases.events.receiver import KEY, subscription, whsec

LOOPBACK = ipaddress.ip_network("127.0.0.1/32")


def send(url: str, seconds: float = 1.0) -> Attempt:
    sender = EventSender(
        AddressGuard([LOOPBACK]), service="test", seconds=seconds, now=lambda: datetime.now(UTC)
    )
    return sender.send(subscription(url), "evt_1", b'{"type":"draft.ready"}')


def test_a_good_receiver_keeps_what_it_got_and_knows_our_signature() -> None:
    assert standard_key(whsec()) == KEY
    with receiving(Receiver(key=KEY)) as good:
        assert send(good.url("ok")).delivered
        (got,) = good.got()
    assert (got.id, got.signed) == ("evt_1", True)
    assert abs(got.at - time.time()) < 30


def test_another_signature_is_not_ours() -> None:
    with receiving(Receiver(key=b"another key of thirty-two bytes!")) as good:
        assert send(good.url("ok")).delivered
        assert [got.signed for got in good.got()] == [False]


@pytest.mark.parametrize(
    ("path", "error"), [("hang", "timeout"), ("drip", "timeout"), ("redirect", "redirected")]
)
def test_a_bad_receiver_is_told_by_its_name(path: str, error: str) -> None:
    with receiving(Receiver()) as behind, receiving(Receiver(inside=behind.url("ok"))) as bad:
        attempt = send(bad.url(path))
        assert (attempt.delivered, attempt.error) == (False, error)
        assert bad.visits[path] == 1
        assert behind.visits.total() == 0


def test_an_address_inside_is_not_visited() -> None:
    with receiving(Receiver(host="127.0.0.2")) as inside:
        assert send(inside.url("ok")).error == "address_refused"
        assert inside.visits.total() == 0


def test_a_flaky_receiver_takes_most_and_loses_some_answers() -> None:
    with receiving(Receiver(seed=3, key=KEY)) as flaky:
        attempts = [send(flaky.url("flaky")) for _ in range(40)]
        taken = len(flaky.got())
    delivered = sum(attempt.delivered for attempt in attempts)
    assert 20 < delivered < taken < 40
