"""One way to write JSON, so that what was hashed can be hashed again."""

import json
from collections.abc import Mapping, Sequence

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical_json(value: Json) -> str:
    """Write JSON with sorted keys, no spaces and ASCII only.

    ASCII only: escapes keep a NUL inside a string legal in PostgreSQL's ``text``, and the bytes hashed the
    same everywhere.

    Raises:
        ValueError: NaN or infinity, which JSON does not have.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
