"""Intervals of 95 % for shares and for grades."""

import math

Z = 1.959964
"""97.5 % of a standard normal distribution lie below."""


def share_interval(part: float, whole: int) -> tuple[float, float]:
    """Interval of a share (Wilson, JASA 22, 1927); (0, 1) of nothing.

    Args:
        part: from 0 to ``whole``; need not be a whole number (see ``mean_interval``).
    """
    if whole == 0:
        return 0.0, 1.0
    share = part / whole
    middle = share + Z**2 / (2 * whole)
    half = Z * math.sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2))
    scale = 1 + Z**2 / whole
    # The ends hold the share itself, which rounding may put outside by a hair.
    return max(0.0, min(share, (middle - half) / scale)), min(1.0, max(share, (middle + half) / scale))


def mean_interval(mean: float, count: int, *, lowest: float, highest: float) -> tuple[float, float]:
    """Interval of the mean of values between two bounds: Wilson's, of the mean as a share of the way.

    A value between bounds varies at most as a yes or no of the same mean does (Bhatia and Davis, Am. Math. Monthly
    107, 2000): the interval is on the safe side, also where the few that answered all said the same.
    """
    room = highest - lowest
    low, high = share_interval((mean - lowest) / room * count, count)
    return lowest + low * room, lowest + high * room
