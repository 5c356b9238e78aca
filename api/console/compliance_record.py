"""Compliance in the console: search of the audit log, the register of adverse events, response times."""

import csv
import io
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.console.compliance_desk import PERIODS, Desk, Reader, day_asked, days_asked, show
from api.console.pages import SameOrigin, see_other
from cases.audit import Action
from cases.compliance.audit_search import Wanted, chain_end, looks_like_case, search
from cases.compliance.register import CRITERIA, Entry
from cases.compliance.response_times import WITHIN_MINUTES
from cases.identifiers import parse_tracking_code
from cases.reading import ALL_ACCOUNTS

router = APIRouter(prefix="/console/compliance", include_in_schema=False)

PAGE = 50
COLUMNS = (
    "tracking_code", "case_id", "account", "channel", "received_at", "day_zero", "clock", "submit_by",
    "submit_by_if_serious", "submit_by_if_not_serious", "days_left", *CRITERIA, "missing", "serious_hint",
    "seriousness", "situations", "reporter_kind", "status",
)  # fmt: skip
Text = Annotated[str, Query(max_length=200)]


@router.get("/audit")
def audit(
    request: Request,
    key: Reader,
    desk: Desk,
    case: Text = "",
    action: Text = "",
    actor: Text = "",
    first: Text = "",
    last: Text = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> HTMLResponse:
    """Search the audit log, and say how its chain stands."""
    asked = {"case": case.strip(), "action": action, "actor": actor.strip(), "first": first, "last": last}
    records, code = desk.service.records, parse_tracking_code(case)
    wanted = Wanted(
        account=key.account,
        # What is neither an id nor a code names no case: nothing is found, rather than everything.
        case_id=None if code or not asked["case"] else asked["case"],
        tracking_code=code,
        action=Action(action) if action in set(Action) else None,
        actor=asked["actor"].replace("\0", "") or None,
        first=day_asked(first),
        last=day_asked(last),
    )
    with records.database.read() as session:
        end = chain_end(session, records.sealer)
        nothing = wanted.case_id is not None and not looks_like_case(wanted.case_id)
        found = None if nothing else search(session, wanted, before=before, limit=PAGE)
    return show(
        request, "audit.html", key, tab="audit", asked=asked, found=found, end=end, actions=list(Action),
        verified=desk.chain.peek("all"), names={one.id: one.name for one in records.keys.list()},
        all_accounts=key.account == ALL_ACCOUNTS,
    )  # fmt: skip


@router.post("/audit/verify", dependencies=[SameOrigin])
def verify(key: Reader, desk: Desk) -> Response:
    """Begin to verify the whole record; the page shows what comes of it."""
    desk.chain.start("all")
    return see_other("/console/compliance/audit")


@router.get("/adverse-events")
def adverse_events(
    request: Request,
    key: Reader,
    desk: Desk,
    state: Text = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """Show the register of suspected adverse events with day zero and both clocks."""
    entries, today = _entries(key.account, desk), desk.today(key.account)
    states = [_state(entry, today) for entry in entries]
    counts = {name: states.count(name) for name in ("due", "over", "missing")}
    kept = [entry for entry, one in zip(entries, states, strict=True) if state not in counts or one == state]
    return show(
        request, "register.html", key, tab="register", entries=kept[(page - 1) * PAGE : page * PAGE],
        counts=counts, total=len(entries), state=state, number=page, more=len(kept) > page * PAGE, today=today,
        criteria=CRITERIA, policy=desk.service.pipeline.engines.adverse_events,
    )  # fmt: skip


@router.get("/adverse-events.csv")
def adverse_events_csv(key: Reader, desk: Desk) -> Response:
    """Give the whole register as CSV: codes and dates, no text of a customer."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    today = desk.today(key.account)
    for entry in _entries(key.account, desk):
        writer.writerow([_harmless(value) for value in _row(entry, today)])
    name = f"adverse-events-{today.isoformat()}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    # With a byte order mark: without one, spreadsheets take UTF-8 for something else.
    return Response("\ufeff" + made.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/times")
def times(request: Request, key: Reader, desk: Desk, days: Text = "") -> HTMLResponse:
    """Show response times, clocks that ended too late, and what became of the drafts."""
    period = days_asked(days)
    told = desk.figures.get((key.account, period))
    return show(
        request,
        "times.html",
        key,
        tab="times",
        told=told,
        days=period,
        periods=PERIODS,
        within=WITHIN_MINUTES,
    )


def _entries(account: str, desk: Desk) -> tuple[Entry, ...]:
    with desk.service.records.database.read() as session:
        return desk.register.entries(session, account=account, today=desk.today(account))


def _state(entry: Entry, today: date) -> str:
    left = entry.days_left(today)
    if left is None:
        return "missing"
    return "due" if left >= 0 else "over"


def _row(entry: Entry, today: date) -> list[object]:
    report = entry.report
    return [
        report.tracking_code, report.case_id, report.account, report.channel,
        report.received_at.isoformat(timespec="seconds"), entry.day_zero,
        report.applies if entry.day_zero else None, entry.submit_by, entry.if_serious, entry.if_not_serious,
        entry.days_left(today), *(int(name in report.criteria) for name in CRITERIA),
        " ".join(entry.missing), int(report.serious_hint), " ".join(report.seriousness),
        " ".join(report.situations), report.reporter_kind, entry.status.value,
    ]  # fmt: skip


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula is quoted as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value
