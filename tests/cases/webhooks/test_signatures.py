"""Signatures: right, wrong, absent, old, of other bytes; for each vendor."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cases.webhooks.endpoints import Kind
from cases.webhooks.signatures import (
    SignatureInvalidError,
    SignatureMissingError,
    TimestampStaleError,
    verify,
)
from tests.cases.samples import RECEIVED
from tests.cases.webhooks.senders import Request, endpoint, payload, recorded, signed

TIMED = (Kind.CHATWOOT, Kind.ZENDESK, Kind.STANDARD)
OTHER_SECRETS = {Kind.STANDARD: "whsec_" + base64.b64encode(b"z" * 32).decode()}
SIGNATURE = {
    Kind.CHATWOOT: "x-chatwoot-signature",
    Kind.ZENDESK: "x-zendesk-webhook-signature",
    Kind.ZAMMAD: "x-hub-signature",
    Kind.INTERCOM: "x-hub-signature",
    Kind.STANDARD: "webhook-signature",
}
STAMP = {
    Kind.CHATWOOT: "x-chatwoot-timestamp",
    Kind.ZENDESK: "x-zendesk-webhook-signature-timestamp",
    Kind.STANDARD: "webhook-timestamp",
}


def check(kind: Kind, request: Request, *, now: datetime = RECEIVED, **changes: object) -> None:
    verify(endpoint(kind, **changes), request.headers, request.body, now)


@pytest.mark.parametrize("kind", Kind)
def test_the_vendors_own_signature_passes(kind: Kind):
    check(kind, recorded(kind))


def test_the_vector_of_the_standard_passes():
    """Made by the reference library (Python, 1.1.0)."""
    request = Request(
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        b'{"test": 2432232314}',
    )
    now = datetime.fromtimestamp(1614265330, UTC)
    check(Kind.STANDARD, request, now=now, secrets=("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",))


@pytest.mark.parametrize("kind", Kind)
def test_another_secret_is_refused(kind: Kind):
    secret = OTHER_SECRETS.get(kind, "otro-secreto-igual-de-largo")
    with pytest.raises(SignatureInvalidError):
        check(kind, recorded(kind, secret=secret))


@pytest.mark.parametrize("kind", Kind)
def test_one_changed_byte_is_refused(kind: Kind):
    request = recorded(kind)
    for position in (0, len(request.body) // 2, len(request.body) - 1):
        body = bytearray(request.body)
        body[position] ^= 1
        with pytest.raises(SignatureInvalidError):
            check(kind, Request(request.headers, bytes(body)))


@pytest.mark.parametrize("kind", Kind)
def test_the_same_json_written_otherwise_is_refused(kind: Kind):
    """Raw bytes are signed: what was parsed and written again is another text."""
    request = recorded(kind)
    with pytest.raises(SignatureInvalidError):
        check(kind, Request(request.headers, request.body.replace(b": ", b":", 1)))


@pytest.mark.parametrize("kind", Kind)
def test_each_absent_header_is_told(kind: Kind):
    request = recorded(kind)
    signing = [name for name in request.headers if name in (SIGNATURE[kind], STAMP.get(kind), "webhook-id")]
    for name in signing:
        for headers in (
            {other: value for other, value in request.headers.items() if other != name},
            {**request.headers, name: "  "},
        ):
            with pytest.raises(SignatureMissingError, match=name):
                check(kind, Request(headers, request.body))


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize(("seconds", "passes"), [(299, True), (-299, True), (302, False), (-302, False)])
def test_the_replay_window(kind: Kind, seconds: int, passes: bool):
    request = recorded(kind)
    now = RECEIVED + timedelta(seconds=seconds)
    if passes:
        check(kind, request, now=now)
        return
    with pytest.raises(TimestampStaleError):
        check(kind, request, now=now)


@pytest.mark.parametrize("kind", TIMED)
def test_a_time_put_forward_is_no_longer_what_was_signed(kind: Kind):
    old = recorded(kind, at=RECEIVED - timedelta(hours=1))
    fresh = recorded(kind)
    headers = {**old.headers, STAMP[kind]: fresh.headers[STAMP[kind]]}
    with pytest.raises(SignatureInvalidError):
        check(kind, Request(headers, old.body))


@pytest.mark.parametrize("kind", [Kind.CHATWOOT, Kind.ZAMMAD, Kind.INTERCOM])
def test_the_name_of_the_algorithm_is_part_of_it(kind: Kind):
    request = recorded(kind)
    bare = request.headers[SIGNATURE[kind]].partition("=")[2]
    for wrong in (bare, f"md5={bare}", f"sha512={bare}", "sha256=", "sha1="):
        with pytest.raises(SignatureInvalidError):
            check(kind, Request({**request.headers, SIGNATURE[kind]: wrong}, request.body))


@pytest.mark.parametrize("kind", Kind)
def test_both_secrets_hold_during_a_rotation(kind: Kind):
    second = OTHER_SECRETS.get(kind, "otro-secreto-igual-de-largo")
    first = "whsec_" + base64.b64encode(b"a" * 24).decode() if kind is Kind.STANDARD else "a" * 20
    check(kind, recorded(kind, secret=second), secrets=(first, second))


def test_a_standard_header_may_hold_several_signatures():
    request = recorded(Kind.STANDARD)
    right = request.headers["webhook-signature"]
    several = {**request.headers, "webhook-signature": f"v1,AAAA nonsense v1a,AAAA {right}"}
    check(Kind.STANDARD, Request(several, request.body))
    asymmetric = {**request.headers, "webhook-signature": right.replace("v1,", "v1a,")}
    with pytest.raises(SignatureInvalidError):
        check(Kind.STANDARD, Request(asymmetric, request.body))


def test_an_ed25519_signature_of_the_standard():
    key = Ed25519PrivateKey.generate()
    public = "whpk_" + base64.b64encode(key.public_key().public_bytes_raw()).decode()
    body, stamp = payload("standard_message_received"), str(int(RECEIVED.timestamp()))
    signature = base64.b64encode(key.sign(f"d-1.{stamp}.".encode() + body)).decode()
    headers = {"webhook-id": "d-1", "webhook-timestamp": stamp, "webhook-signature": f"v1a,{signature}"}
    check(Kind.STANDARD, Request(headers, body), secrets=(public,))
    with pytest.raises(SignatureInvalidError):
        check(Kind.STANDARD, Request({**headers, "webhook-id": "d-2"}, body), secrets=(public,))
    with pytest.raises(SignatureInvalidError):
        # A public key is no secret: who knows it must not be able to sign with it.
        check(Kind.STANDARD, signed(Kind.STANDARD, body, secret=public), secrets=(public,))


@pytest.mark.parametrize(
    "stamp", ["", "x", "99999999999999", "-5", "1e9", "٣٤٥", "1795255188.5", "2026-11-18"]
)
def test_a_time_that_is_none_never_passes(stamp: str):
    request = signed(Kind.CHATWOOT, b"{}")
    headers = {**request.headers, "x-chatwoot-timestamp": stamp}
    with pytest.raises((SignatureInvalidError, SignatureMissingError, TimestampStaleError)):
        check(Kind.CHATWOOT, Request(headers, b"{}"))


@pytest.mark.parametrize("kind", Kind)
@given(
    text=st.text(st.characters(max_codepoint=255)), stamp=st.text(max_size=30), body=st.binary(max_size=50)
)
def test_no_made_up_header_passes_or_breaks(kind: Kind, text: str, stamp: str, body: bytes):
    headers = dict.fromkeys(SIGNATURE.values(), text) | dict.fromkeys(STAMP.values(), stamp)
    with pytest.raises((SignatureInvalidError, SignatureMissingError, TimestampStaleError)):
        check(kind, Request({**headers, "webhook-id": "d"}, body))
