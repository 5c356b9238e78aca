"""What a scenario found: figures, and whatever broke a promise of the service."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from typing import Self

Json = bool | int | float | str | None | list["Json"] | dict[str, "Json"]
SHOWN = 20
"""Findings of one kind that a report names; it counts them all."""


class Broken(StrEnum):
    """A promise of the service. Adding one is a decision."""

    LOST_CASE = "lost_case"
    CHANGED_CASE = "changed_case"
    LOST_WORK = "lost_work"
    LOST_DECISION = "lost_decision"
    CASE_TWICE = "case_twice"
    """A case that nobody was told of, after every request was answered: one request made two."""
    LOST_EVENT = "lost_event"
    UNDELIVERED_EVENT = "undelivered_event"
    EVENT_TWICE = "event_twice"
    """One thing that happened, told under two ids."""
    STRANGE_EVENT = "strange_event"
    """Delivered with another body than before, unsigned, or under an id that the store does not know."""
    AUDIT_CHAIN = "audit_chain"
    WRONG_ANSWER = "wrong_answer"
    TOO_SLOW = "too_slow"
    NO_RECOVERY = "no_recovery"
    MEMORY_GROWS = "memory_grows"
    REACHED_INSIDE = "reached_inside"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise. ``detail`` holds ids, codes and numbers, never text."""

    kind: Broken
    detail: str


@dataclass(slots=True)
class Report:
    """A scenario's result."""

    scenario: str
    figures: dict[str, Json] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    end: datetime | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing was broken."""
        return not self.findings

    def find(self, kind: Broken, detail: str) -> None:
        """Note a broken promise."""
        self.findings.append(Finding(kind, detail))

    def ended(self) -> Self:
        """The report, with the time at which its scenario ended: now."""
        self.end = datetime.now(UTC)
        return self

    def json(self) -> dict[str, Json]:
        """As a JSON object, with where and when it was run."""
        counts: dict[str, Json] = {}
        for found in self.findings:
            known = counts.get(found.kind.value, 0)
            counts[found.kind.value] = (known if isinstance(known, int) else 0) + 1
        shown: list[Json] = [f"{found.kind.value}: {found.detail}" for found in self._few()]
        return {
            "scenario": self.scenario,
            "passed": self.passed,
            "figures": self.figures,
            "broken": counts,
            "findings": shown,
            "begun": self.begun.isoformat(timespec="seconds"),
            "seconds": round(((self.end or datetime.now(UTC)) - self.begun).total_seconds(), 1),
            "version": version("borrador"),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        }

    def _few(self) -> list[Finding]:
        few: list[Finding] = []
        for found in self.findings:
            if sum(one.kind is found.kind for one in few) < SHOWN:
                few.append(found)
        return few
