"""Checks an Ed25519 signature with the standard library alone (RFC 8032, section 5.1.7): slow and small.

Stands inside the ``verify.py`` of a pack (``cases.evidence.verifier``).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a name for annotations only: Python 3.8 has no tuple[…]
    Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _decoded(data: bytes) -> Point | None:
    """The point of 32 bytes; None if they are none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def _sum(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(scalar: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while scalar:
        result = _sum(result, point) if scalar & 1 else result
        point, scalar = _sum(point, point), scalar >> 1
    return result


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of a message is the public key's."""
    base, key, commitment = map(
        _decoded, ((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"), public, signature[:32])
    )
    scalar = int.from_bytes(signature[32:], "little")
    if not (base and key and commitment and len(public) == 32 and len(signature) == 64 and scalar < ORDER):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left, right = (
        _times(scalar, base),
        _sum(commitment, _times(int.from_bytes(digest, "little") % ORDER, key)),
    )
    return all((left[axis] * right[2] - right[axis] * left[2]) % P == 0 for axis in (0, 1))
