"""What another version of a policy would decide otherwise."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from policies.decision import Decision


@dataclass(frozen=True, slots=True)
class Change:
    """One thing decided otherwise, as codes."""

    field: str
    before: str
    after: str


Read = Callable[[Decision], str]

COMPARED: Mapping[str, Read] = {
    "disposition": lambda decision: decision.disposition.value,
    "priority": lambda decision: decision.priority.value,
    "queue": lambda decision: decision.queue,
    "clocks": lambda decision: _clocks(decision),
    "flags": lambda decision: _listed(flag.code.value for flag in decision.flags),
    "strategy": lambda decision: decision.strategy.value,
    "audiences": lambda decision: _listed(audience.value for audience in decision.audiences),
    "referral": lambda decision: _referral(decision),
    "constraints": lambda decision: _listed(decision.draft_constraints),
}
"""What is compared. Rules and reasons are not: rewording or renaming a rule changes nothing for anybody."""


def changes(before: Decision, after: Decision) -> tuple[Change, ...]:
    """Everything in which two decisions on the same facts differ."""
    return tuple(_changes(before, after))


def _changes(before: Decision, after: Decision) -> Iterator[Change]:
    for field, read in COMPARED.items():
        if read(before) != read(after):
            yield Change(field, read(before), read(after))


def _clocks(decision: Decision) -> str:
    sla = decision.sla
    hours = " always" if sla.ignores_business_hours else ""
    return f"{sla.acknowledge_minutes}/{sla.answer_minutes} min, {sla.resolve_working_days} days{hours}"


def _referral(decision: Decision) -> str:
    found = decision.referral
    return f"{found.kind}: {found.professional} {found.contact or ''}".strip() if found else "none"


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "none"
