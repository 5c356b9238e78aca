"""Puts together what keeps time and sends events, from settings and records: no engine is needed for it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from api.account_files import load_accounts
from api.settings import Settings
from cases.events.addresses import AddressGuard
from cases.events.deliveries import Deliveries
from cases.events.dispatcher import Dispatcher, Sender
from cases.events.sender import EventSender
from cases.events.subscriptions import Subscriptions, load_subscriptions
from cases.handover import Handovers
from cases.records import Records
from cases.timekeeping.keeper import Keeper
from cases.timekeeping.phrases import Phrasebook
from cases.timekeeping.policy import load_clocks
from cases.timekeeping.worker import Outbound, Worker
from cases.working_time import working_time
from policies.account import Account, OpeningHours


@dataclass(frozen=True, slots=True)
class WorkDesk:
    """What the routes on clocks, promises and hand-overs work with."""

    keeper: Keeper
    handovers: Handovers


def build_work_desk(records: Records, settings: Settings, accounts: Mapping[str, Account]) -> WorkDesk:
    """Build the desk. Raises as ``build_keeper``."""
    handovers = Handovers(records.database, records.audit, records.outbox, records.keys, records.now)
    return WorkDesk(build_keeper(records, settings, accounts), handovers)


def build_keeper(
    records: Records, settings: Settings, accounts: Mapping[str, Account] | None = None
) -> Keeper:
    """Build what keeps the time.

    Args:
        accounts: loaded before; read from the policies where left out.

    Raises:
        PolicyError: a file is missing or broken.
        ClockError: the hours of an account cannot be followed.
    """
    known = accounts or load_accounts(settings.policies_dir / "accounts", default=settings.account)
    for account in known.values():
        working_time(account.hours)
    return Keeper(
        records.database,
        records.outbox,
        records.audit,
        policy=load_clocks(settings.policies_dir / "clocks.yaml"),
        phrasebook=Phrasebook.load(settings.policies_dir / "promises.yaml"),
        hours_of=_hours_of(known),
        now=records.now,
    )


def _hours_of(accounts: Mapping[str, Account]) -> Callable[[str], OpeningHours]:
    """Hours by account; a case of one that is no longer configured keeps the ordinary hours."""
    return lambda name: accounts[name].hours if name in accounts else OpeningHours()


def build_worker(
    records: Records,
    settings: Settings,
    *,
    threads: int,
    environment: Mapping[str, str] | None = None,
    sender: Sender | None = None,
) -> Worker:
    """Build the worker; without a file of subscriptions it keeps the time alone, and events wait.

    Args:
        environment: instead of the process's own.
        sender: instead of one over HTTP.

    Raises:
        PolicyError, SubscriptionError, ClockError: a file, a variable or an account is at fault.
    """
    accounts = load_accounts(settings.policies_dir / "accounts", default=settings.account)
    keeper = build_keeper(records, settings, accounts)
    if settings.subscriptions_file is None:
        return Worker(keeper, None)
    variables = os.environ if environment is None else environment
    subscriptions = load_subscriptions(settings.subscriptions_file, variables)
    deliveries = Deliveries(records.database, records.now)
    sending = sender or _sender(subscriptions, records)
    dispatcher = Dispatcher(deliveries, subscriptions, sending, at_once=threads)
    return Worker(keeper, Outbound(subscriptions, deliveries, dispatcher), threads)


def _sender(subscriptions: Subscriptions, records: Records) -> EventSender:
    guard = AddressGuard(subscriptions.allow_networks)
    return EventSender(guard, service=version("borrador"), now=records.now)
