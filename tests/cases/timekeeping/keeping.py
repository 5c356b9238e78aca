"""A keeper over the records of a test, with the shipped policies and the demo company's hours."""

import json
from typing import Any

from cases.records import Records
from cases.tables import OutboxRow
from cases.timekeeping.keeper import Keeper
from cases.timekeeping.phrases import Phrasebook
from cases.timekeeping.policy import ClocksPolicy, load_clocks
from policies.account import OpeningHours
from tests.cases.samples import pending

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
    return [(one.type, json.loads(one.data)) for one in events(records, *prefixes)]


def events(records: Records, *prefixes: str) -> list[OutboxRow]:
    return [one for one in pending(records) if one.type.startswith(prefixes)]
