"""Runs the steps of the pipeline: one that errs must not lose the case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from prometheus_client import Counter

from cases.canonical import Json
from cases.progress import Step, Tell, silent

log = structlog.get_logger(__name__)

FAILED = Counter(
    "borrador_steps_failed_total", "Steps of a case in whose place a safe stand-in is used", ["step"]
)

Result = TypeVar("Result")


@dataclass(slots=True)
class Attempts:
    """Runs steps; one that errs is named and its safe stand-in used, so that a person gets the case."""

    failed: list[str] = field(default_factory=list)
    tell: Tell = silent

    def run(self, step: str, work: Callable[[], Result], stand_in: Result) -> Result:
        """Do a step, or note that it failed. Its text may quote the customer: only its type is logged."""
        try:
            return work()
        except Exception as error:
            self.erred(step, type(error).__name__)
            return stand_in

    def erred(self, step: str, error_type: str) -> None:
        """Note that a step failed, which has used a safe stand-in of its own."""
        log.error("step.failed", step=step, error_type=error_type)
        FAILED.labels(step).inc()
        self.failed.append(step)

    def done(self, step: Step, detail: Callable[[], Mapping[str, Json]]) -> None:
        """Tell that a step is done. Who listens must not harm the case: an error there is logged and left."""
        if self.tell is silent:
            return
        try:
            self.tell(step, detail())
        except Exception as error:
            log.error("progress.failed", step=step.value, error_type=type(error).__name__)
