"""Standard Webhooks of one's own system: type ``message.received``, with our message under ``data``."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from cases.message import Message
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import Ignored, Inbound, Payload, PayloadError, Reason, parse

RECEIVED = "message.received"


class _Event(Payload):
    type: str
    data: dict[str, Any] = Field(default_factory=dict, repr=False)


class _Place(Payload):
    conversation: str | None = Field(default=None, min_length=1, max_length=200, repr=False)


def read(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Inbound | Ignored:
    """Read an event: ``data`` is a message as for ``POST /v1/drafts``, and may name its ``conversation``.

    Raises:
        NotJsonError, PayloadError
    """
    event = parse(_Event, body)
    if event.type != RECEIVED:
        return Ignored(Reason.UNKNOWN_EVENT)
    fields = {name: value for name, value in event.data.items() if name != "conversation"}
    if fields.get("account") not in (None, endpoint.account):
        return Ignored(Reason.OTHER_ACCOUNT)
    delivery = headers["webhook-id"]
    # A message without an id is known again by its delivery: work cut short must not make a second case of it.
    known = fields.get("id") or f"{endpoint.name}:{delivery}"
    try:
        place = _Place.model_validate({"conversation": event.data.get("conversation")})
        given = Message.model_validate(
            {"channel": endpoint.channel, **fields, "account": endpoint.account, "id": known}
        )
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        names = {*Message.model_fields, "conversation"}
        place_name = next((str(step) for step in first["loc"] if step in names), "a field")
        raise PayloadError(f"data: {place_name} is missing, unknown or not as the contract says") from None
    message_id = str(fields.get("id") or delivery)
    return Inbound(given, place.conversation or message_id, message_id, delivery)
