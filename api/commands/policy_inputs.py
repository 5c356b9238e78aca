"""What the commands on policies work on: messages or facts from a file, or cases on record."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.commands.stream import LineError, parse_line, read_lines
from api.failures import UsageError
from api.record_keeping import open_records
from cases.message import Message
from cases.reading import ALL_ACCOUNTS, MAX_PAGE, Filters
from policies.account import Account
from policies.decision import Facts
from policies.errors import PolicyError
from policies.facts_json import facts_of
from policies.loader import load_account, load_policy
from policies.policy import Policy
from policies.safety_numbers import SafetyNumbers

if TYPE_CHECKING:  # the engines take seconds to import; facts need none
    from api.settings import Settings
    from cases.pipeline import Pipeline
    from cases.records import Records


@dataclass(frozen=True, slots=True)
class Item:
    """Facts to decide on, and whose they are."""

    id: str
    account: str | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """The policies of a folder: rules, accounts and safety numbers."""

    folder: Path
    default_account: str
    on: date | None = None
    profile: str | None = None
    """Rules to use instead of each account's own."""

    def policy_of(self, account: str | None) -> Policy:
        """The policy of an account.

        Raises:
            UsageError: no such folder, account or profile.
            PolicyError: a file is broken.
        """
        if not (self.folder / "rules").is_dir():
            raise UsageError(f"{self.folder}: no folder of policies (it has no rules/)")
        found = self._account(account or self.default_account)
        file = self.folder / "rules" / f"{self.profile or found.policy}.yaml"
        if not file.is_file():
            raise UsageError(f"{file}: no such policy")
        numbers = SafetyNumbers.load(self.folder / "safety_numbers.yaml")
        return load_policy(file, safety_numbers=numbers, settings=found.settings, on=self.on)

    def _account(self, name: str) -> Account:
        for file in sorted((self.folder / "accounts").glob("*.yaml")):
            account = load_account(file)
            if account.id == name:
                return account
        raise UsageError(f"{self.folder / 'accounts'}: no account of that name")


def items_of(file: Path, pipeline: "Callable[[], Pipeline]") -> Iterator[Item]:
    """The facts of each line: a message is read by the pipeline, which is built when the first one comes.

    Raises:
        UsageError: no such file, or a line that is neither a message nor facts; names the line.
    """
    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    with file.open("rb") as stream:
        for line in read_lines(stream):
            if line.text is None:
                raise UsageError(f"{file}: line {line.number}: {line.error or 'unreadable'}")
            try:
                yield _item(line.text, line.number, pipeline)
            except (LineError, PolicyError) as error:
                raise UsageError(f"{file}: line {line.number}: {error}") from None


def _item(text: str, number: int, pipeline: "Callable[[], Pipeline]") -> Item:
    try:
        written = json.loads(text)
    except (ValueError, RecursionError):
        raise LineError("line is not JSON") from None
    if isinstance(written, dict) and "facts" in written:
        return Item(_name(written, number), _text(written.get("account")), facts_of(written["facts"]))
    message = parse_line(text, Message)
    return message_item(message, pipeline(), fallback=f"line {number}")


def message_item(message: Message, pipeline: "Pipeline", *, fallback: str) -> Item:
    """The facts of a message, as the shipped pipeline finds them."""
    outcome = pipeline.run(message, received_at=message.received_at or datetime.now(UTC))
    return Item(outcome.case.message_id or fallback, message.account, outcome.facts)


def stored_item(settings: "Settings", case_id: str) -> Item:
    """The facts of a case on record.

    Raises:
        CaseNotFoundError: no such case.
        UsageError: it was recorded before facts were kept.
    """
    records = open_records(settings)
    try:
        stored = records.store.get(case_id, account=ALL_ACCOUNTS)
    finally:
        records.close()
    if stored.facts is None:
        raise UsageError(f"case {case_id}: recorded before facts were kept; it cannot be decided again")
    return Item(stored.case.id, stored.account, stored.facts)


def stored_items(records: "Records") -> Iterator[Item | str]:
    """The facts of every case on record, newest first; the bare id of a case that has none."""
    cursor = None
    while True:
        page = records.store.list(
            account=ALL_ACCOUNTS, limit=MAX_PAGE, cursor=cursor, filters=Filters(superseded=None)
        )
        for stored in page.cases:
            facts = stored.facts
            yield stored.case.id if facts is None else Item(stored.case.id, stored.account, facts)
        cursor = page.next_cursor
        if cursor is None:
            return


def _name(written: dict[str, Any], number: int) -> str:
    return _text(written.get("id")) or f"line {number}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 200 else None
