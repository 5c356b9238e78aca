"""Many messages at once: those of one account are redacted together, so that the token model reads them in one pass."""

from collections.abc import Sequence

from cases.engines import allowed_terms
from cases.message import Message
from cases.pipeline import Pipeline
from models.spans import Redaction
from models.text import RawText


def redact_messages(pipeline: Pipeline, messages: Sequence[Message]) -> list[Redaction]:
    """Redact the texts of messages, each with numbers of its own; results in order, as one by one.

    Raises:
        UnknownAccountError: a message names an account that is not configured.
        ModelError: one of the texts could not be redacted; none is given back.
    """
    places: dict[str, list[int]] = {}
    for place, message in enumerate(messages):
        places.setdefault(pipeline.account(message.account).id, []).append(place)
    done: dict[int, Redaction] = {}
    for account, group in places.items():
        raws = [RawText(messages[place].text) for place in group]
        allowed = allowed_terms(pipeline.account(account))
        done.update(zip(group, pipeline.engines.redactor.redact_batch(raws, allowed=allowed), strict=True))
    return [done[place] for place in range(len(messages))]
