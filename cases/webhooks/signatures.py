"""Whether a request comes from the helpdesk: signatures over the raw bytes, compared in constant time."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.errors import CaseError
from cases.webhooks.endpoints import Endpoint, Kind, Secret, standard_key

MOST_SIGNATURES = 10
"""Of one Standard Webhooks header; more are no rotation but an attempt to keep us busy."""
_UNIX = re.compile(r"[0-9]{1,12}")

Headers = Mapping[str, str]
"""By lower-case name."""


class SignatureMissingError(CaseError):
    """A header that the scheme asks for is absent."""

    code = "webhook_signature_missing"


class SignatureInvalidError(CaseError):
    """No secret of the endpoint makes this signature over these bytes."""

    code = "webhook_signature_invalid"


class TimestampStaleError(CaseError):
    """Signed too long ago, or in the future: a replay, or a clock that is wrong."""

    code = "webhook_timestamp_stale"


def verify(endpoint: Endpoint, headers: Headers, body: bytes, now: datetime) -> None:
    """Verify the signature, then the time it was made at where the scheme signs one.

    Zammad and Intercom sign no time: there, only remembered ids tell a replay.

    Raises:
        SignatureMissingError, SignatureInvalidError, TimestampStaleError
    """
    _SCHEMES[endpoint.kind](endpoint, headers, body, now)


def _chatwoot(endpoint: Endpoint, headers: Headers, body: bytes, now: datetime) -> None:
    """``sha256=<hex>`` over ``{timestamp}.{body}`` (Chatwoot 4.11 and later)."""
    given, stamp = _header(headers, "x-chatwoot-signature"), _header(headers, "x-chatwoot-timestamp")
    _check_hmac(endpoint.secrets, "sha256", _bytes(stamp) + b"." + body, _hex(given, "sha256="))
    _check_time(_unix(stamp), now, endpoint.tolerance_seconds)


def _zendesk(endpoint: Endpoint, headers: Headers, body: bytes, now: datetime) -> None:
    """base64 over timestamp and body, with nothing between them."""
    given = _header(headers, "x-zendesk-webhook-signature")
    stamp = _header(headers, "x-zendesk-webhook-signature-timestamp")
    _check_hmac(endpoint.secrets, "sha256", _bytes(stamp) + body, _base64(given))
    _check_time(_iso(stamp), now, endpoint.tolerance_seconds)


def _hub(endpoint: Endpoint, headers: Headers, body: bytes, now: datetime) -> None:
    """``X-Hub-Signature: sha1=<hex>`` over the body. SHA-1 is the sender's choice; as an HMAC it still holds."""
    _check_hmac(endpoint.secrets, "sha1", body, _hex(_header(headers, "x-hub-signature"), "sha1="))


def _standard(endpoint: Endpoint, headers: Headers, body: bytes, now: datetime) -> None:
    """Standard Webhooks 1.0.0: ``id.timestamp.body``, HMAC-SHA256 (``v1``) or ed25519 (``v1a``)."""
    name, stamp = _header(headers, "webhook-id"), _header(headers, "webhook-timestamp")
    signatures = _header(headers, "webhook-signature").split(" ")[:MOST_SIGNATURES]
    content = b".".join((_bytes(name), _bytes(stamp), body))
    # A list, not a generator: every pair is compared, whichever fits first.
    fits = [_standard_fits(secret, given, content) for secret in endpoint.secrets for given in signatures]
    if not any(fits):
        raise SignatureInvalidError("no signature fits a secret of this endpoint")
    _check_time(_unix(stamp), now, endpoint.tolerance_seconds)


def _standard_fits(secret: Secret, given: str, content: bytes) -> bool:
    version, _, encoded = given.partition(",")
    signature, key = _base64(encoded), standard_key(secret.value())
    if secret.value().startswith("whpk_"):
        if version != "v1a":
            return False
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True
    expected = hmac.digest(key, content, "sha256")
    return hmac.compare_digest(expected, signature) and version == "v1"


_SCHEMES: Mapping[Kind, Callable[[Endpoint, Headers, bytes, datetime], None]] = {
    Kind.CHATWOOT: _chatwoot,
    Kind.ZENDESK: _zendesk,
    Kind.ZAMMAD: _hub,
    Kind.INTERCOM: _hub,
    Kind.STANDARD: _standard,
}


def _check_hmac(secrets: Sequence[Secret], algorithm: str, content: bytes, given: bytes) -> None:
    # A list, not a generator: all secrets are tried, whichever fits first.
    fits = [
        hmac.compare_digest(hmac.digest(secret.value().encode("ascii"), content, algorithm), given)
        for secret in secrets
    ]
    if not any(fits):
        raise SignatureInvalidError("the signature fits no secret of this endpoint")


def _check_time(signed_at: datetime | None, now: datetime, tolerance: int) -> None:
    if signed_at is None or abs((now - signed_at).total_seconds()) > tolerance:
        raise TimestampStaleError(f"the request was not signed within {tolerance} seconds of now")


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name, "").strip()
    if not value:
        raise SignatureMissingError(f"the header {name} is missing")
    return value


def _bytes(value: str) -> bytes:
    """A header as it came over the wire (servers decode them as Latin-1)."""
    return value.encode("latin-1", "replace")


def _hex(value: str, prefix: str) -> bytes:
    if not value.startswith(prefix):
        return b""
    try:
        return binascii.unhexlify(value.removeprefix(prefix))
    except (binascii.Error, ValueError):
        return b""


def _base64(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _unix(value: str) -> datetime | None:
    if not _UNIX.fullmatch(value):
        return None
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None
