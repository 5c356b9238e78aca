"""The order of the inbox: what cannot wait first, then by the clock that runs out next."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cases.case import Case
from policies.vocabulary import Flag, Priority

NO_CLOCK = "9999"
"""Sorts after every instant: a case without a clock waits behind those that have one."""

_CLOCKS = ("acknowledge_by", "answer_by", "resolve_by")


def next_clock(case: Case) -> datetime | None:
    """The clock that runs out first while nothing was sent: acknowledgement, else answer, else resolution."""
    sla = case.sla
    return min(
        (at for at in (sla.acknowledge_by, sla.answer_by, sla.resolve_by) if at is not None), default=None
    )


def desk_key(case: Case) -> str:
    """Place in the inbox, compared byte by byte: P1 before all, then the next clock, then priority, then id.

    The clocks already follow from the priority (X5); by priority alone, a P4 would wait for ever.
    """
    return _key(case.id, case.priority.value, next_clock(case))


def _key(case_id: str, priority: str, due: datetime | None) -> str:
    clock = NO_CLOCK if due is None else due.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    return f"{0 if priority == Priority.P1 else 1}.{clock}.{priority}.{case_id}"


def copies_of(body: str) -> tuple[str, str, str]:
    """Language, flags and key as the inbox's columns must copy them from a case's JSON; for verification."""
    case: dict[str, Any] = json.loads(body)
    times = [datetime.fromisoformat(case["sla"][name]) for name in _CLOCKS if case["sla"][name]]
    codes = dict.fromkeys(str(flag["code"]) for flag in case["flags"])
    key = _key(case["id"], case["priority"], min(times, default=None))
    return case["language"], _flags(codes), key


def case_id_of(key: str) -> str:
    """The id that a key ends with; an id alone is its own."""
    return key.rpartition(".")[2]


def flags_text(case: Case) -> str:
    """The flags of a case as its row keeps them: each code between blanks."""
    return _flags(dict.fromkeys(flag.code.value for flag in case.flags))


def _flags(codes: Iterable[str]) -> str:
    joined = " ".join(codes)
    return f" {joined} " if joined else ""


def flag_pattern(flag: Flag) -> str:
    """The pattern by which ``LIKE`` finds a flag among them."""
    return f"% {flag.value.replace('_', chr(92) + '_')} %"
