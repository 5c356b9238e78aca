"""Signs as each vendor signs, by code of its own: a mistake in the verifier would not repeat itself here."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from cases.webhooks.endpoints import Kind

_KEY = b"z" * 32
SECRETS: Mapping[Kind, str] = {
    kind: "whsec_" + base64.b64encode(_KEY).decode() if kind is Kind.STANDARD else f"fuzz-secret-of-{kind}"
    for kind in Kind
}


def headers(kind: Kind, body: bytes, *, at: datetime, delivery: str) -> dict[str, str]:
    """The headers of a request that is what it says."""
    unix = str(int(at.timestamp()))
    secret = SECRETS[kind].encode()
    if kind is Kind.CHATWOOT:
        made = hmac.new(secret, f"{unix}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "x-chatwoot-signature": f"sha256={made}",
            "x-chatwoot-timestamp": unix,
            "x-chatwoot-delivery": delivery,
        }
    if kind is Kind.ZENDESK:
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hmac.new(secret, stamp.encode() + body, hashlib.sha256).digest()
        return {
            "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
            "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-invocation-id": delivery,
        }
    if kind is Kind.STANDARD:
        digest = hmac.new(_KEY, f"{delivery}.{unix}.".encode() + body, hashlib.sha256).digest()
        return {
            "webhook-id": delivery,
            "webhook-timestamp": unix,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
    made = hmac.new(secret, body, hashlib.sha1).hexdigest()
    return {"x-hub-signature": f"sha1={made}", "x-zammad-delivery": delivery}
