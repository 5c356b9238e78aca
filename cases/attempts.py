"""Runs the steps of the pipeline: one that errs must not lose the case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from cases.canonical import Json
from cases.progress import Step, Tell, silent

log = structlog.get_logger(__name__)

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
            log.error("step.failed", step=step, error_type=type(error).__name__)
            self.failed.append(step)
            return stand_in

    def done(self, step: Step, detail: Callable[[], Mapping[str, Json]]) -> None:
        """Tell that a step is done. Who listens must not harm the case: an error there is logged and left."""
        if self.tell is silent:
            return
        try:
            self.tell(step, detail())
        except Exception as error:
            log.error("progress.failed", step=step.value, error_type=type(error).__name__)
