"""Over a real connection: signed, never redirected, never inside, and over in time whatever the receiver does."""

import datetime as dt
import ipaddress
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cases.events.addresses import AddressGuard
from cases.events.sender import Attempt, EventSender
from cases.webhooks.endpoints import Endpoint, Kind, Secret
from cases.webhooks.signatures import verify
from policies.vocabulary import Channel
from tests.cases.events.receiver import (
    KEY,
    OLD_KEY,
    Receiver,
    garbage,
    hang_up,
    receiver,
    status,
    subscription,
    whsec,
)
from tests.cases.samples import Clock

LOCAL = ipaddress.ip_network("127.0.0.0/8")
BODY = b'{"data":{"case_id":"cas_1"},"timestamp":"2026-11-18T10:00:00+00:00","type":"draft.ready"}'


def sender(seconds: float = 5.0, tls: ssl.SSLContext | None = None, **guard: object) -> EventSender:
    made = AddressGuard(**{"allowed": [LOCAL], **guard})  # type: ignore[arg-type]
    return EventSender(made, service="0.1.0", seconds=seconds, tls=tls, now=Clock())


def send(to: Receiver, **changes: object) -> Attempt:
    return sender().send(subscription(to.url, **changes), "evt_1", BODY)


def test_what_is_sent_is_signed_as_standard_webhooks_and_verifies():
    with receiver() as desk:
        assert send(desk, secrets=(Secret(whsec()), Secret(whsec(OLD_KEY)))) == Attempt(200)
    (got,) = desk.received
    assert (got.head, got.body, got.id) == (b"POST /events HTTP/1.1", BODY, "evt_1")
    assert got.headers["webhook-timestamp"] == str(int(Clock()().timestamp()))
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{desk.port}"
    assert got.is_signed(KEY)
    assert got.is_signed(OLD_KEY)
    # As our own inbound side, and so any Standard Webhooks library, verifies it.
    own = Endpoint("own", Kind.STANDARD, "demo", Channel.WEB, None, 300, (Secret(whsec(OLD_KEY)),), None)
    verify(own, got.headers, got.body, Clock()())


@pytest.mark.parametrize(
    ("line", "headers", "expected"),
    [
        ("204 No Content", (), Attempt(204)),
        ("500 Oh", (), Attempt(500, "refused")),
        ("400 Bad", ("Retry-After: 9",), Attempt(400, "refused")),
        ("410 Gone", (), Attempt(410, "gone")),
        ("429 Slow", ("Retry-After: 120",), Attempt(429, "refused", 120)),
        ("503 No", ("retry-after: 999999999999",), Attempt(503, "refused", 86_400)),
        ("503 No", ("Retry-After: Wed, 18 Nov 2026 10:02:00 GMT",), Attempt(503, "refused", 120)),
        ("503 No", ("Retry-After: soon",), Attempt(503, "refused")),
        ("503 No", ("Retry-After: -5",), Attempt(503, "refused")),
        ("304 No", (), Attempt(304, "redirected")),
    ],
)
def test_the_status_decides(line: str, headers: tuple[str, ...], expected: Attempt):
    with receiver() as desk:
        desk.answers = [status(line, *headers)]
        assert send(desk) == expected


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_inward_is_not_followed(code: int):
    with receiver() as inside, receiver() as desk:
        desk.answers = [status(f"{code} Moved", f"Location: {inside.url}")]
        assert send(desk) == Attempt(code, "redirected")
    assert inside.received == []


def test_receivers_that_hang_drip_or_never_end_win_no_time():
    with receiver() as desk:
        slow = sender(seconds=0.6)
        for answer, expected in (
            (desk.hang, Attempt(error="timeout")),
            (desk.drip, Attempt(error="timeout")),
            (desk.endless, Attempt(200)),  # the status is all that is read
        ):
            desk.answers = [answer]
            began = time.monotonic()
            assert slow.send(subscription(desk.url), "evt_1", BODY) == expected
            assert time.monotonic() - began < 2


def test_receivers_that_speak_no_http_or_hang_up():
    with receiver() as desk:
        for answer in (garbage, hang_up):
            desk.answers = [answer]
            attempt = send(desk)
            assert (attempt.delivered, attempt.error) == (False, "not_http")
    assert send(desk) == Attempt(error="no_answer")


def test_nothing_goes_inside_and_nothing_is_sent_before_the_check():
    with receiver() as desk:
        for allowed in ([], [ipaddress.ip_network("10.0.0.0/8")]):
            attempt = sender(allowed=allowed).send(subscription(desk.url), "evt_1", BODY)
            assert attempt == Attempt(error="address_refused")
        for host in ("localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"):
            for scheme in ("http", "https"):
                to = subscription(f"{scheme}://{host}:{desk.port}/")
                assert sender(allowed=[]).send(to, "evt_1", BODY).error == "address_refused"
    assert desk.received == []


def test_a_name_that_changes_its_address_after_the_check_is_asked_once():
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    with receiver() as desk:
        made = sender(resolve=rebinding)
        to = subscription(f"http://desk.example:{desk.port}/events")
        assert made.send(to, "evt_1", BODY) == Attempt(200)
        assert asked == ["desk.example"]
        assert made.send(to, "evt_1", BODY) == Attempt(error="address_refused")
    assert desk.ids == ["evt_1"]
    assert desk.received[0].headers["host"] == f"desk.example:{desk.port}"


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key, of one name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "receiver.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_the_certificate_must_be_of_the_name_not_of_the_address(tmp_path: Path):
    file = certificate(tmp_path, "desk.example")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    with receiver(served) as desk:
        made = sender(tls=trusting, resolve=lambda host, port: ["127.0.0.1"])
        right = subscription(f"https://desk.example:{desk.port}/events")
        wrong = subscription(f"https://other.example:{desk.port}/events")
        assert made.send(right, "evt_1", BODY) == Attempt(200)
        assert made.send(wrong, "evt_2", BODY) == Attempt(error="no_answer")
        stranger = sender(resolve=lambda host, port: ["127.0.0.1"])
        assert stranger.send(right, "evt_3", BODY) == Attempt(error="no_answer")
    assert desk.ids == ["evt_1"]
