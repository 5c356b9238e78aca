"""What a helpdesk tells of the agent's side: a reply went to the customer, a conversation was closed."""

from dataclasses import dataclass, field

from cases.message import MAX_TEXT
from cases.webhooks.endpoints import Endpoint
from cases.webhooks.inbound import Ignored, Inbound, Reason


@dataclass(frozen=True, slots=True)
class Closing:
    """A conversation that an agent, or a rule of the helpdesk, marked as resolved."""

    conversation: str = field(repr=False)
    delivery_id: str = field(repr=False)
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A public reply of an agent, as the customer got it."""

    text: str = field(repr=False)
    conversation: str = field(repr=False)
    message_id: str = field(repr=False)
    delivery_id: str | None = field(repr=False)
    agent: str | None = None
    """The helpdesk's number of the agent; None where it tells none."""
    closing: Closing | None = None
    """Where one event tells of both: the agent answered and closed with one click."""


Told = Inbound | Reply | Closing | Ignored
"""What a request turns out to be."""


def agent_number(given: object) -> str | None:
    """An agent's id where it is a number; any other could be an address."""
    number = str(given)
    return number if number.isascii() and number.isdigit() and len(number) <= 20 else None


def agents_reply(
    endpoint: Endpoint,
    text: str | None,
    *,
    conversation: str,
    message_id: str,
    delivery_id: str | None,
    agent: object,
    closing: Closing | None = None,
) -> Reply | Closing | Ignored:
    """A public reply of staff as it is put on record, or what else it is.

    Args:
        agent: the helpdesk's id of the author. Those that the settings name as machines, and Zendesk's own -1, are
            no agents: what they send is left.
    """
    said = (text or "").replace("\r\n", "\n").strip()
    if str(agent) in endpoint.bots or str(agent).startswith("-"):
        return closing or Ignored(Reason.BOT)
    if not said:
        return closing or Ignored(Reason.NO_TEXT)
    if len(said) > MAX_TEXT:
        # With a closing too: the case stays open rather than be closed as unanswered.
        return Ignored(Reason.TOO_LONG)
    return Reply(said, conversation, message_id, delivery_id, agent_number(agent), closing)
