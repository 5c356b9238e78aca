"""The path of a field that is wrong, as errors show it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
MADE_UP = "(unknown field)"


def wrong_field(error: Mapping[str, Any]) -> str:
    """The path of one of pydantic's errors. A field that the contract does not have is not called by the name
    it was given, which may be a customer's."""
    location = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        location = (*location[:-1], MADE_UP)
    return field_path(location)


def field_path(location: Sequence[int | str]) -> str:
    """Join a path. A key that does not look like a field's name may be the customer's words: it is not repeated."""
    parts = (str(part) for part in location)
    return ".".join(part if part.isdecimal() or _NAME.fullmatch(part) else MADE_UP for part in parts)
