"""Odd values and broken bytes, shared by webhooks and mails."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from eval.fuzz.canaries import SENTENCE

Json = Any
ODD: Sequence[Json] = (
    None, True, False, 0, -1, 2**53 + 1, 2**63, 10**40, -(10**400), 1e308, 0.1, "", " ", "\x00", "\u202e", "ñ" * 300,
    [], {}, [None], [[[]]], {"": ""}, "2026-99-99T99:99:99Z", "../../etc/passwd", "%s%n{x}", "1" * 400, "-5", "١٢٣",
    SENTENCE, {SENTENCE: SENTENCE}, [SENTENCE] * 3,
)  # fmt: skip
TEXT_FIELDS = ("content", "body", "description", "subject", "title", "text", "name", "from")


def places(data: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a document."""
    steps: list[tuple[Any, Json]] = []
    if isinstance(data, dict):
        steps = list(data.items())
    elif isinstance(data, list):
        steps = list(enumerate(data))
    found = []
    for key, value in steps:
        found += [(*path, key), *places(value, (*path, key))]
    return found


def put(data: Json, path: tuple[Any, ...], value: Json) -> None:
    """Replace the value at a path."""
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value


def drop(data: Json, path: tuple[Any, ...]) -> None:
    """Take the value at a path away."""
    for step in path[:-1]:
        data = data[step]
    del data[path[-1]]


def with_canary(data: Json) -> Json:
    """The document with the canaries at the end of every text that a person writes."""
    for path in places(data):
        value = data
        for step in path:
            value = value[step]
        if path[-1] in TEXT_FIELDS and isinstance(value, str):
            put(data, path, f"{value} {SENTENCE}")
    return data


def _dump(data: Json) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _one_odd(data: Json, random: Random) -> bytes:
    for _ in range(random.randint(1, 3)):
        found = places(data)
        if found:
            put(
                data, random.choice(found), copy.deepcopy(random.choice(ODD))
            )  # the next change may go inside it
    return _dump(data)


def _missing(data: Json, random: Random) -> bytes:
    for _ in range(random.randint(1, 4)):
        found = places(data)
        if found:
            drop(data, random.choice(found))
    return _dump(data)


def _truncated(data: Json, random: Random) -> bytes:
    body = _dump(data)
    return body[: random.randrange(len(body))]


def _deep(data: Json, random: Random) -> bytes:
    depth = random.choice((50, 500, 5000, 50_000))
    opened, closed = random.choice((("[", "]"), ('{"a":', "}")))
    nest = opened * depth + "1" + closed * depth
    path = random.choice(places(data))
    put(data, path, "@@deep@@")
    return _dump(data).replace(b'"@@deep@@"', nest.encode())


def _numbers(data: Json, random: Random) -> bytes:
    number = random.choice(("1" * 5000, "-" + "9" * 400, "1e400", "1e-400", "NaN", "Infinity", "0x10", "01"))
    put(data, random.choice(places(data)), "@@number@@")
    return _dump(data).replace(b'"@@number@@"', number.encode())


def _bytes(data: Json, random: Random) -> bytes:
    return change_bytes(_dump(data), random, most=12)


def change_bytes(content: bytes, random: Random, *, most: int) -> bytes:
    """Some bytes changed, outside the sentence: with other letters in it, it would no longer be what is looked for."""
    kept = SENTENCE.encode()
    pieces = [bytearray(piece) for piece in content.split(kept)]
    for _ in range(random.randint(1, most)):
        piece = random.choice(pieces)
        if piece:
            piece[random.randrange(len(piece))] = random.randrange(256)
    return kept.join(bytes(piece) for piece in pieces)


def _bad_utf8(data: Json, random: Random) -> bytes:
    broken = random.choice((b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88", b"\\ud800", b"\x00"))
    body = _dump(data)
    place = body.find(b"Quintanapalla")
    place = place if place >= 0 else random.randrange(len(body))
    return body[:place] + broken + body[place:]


def _duplicates(data: Json, random: Random) -> bytes:
    body = _dump(data)
    twice = b",".join(_dump({key: random.choice(ODD)})[1:-1] for key in random.sample(sorted(data), 2))
    return random.choice((b"{" + twice + b"," + body[1:], body[:-1] + b"," + twice + b"}"))


def _huge(data: Json, random: Random) -> bytes:
    paths = [path for path in places(data) if path[-1] in TEXT_FIELDS]
    put(data, random.choice(paths), (SENTENCE + " ") * random.choice((150, 190, 1500, 8000)))
    return _dump(data)


def _unknown(data: Json, random: Random) -> bytes:
    data["event" if "event" in data and isinstance(data["event"], str) else "type"] = random.choice(
        ("", "conversation_updated", "zen:event-type:ticket.merged", SENTENCE, "ping", "message_updated")
    )
    return _dump(data)


def _no_document(data: Json, random: Random) -> bytes:
    del data
    return random.choice((b"", b" ", b"null", b"[]", b'"x"', b"1", SENTENCE.encode(), random.randbytes(200)))


def _whole(data: Json, random: Random) -> bytes:
    del random
    return _dump(data)


BODIES: Mapping[str, Callable[[Json, Random], bytes]] = {
    "odd_values": _one_odd,
    "missing": _missing,
    "truncated": _truncated,
    "deep": _deep,
    "numbers": _numbers,
    "changed_bytes": _bytes,
    "invalid_utf8": _bad_utf8,
    "duplicate_keys": _duplicates,
    "huge_text": _huge,
    "unknown_event": _unknown,
    "no_document": _no_document,
    "as_recorded": _whole,
}
