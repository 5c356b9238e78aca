"""Ids that sort by time, and tracking codes that people can read out over the phone."""

import re
import secrets
import threading
import time

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's alphabet, in ASCII order: text order is then time order."""
_RANDOM_BITS = 80
_ID = re.compile(r"[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\Z")

TRACKING_ALPHABET = "23456789CDFHJKMNPQRTVWX"
"""No vowels (no words come out); one of each group read or heard alike: 0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B V.

V stays because B went. 23 is prime: with distinct weights modulo a prime the check character finds every
single wrong character and every swap of two.
"""
_TRACKING_RANDOM = 8
"""23^8 = 7.8e10 codes: with a million cases of an account, 1 draw in 78,000 is taken already."""
_OWN_PREFIX = "BOR"
_PREFIX = re.compile(r"[A-Z]{3}\Z")


class _Clock:
    """Gives each id of this process a number above the one before, also inside one millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """A 128-bit number: 48 bits of milliseconds since 1970, 80 random bits (the layout of ULID)."""
        with self._lock:
            drawn = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
            # Same millisecond with smaller random bits, or a clock set back: step on by a random amount, so
            # that order holds and the next id still cannot be guessed.
            self._last = drawn if drawn > self._last else self._last + 1 + secrets.randbits(64)
            return self._last


_CLOCK = _Clock()


def new_id(kind: str) -> str:
    """Make an id such as ``cas_01jd…``: three letters of kind, then 26 characters that sort by time.

    Raises:
        ValueError: ``kind`` is not three lower-case letters.
    """
    if not re.fullmatch(r"[a-z]{3}", kind):
        raise ValueError(f"kind of id must be three lower-case letters, not {kind!r}")
    return _written(kind, _CLOCK.next())


def same_digits(one: str, kind: str) -> str:
    """The id of another kind with the digits of one of ours: what belongs to it is found without being noted."""
    return f"{kind}_{one.partition('_')[2]}"


def nth_id(first: str, n: int) -> str:
    """The id ``n`` after one of ours (0: the same): ids for parts of one request, the same each time it comes.

    Raises:
        ValueError: not an id of ours.
    """
    kind, _, digits = first.partition("_")
    if not is_id(first, kind):
        raise ValueError("not an id of ours")
    number = sum(
        _BASE32.index(digit) << shift for digit, shift in zip(digits, range(125, -1, -5), strict=True)
    )
    return _written(kind, number + n)


def _written(kind: str, number: int) -> str:
    return f"{kind}_" + "".join(_BASE32[number >> shift & 31] for shift in range(125, -1, -5))


def new_case_id() -> str:
    """Make the id of a new case."""
    return new_id("cas")


def is_id(text: str, kind: str) -> bool:
    """Tell whether a text has the form of an id of this kind."""
    return text.startswith(f"{kind}_") and _ID.match(text) is not None


def new_tracking_code() -> str:
    """Make a tracking code such as ``BOR-7K3M-9Q2TX`` (one for each query: Ley 10/2025); the last is a check."""
    body = "".join(secrets.choice(TRACKING_ALPHABET) for _ in range(_TRACKING_RANDOM))
    code = body + _check_character(body)
    return f"{_OWN_PREFIX}-{code[:4]}-{code[4:]}"


def parse_tracking_code(text: str) -> str | None:
    """Read a tracking code as a person wrote it (lower case, spaces, no hyphens); None if the check fails."""
    code = re.sub(r"[\s‐-―.\-]", "", text).upper()
    prefix, body = code[:3], code[3:]
    if not _PREFIX.match(prefix) or len(body) != _TRACKING_RANDOM + 1:
        return None
    if (
        any(character not in TRACKING_ALPHABET for character in body)
        or _check_character(body[:-1]) != body[-1]
    ):
        return None
    return f"{prefix}-{body[:4]}-{body[4:]}"


def _check_character(body: str) -> str:
    weighted = sum(
        weight * TRACKING_ALPHABET.index(character) for weight, character in enumerate(body, start=2)
    )
    return TRACKING_ALPHABET[-weighted % len(TRACKING_ALPHABET)]


def thread_version(earlier_turns: int) -> int:
    """Count the version of a thread: its turns, the message that came in included."""
    return earlier_turns + 1
