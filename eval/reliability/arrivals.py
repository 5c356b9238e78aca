"""When requests are meant to start: at even distances, whatever the service does meanwhile.

A generator that waits for an answer before it sends the next request sends fewer while the service is slow, and so
measures the slow moments least (Tene, "How NOT to Measure Latency", 2013: coordinated omission). Here the moments
are fixed beforehand, and every latency counts from the moment meant, not from the one at which the sender got to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A constant rate for a time.

    Raises:
        ValueError: a rate or a time that is not positive.
    """

    per_second: float
    seconds: float

    def __post_init__(self) -> None:
        if not (self.per_second > 0 and self.seconds > 0):
            raise ValueError("arrivals need a positive rate and a positive time")

    @property
    def count(self) -> int:
        """How many requests; at least one."""
        return max(1, int(self.per_second * self.seconds))

    def moments(self) -> Iterator[float]:
        """Seconds after the start at which each request is meant to leave, the first at 0."""
        # A product, not a sum: the rounding of one distance must not add up over half an hour.
        return (number / self.per_second for number in range(self.count))
