"""Every page and list that people and programs ask for, with the filters that are hardest on the store."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.decisions import CaseStatus
from cases.desk_reading import DeskFilters, desk_page
from cases.tables import AuditRow, CaseRow, OutboxRow


@dataclass(frozen=True, slots=True)
class Address:
    """One address, and what it is called in the table."""

    name: str
    path: str
    console: bool = True
    """Asked for with a session's cookie; else with a key in the header."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What addresses name, found in the store."""

    waiting: str
    decided: str
    escalated: str
    adverse: str
    tracking_code: str
    cursor: str | None
    """Of the second page of the inbox."""
    middle: int
    """A row in the middle of the audit log."""


def landmarks(session: Session, account: str) -> Landmarks:
    """Find them.

    Raises:
        LookupError: the store has no case of one kind; it is too small to measure on.
    """

    def one(status: CaseStatus) -> CaseRow:
        query = select(CaseRow).where(CaseRow.account == account, CaseRow.status == status.value)
        row = session.scalars(query.order_by(CaseRow.id).limit(1)).first()
        if row is None:
            raise LookupError(f"no case is {status}: fill the store with more")
        return row

    sent = one(CaseStatus.SENT)
    adverse = session.scalars(
        select(OutboxRow.case_id).where(OutboxRow.type == "adverse_event.suspected").limit(1)
    ).first()
    newest = session.scalars(select(AuditRow.seq).order_by(AuditRow.seq.desc()).limit(1)).one()
    page = desk_page(session, account=account, limit=50, cursor=None, filters=DeskFilters())
    return Landmarks(
        waiting=one(CaseStatus.OPEN).id,
        decided=sent.id,
        escalated=one(CaseStatus.ESCALATED).id,
        adverse=adverse or sent.id,
        tracking_code=sent.tracking_code,
        cursor=page.next_cursor,
        middle=newest // 2,
    )


def addresses(at: Landmarks) -> tuple[Address, ...]:
    """All of them."""
    return (*_desk(at), *_compliance(at), *_knowledge(), *_lists(at))


def _desk(at: Landmarks) -> Iterator[Address]:
    inbox = "/console"
    yield Address("inbox", inbox)
    yield Address("inbox, next page", f"{inbox}?cursor={at.cursor}" if at.cursor else inbox)
    for state in ("closed", "sent", "ignored", "escalated"):
        yield Address(f"inbox, {state}", f"{inbox}?state={state}")
    yield Address("inbox, rare flag", f"{inbox}?flag=self_harm")
    yield Address(
        "inbox, filter that fits nothing",
        f"{inbox}?language=eu&channel=x&flag=pregnancy&disposition=no_reply",
    )
    yield Address(
        "inbox, closed, fits nothing",
        f"{inbox}?state=closed&language=eu&channel=x&flag=pregnancy&disposition=no_reply",
    )
    yield Address("case, waiting", f"/console/cases/{at.waiting}")
    yield Address("case, decided", f"/console/cases/{at.decided}")
    yield Address("case, adverse event", f"/console/cases/{at.adverse}")
    yield Address("try", "/console/try")
    yield Address("experts", "/console/experts")
    yield Address("expert question", f"/console/experts/{at.escalated}")
    yield Address("sign in", "/console/sign-in")


def _compliance(at: Landmarks) -> Iterator[Address]:
    root = "/console/compliance"
    yield Address("compliance", root)
    for page in ("evaluation", "evaluation/compare", "gates", "policy", "practices"):
        yield Address(page, f"{root}/{page}")
    yield Address("audit", f"{root}/audit")
    yield Address("audit, middle", f"{root}/audit?before={at.middle}")
    yield Address("audit, rare action", f"{root}/audit?action=answer.withdrawn")
    yield Address("audit, actor who did nothing", f"{root}/audit?actor=nobody")
    yield Address("audit, one day", f"{root}/audit?first=2026-01-01&last=2027-01-01")
    yield Address("audit, case", f"{root}/audit?case={at.decided}")
    yield Address("audit, tracking code", f"{root}/audit?case={at.tracking_code}")
    yield Address("adverse events", f"{root}/adverse-events")
    yield Address("adverse events, far page", f"{root}/adverse-events?page=40")
    yield Address("adverse events, overdue", f"{root}/adverse-events?state=over")
    yield Address("adverse events, CSV of all", f"{root}/adverse-events.csv")
    for days in (7, 365):
        yield Address(f"times, {days} days", f"{root}/times?days={days}")


def _knowledge() -> Iterator[Address]:
    root = "/console/knowledge"
    for name, path in (
        ("answers", ""),
        ("answers to review", "/due"),
        ("answers to write", "/gaps"),
        ("answers to mend", "/check"),
    ):
        yield Address(name, root + path)


def _lists(at: Landmarks) -> Iterator[Address]:
    root = "/v1/cases"
    found = {
        "list": "",
        "list of 200": "?limit=200",
        "list, waiting P1": "?status=open&priority=p1",
        "list, filter that fits nothing": "?status=ignored&priority=p1&disposition=urgent_referral&queue=nobody",
        "list, rare queue": "?queue=nobody",
        "list, escalated": "?status=escalated",
    }
    for name, query in found.items():
        yield Address(f"HTTP: {name}", root + query, console=False)
    yield Address("HTTP: case", f"{root}/{at.decided}", console=False)
    yield Address("HTTP: handover of a case", f"{root}/{at.waiting}/handover", console=False)
    for days in (7, 365):
        yield Address(f"learning, {days} days", f"/console/compliance/learning?days={days}")
    yield Address("HTTP: learning", "/v1/learning", console=False)
    yield Address("HTTP: learned phrases", "/v1/learning/phrases", console=False)
