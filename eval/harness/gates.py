"""Gates: bounds that figures must keep, written in ``policies/gates.yaml`` with reason and owner."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from eval.harness.metrics import ALL, Figure
from policies.files import read_bytes, validated, yaml_of
from policies.schema import Strict


class Gate(Strict):
    """One bound on one figure."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,59}$")
    suite: str
    metric: str
    label: str = ""
    dimension: str = ALL
    group: str = ALL
    of: Literal["value", "low", "high"] = "value"
    """The figure itself, or an end of its interval."""
    at_least: float | None = None
    at_most: float | None = None
    reason: str = Field(min_length=10)
    owner: str = Field(min_length=3)

    @model_validator(mode="after")
    def _one_bound(self) -> "Gate":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        return self

    @property
    def bound(self) -> str:
        """The bound as people write it."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    def keeps(self, number: float) -> bool:
        """Whether a number keeps the bound. NaN does not."""
        if self.at_least is not None:
            return number >= self.at_least
        return self.at_most is not None and number <= self.at_most


class GatesModel(Strict):
    """The file."""

    version: int = Field(ge=1)
    gates: tuple[Gate, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "GatesModel":
        ids = [gate.id for gate in self.gates]
        if len(set(ids)) != len(ids):
            raise ValueError("two gates of one id")
        return self


class GateState(StrEnum):
    """What came of a gate."""

    PASSED = "passed"
    FAILED = "failed"
    NO_DATA = "no_data"
    """No sample of the run says anything of it: a failure, unless the run was cut or on one's own data."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate with the figure that it was held against."""

    gate: Gate
    state: GateState
    figure: Figure | None

    @property
    def number(self) -> float:
        """What was compared; NaN where there is nothing."""
        return float(getattr(self.figure, self.gate.of)) if self.figure is not None else math.nan


def load_gates(file: Path) -> tuple[Gate, ...]:
    """Read the gates. Raises PolicyError, which names file, gate and field."""
    return validated(GatesModel, yaml_of(file, read_bytes(file)), file).gates


def hold(gates: Iterable[Gate], figures: Sequence[Figure], suites: Iterable[str]) -> list[GateResult]:
    """Hold each gate of the suites that ran against its figure."""
    ran = set(suites)
    by_key: Mapping[tuple[str, str, str, str, str], Figure] = {figure.key: figure for figure in figures}
    return [_held(gate, by_key) for gate in gates if gate.suite in ran]


def _held(gate: Gate, figures: Mapping[tuple[str, str, str, str, str], Figure]) -> GateResult:
    figure = figures.get((gate.suite, gate.metric, gate.label, gate.dimension, gate.group))
    if figure is None or math.isnan(getattr(figure, gate.of)):
        return GateResult(gate, GateState.NO_DATA, None)
    kept = gate.keeps(getattr(figure, gate.of))
    return GateResult(gate, GateState.PASSED if kept else GateState.FAILED, figure)


def failed(results: Iterable[GateResult], *, whole: bool) -> list[GateResult]:
    """The gates that a run fails. ``whole``: the run saw all of a split, so that a figure must be there."""
    return [
        result
        for result in results
        if result.state is GateState.FAILED or (whole and result.state is GateState.NO_DATA)
    ]
