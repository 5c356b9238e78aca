"""Times in a queue that cannot be: written under a clock that was ahead and has been put right since.

A row's time says when it is due, or when its lease ends. Put off under a wrong clock, it would wait for a time that
lies as far ahead as the clock was wrong; for a day, say. No row of ours is ever put off by more than the longest
wait of its queue: one that is due later than that from now is due at once.
"""

from datetime import datetime, timedelta

CLOCKS_APART = timedelta(minutes=10)
"""Replicas' clocks may differ by this: another's lease that seems too long for less is honoured."""


def latest(now: datetime, longest: timedelta) -> datetime:
    """The latest time that a row of a queue with such a longest wait can rightly bear."""
    return now + longest + CLOCKS_APART
