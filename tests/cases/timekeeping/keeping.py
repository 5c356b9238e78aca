"""A keeper over the records of a test, with the shipped policies and the demo company's hours."""

import json
from typing import Any

from cases.outbox import StoredEvent
from cases.records import Records
from cases.timekeeping.keeper import Keeper
from cases.timekeeping.phrases import Phrasebook
from cases.timekeeping.policy import ClocksPolicy, load_clocks
from policies.account import OpeningHours

POLICY, PHRASES = load_clocks(), Phrasebook.load()


def keeper(records: Records, policy: ClocksPolicy = POLICY) -> Keeper:
    return Keeper(
        records.database,
        records.outbox,
        records.audit,
        policy=policy,
        phrasebook=PHRASES,
        hours_of=lambda account: OpeningHours(),
        now=records.now,
    )


def told(records: Records, *prefixes: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of these kinds, with their data."""
    return [(one.type.value, json.loads(one.data)) for one in events(records, *prefixes)]


def events(records: Records, *prefixes: str) -> list[StoredEvent]:
    return [one for one in records.outbox.pending(1000) if one.type.value.startswith(prefixes)]
