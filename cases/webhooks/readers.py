"""The reader of each kind of payload."""

from collections.abc import Callable, Mapping

from cases.webhooks import chatwoot, intercom, standard, zammad, zendesk
from cases.webhooks.endpoints import Endpoint, Kind
from cases.webhooks.outcomes import Told

_READERS: Mapping[Kind, Callable[[Endpoint, Mapping[str, str], bytes], Told]] = {
    Kind.CHATWOOT: chatwoot.read,
    Kind.ZENDESK: zendesk.read,
    Kind.ZAMMAD: zammad.read,
    Kind.INTERCOM: intercom.read,
    Kind.STANDARD: standard.read,
}


def read_payload(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Told:
    """Read a verified body.

    Args:
        headers: by lower-case name.

    Raises:
        NotJsonError, PayloadError
    """
    return _READERS[endpoint.kind](endpoint, headers, body)
