"""The inbox: what waits by its clocks, what is closed newest first, with filters, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.console.desk_access import DeskDep, Reader
from api.console.desk_errors import message_of, refused
from api.console.desk_view import queue_names
from api.console.pages import render
from api.deps import ServiceDep
from cases.decisions import WAITING, CaseStatus
from cases.desk_order import next_clock
from cases.desk_reading import CLOSED, MOST_COUNTED, DeskFilters, counts, desk_page
from cases.errors import CursorError
from cases.stored import StoredCase
from drafting.request import LANGUAGES
from policies.vocabulary import Channel, Disposition, Flag

router = APIRouter(prefix="/console", include_in_schema=False)

PAGE = 50
STATES: dict[str, tuple[CaseStatus, ...]] = {
    "waiting": WAITING,
    "open": (CaseStatus.OPEN,),
    "escalated": (CaseStatus.ESCALATED,),
    "closed": CLOSED,
    "sent": (CaseStatus.SENT,),
    "ignored": (CaseStatus.IGNORED,),
}
Code = TypeVar("Code", bound=StrEnum)
Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A case as the inbox shows it."""

    stored: StoredCase
    due: datetime | None
    late: bool


def row_of(stored: StoredCase, now: datetime | None = None) -> InboxRow:
    """A row: the clock that runs out first, and whether it did while the case waits."""
    due = next_clock(stored.case)
    late = due is not None and stored.status in WAITING and due < (now or datetime.now(UTC))
    return InboxRow(stored, due, late)


def one_of(codes: type[Code], value: str) -> Code | None:
    """The code of a filter; None for none, and for what is no code of ours."""
    return codes(value) if value in set(codes) else None


@router.get("")
def inbox(
    request: Request,
    service: ServiceDep,
    desk: DeskDep,
    key: Reader,
    state: Text = "waiting",
    queue: Text = "",
    disposition: Text = "",
    language: Text = "",
    channel: Text = "",
    flag: Text = "",
    cursor: Text = "",
) -> HTMLResponse:
    """Show a page of cases."""
    state = state if state in STATES else "waiting"
    names = queue_names(desk.policies, key.account)
    filters = DeskFilters(
        states=STATES[state],
        queue=queue if queue in names else None,
        disposition=one_of(Disposition, disposition),
        language=language if language in LANGUAGES else None,
        channel=one_of(Channel, channel),
        flag=one_of(Flag, flag),
    )
    try:
        with service.records.database.read() as session:
            page = desk_page(session, account=key.account, limit=PAGE, cursor=cursor or None, filters=filters)
            standing = counts(session, account=key.account)
    except CursorError as problem:
        return refused(request, message_of(request, problem), 400)
    chosen = {
        "state": state,
        "queue": filters.queue or "",
        "disposition": filters.disposition or "",
        "language": filters.language or "",
        "channel": filters.channel or "",
        "flag": filters.flag or "",
    }
    following = urlencode({**chosen, "cursor": page.next_cursor}) if page.next_cursor else None
    return render(
        request,
        "desk_inbox.html",
        key=key,
        page="inbox",
        rows=[row_of(stored) for stored in page.cases],
        following=following,
        beginning=urlencode(chosen),
        chosen=chosen,
        filtered=any(value for name, value in chosen.items() if name != "state"),
        choices=_choices(names),
        counts={status.value: standing.get(status, 0) for status in CaseStatus},
        most_counted=MOST_COUNTED,
        queues=names,
        first_page=not cursor,
    )


def _choices(queues: Iterable[str]) -> dict[str, list[str]]:
    return {
        "state": list(STATES),
        "queue": list(queues),
        "disposition": [code.value for code in Disposition],
        "language": list(LANGUAGES),
        "channel": [code.value for code in Channel],
        "flag": [code.value for code in Flag],
    }
