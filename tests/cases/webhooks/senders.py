"""Helpdesks as they call: recorded payloads of invented people, signed as each vendor signs, by code of its own."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cases.webhooks.endpoints import Endpoint, Kind, NoteAccess, Secret
from policies.vocabulary import Channel
from tests.cases.samples import RECEIVED

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "webhooks"
SECRET = "un-secreto-de-pruebas-largo"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
RECORDED = {
    Kind.CHATWOOT: "chatwoot_message_created",
    Kind.ZENDESK: "zendesk_comment_added",
    Kind.ZAMMAD: "zammad_article",
    Kind.INTERCOM: "intercom_user_replied",
    Kind.STANDARD: "standard_message_received",
}


def payload(name: str, **changes: Any) -> bytes:
    """A recorded payload; ``changes`` replace fields, ``__`` going one level down."""
    data = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    for path, value in changes.items():
        *steps, last = path.split("__")
        place = data
        for step in steps:
            place = place[step]
        place[last] = value
    return json.dumps(data, ensure_ascii=False).encode()


def endpoint(
    kind: Kind, *, secrets: tuple[str, ...] = (), notes: NoteAccess | None = None, **changes: Any
) -> Endpoint:
    default = STANDARD_SECRET if kind is Kind.STANDARD else SECRET
    fields: dict[str, Any] = {
        "name": kind.value,
        "kind": kind,
        "account": "demo",
        "channel": Channel.WEB,
        "remote_account": "3" if kind is Kind.CHATWOOT else None,
        "tolerance_seconds": 300,
        "secrets": tuple(Secret(value) for value in secrets or (default,)),
        "notes": notes,
    }
    return Endpoint(**{**fields, **changes})


@dataclass(frozen=True)
class Request:
    headers: dict[str, str]
    body: bytes


def _mac(secret: str, content: bytes, algorithm: Callable[..., Any] = hashlib.sha256) -> bytes:
    return hmac.new(secret.encode(), content, algorithm).digest()


def signed(
    kind: Kind, body: bytes, *, at: datetime = RECEIVED, secret: str = SECRET, delivery: str = "d-1"
) -> Request:
    """A request as the vendor sends it."""
    unix = str(int(at.timestamp()))
    if kind is Kind.CHATWOOT:
        signature = _mac(secret, f"{unix}.".encode() + body).hex()
        headers = {
            "x-chatwoot-signature": f"sha256={signature}",
            "x-chatwoot-timestamp": unix,
            "x-chatwoot-delivery": delivery,
        }
    elif kind is Kind.ZENDESK:
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {
            "x-zendesk-webhook-signature": base64.b64encode(_mac(secret, stamp.encode() + body)).decode(),
            "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-invocation-id": delivery,
        }
    elif kind is Kind.STANDARD:
        key = base64.b64decode((STANDARD_SECRET if secret == SECRET else secret).partition("_")[2])
        digest = hmac.new(key, f"{delivery}.{unix}.".encode() + body, hashlib.sha256).digest()
        headers = {
            "webhook-id": delivery,
            "webhook-timestamp": unix,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
    else:
        headers = {"x-hub-signature": "sha1=" + _mac(secret, body, hashlib.sha1).hex()}
        if kind is Kind.ZAMMAD:
            headers |= {"x-zammad-delivery": delivery, "x-zammad-trigger": "Borrador"}
    return Request(headers, body)


def recorded(kind: Kind, **changes: Any) -> Request:
    """The recorded message of a vendor, signed now."""
    return signed(kind, payload(RECORDED[kind]), **changes)
