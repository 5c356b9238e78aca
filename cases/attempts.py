"""Runs the steps of the pipeline: one that errs must not lose the case."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)

Result = TypeVar("Result")


@dataclass(slots=True)
class Attempts:
    """Runs steps; one that errs is named and its safe stand-in used, so that a person gets the case."""

    failed: list[str] = field(default_factory=list)

    def run(self, step: str, work: Callable[[], Result], stand_in: Result) -> Result:
        """Do a step, or note that it failed. Its text may quote the customer: only its type is logged."""
        try:
            return work()
        except Exception as error:
            log.error("step.failed", step=step, error_type=type(error).__name__)
            self.failed.append(step)
            return stand_in
