"""What the pages of compliance and of approved answers work with, and who may see them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, cast

import structlog
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from api.console import compliance_results
from api.console.compliance_work import Computed, Told
from api.console.languages import add_english, known_english
from api.console.pages import SignedIn, render
from api.service import Service
from api.settings import Settings
from cases.compliance.register import AdverseEventRegister
from cases.compliance.response_times import Figures, figures
from cases.keys import ApiKey, Scope
from cases.reading import ALL_ACCOUNTS
from cases.verification import AuditReport
from cases.working_time import working_time
from policies.account import OpeningHours
from policies.adverse_events import load_adverse_events

if TYPE_CHECKING:
    from eval.harness.compare import Comparison

log = structlog.get_logger(__name__)

READERS = frozenset({Scope.AUDITOR, Scope.ADMIN})
"""May see the pages of compliance."""
PERIODS = (7, 30, 90, 365)
"""Days that figures are told over."""
LOADING_SECONDS = 2
"""After which a page that is being worked out is asked for again."""


class RefusedPageError(Exception):
    """A page that the key of the session may not see."""

    def __init__(self, key: ApiKey, page: str) -> None:
        super().__init__(page)
        self.key = key
        self.page = page


def _happened() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(frozen=True)
class ComplianceDesk:
    """The parts, built once at start."""

    service: Service
    settings: Settings
    register: AdverseEventRegister
    runs: Computed[tuple[str, int, str], compliance_results.Shown]
    """By name, stamp and language."""
    comparisons: Computed[tuple[str, int, str, int], "Comparison"]
    figures: Computed[tuple[str, int], Figures]
    """By account and days."""
    chain: Computed[str, AuditReport]
    """The whole record verified; started by hand, for it reads every row."""
    warmed: threading.Event = field(default_factory=_happened)
    """Not set while the register is read for the first time after a start."""

    def today(self, account: str) -> date:
        """The day it is where an account is; for all accounts, where the default one is."""
        accounts = self.service.pipeline.engines.accounts
        name = self.service.pipeline.engines.default_account if account == ALL_ACCOUNTS else account
        hours = accounts[name].hours if name in accounts else OpeningHours(timezone="UTC")
        return working_time(hours).day(self.service.records.now())


def build_desk(service: Service, settings: Settings) -> ComplianceDesk:
    """Build the desk. Raises PolicyError."""
    folder = settings.effective_results_dir

    def work_out(key: tuple[str, int]) -> Figures:
        account, days = key
        now = service.records.now()
        with service.records.database.read() as session:
            return figures(session, account=account, since=now - timedelta(days=days), now=now)

    return ComplianceDesk(
        service,
        settings,
        AdverseEventRegister(load_adverse_events(settings.policies_dir / "adverse_events.yaml")),
        runs=Computed(lambda key: compliance_results.shown(folder, key[0], key[2]), keep_s=3600, most=4),
        comparisons=Computed(
            lambda key: compliance_results.compared(folder, key[0], key[2]), keep_s=3600, most=4
        ),
        figures=Computed(work_out, keep_s=60),
        chain=Computed(lambda _key: service.records.verify(), keep_s=float("inf")),
    )


def warm(desk: ComplianceDesk) -> None:
    """Read the register once in the background, so that nobody's first view waits for every case ever flagged."""
    desk.warmed.clear()
    threading.Thread(target=_read_register, args=(desk,), name="compliance-warm", daemon=True).start()


def _read_register(desk: ComplianceDesk) -> None:
    try:
        with desk.service.records.database.read() as session:
            desk.register.entries(session, account=ALL_ACCOUNTS, today=desk.today(ALL_ACCOUNTS))
    except Exception as error:  # the store is away, or the service stops: the first view reads it then
        log.warning("compliance.not_warm", error_type=type(error).__name__)
    finally:
        desk.warmed.set()


def get_desk(request: Request) -> ComplianceDesk:
    """The desk."""
    return cast(ComplianceDesk, request.app.state.compliance)


def reader(key: SignedIn) -> ApiKey:
    """The key of the session, if it may see the pages of compliance.

    Raises:
        RefusedPageError: it lacks the scopes ``auditor`` and ``admin``.
    """
    if READERS.isdisjoint(key.scopes):
        raise RefusedPageError(key, "compliance")
    return key


Desk = Annotated[ComplianceDesk, Depends(get_desk)]
Reader = Annotated[ApiKey, Depends(reader)]


async def refuse(request: Request, error: Exception) -> HTMLResponse:
    """Answer of a page that the key may not see."""
    refused = cast(RefusedPageError, error)
    return render(request, "compliance/refused.html", 403, key=refused.key, page=refused.page)


def show(request: Request, template: str, key: ApiKey, *, tab: str, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Render a page of compliance; one with work under way is asked for again by the browser."""
    response = render(request, f"compliance/{template}", key=key, page="compliance", tab=tab, **context)
    if any(isinstance(told, Told) and told.working and told.value is None for told in context.values()):
        response.headers["refresh"] = str(LOADING_SECONDS)
    return response


def add_missing(english: Mapping[str, str]) -> None:
    """Add the translations of texts that no other part of the console says; those it says keep its words."""
    known = known_english()
    add_english({text: told for text, told in english.items() if text not in known})


def days_asked(value: str | None) -> int:
    """A period out of ``PERIODS``, 30 days if something else was asked for."""
    return next((days for days in PERIODS if str(days) == value), 30)


def day_asked(value: str | None) -> date | None:
    """A day from a form; None where there is none, or it is none."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
