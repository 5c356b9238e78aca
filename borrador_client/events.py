"""Server-Sent Events, read line by line (WHATWG HTML, section 9.2.6)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """An event; ``id`` is what to come back with, ``data`` its codes and numbers."""

    id: str
    type: str
    data: Mapping[str, object]


def events_of(lines: Iterable[str]) -> Iterator[Event]:
    """The events of a stream. Comments keep it alive and are none; one that is cut off is none either."""
    last_id, kind, data = "", "message", list[str]()
    for line in lines:
        if not line:
            if data:
                found = json.loads("\n".join(data))
                yield Event(last_id, kind, found if isinstance(found, dict) else {"value": found})
            kind, data = "message", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            last_id = value
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
