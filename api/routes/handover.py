"""What is due on a case, who has it, and its way to somebody else."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ReaderKey, WriterKey
from api.idempotency import ClaimDep, IdempotentRoute
from api.problems import documented
from api.routes.cases import CaseId
from api.work_wiring import WorkDesk
from cases.decisions import CaseStatus
from cases.handover_text import summary
from cases.timekeeping.clock_book import ClockStanding, ClockState
from cases.timekeeping.policy import Clock
from cases.timekeeping.promise_book import Promise, PromiseKind, PromiseState
from cases.working_time import working_time

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=IdempotentRoute)


class ClockOnCase(BaseModel):
    """One clock of a case."""

    clock: Clock
    state: ClockState
    warn_at: datetime
    due_at: datetime
    stopped_at: datetime | None


class PromiseOnCase(BaseModel):
    """Something promised to the customer, or a follow-up. `text` is the sentence, redacted."""

    number: int
    kind: PromiseKind
    text: str | None
    owner: str
    promised_at: datetime
    due_at: datetime
    state: PromiseState


class HandoverOnCase(BaseModel):
    """The case went from one key to another."""

    number: int
    giver: str | None = Field(description="Null where nobody had it.")
    receiver: str
    handed_by: str
    handed_at: datetime


class HandoverSummary(BaseModel):
    """What the next person needs: asked, answered, due. All redacted; `summary` says it in Spanish."""

    case_id: str
    tracking_code: str
    status: CaseStatus
    owner: str | None = Field(
        description="Id of the key that has the case: the first to decide, or the last receiver."
    )
    summary: str
    clocks: list[ClockOnCase]
    promises: list[PromiseOnCase]
    handovers: list[HandoverOnCase]


class HandoverBody(BaseModel):
    """To whom the case goes."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    to: str = Field(max_length=40, description="Id of the receiver's key, `key_…`.")


class Changed(BaseModel):
    """Whether something changed: false where it was so already."""

    changed: bool


def get_desk(request: Request) -> WorkDesk:
    """The desk, built once at start."""
    return cast(WorkDesk, request.app.state.work)


DeskDep = Annotated[WorkDesk, Depends(get_desk)]


@router.get("/{case_id}/handover", summary="Read the summary for the next person", responses=documented(404))
def read_handover(case_id: CaseId, desk: DeskDep, key: ReaderKey) -> HandoverSummary:
    """Tell what is asked, what was answered, what is due, and who has the case."""
    return _summary(case_id, desk, key.account)


@router.post("/{case_id}/handover", summary="Hand a case over", responses=documented(404))
def hand_over(
    case_id: CaseId, body: HandoverBody, desk: DeskDep, key: WriterKey, claim: ClaimDep
) -> HandoverSummary:
    """Give the case to another key of the account that may decide; the answer is the summary to read first."""
    since = None if claim is None else claim.resumed_from
    # A request that was cut short before may have handed the case over: then its answer is what is left to give.
    if since is None or not desk.handovers.done_since(
        since, case_id, body.to, account=key.account, actor=key.id
    ):
        desk.handovers.hand_over(case_id, body.to, account=key.account, actor=key.id)
    return _summary(case_id, desk, key.account)


@router.post("/{case_id}/clocks/{clock}/stop", summary="Stop a clock", responses=documented(404))
def stop_clock(case_id: CaseId, clock: Clock, desk: DeskDep, key: WriterKey, _claim: ClaimDep) -> Changed:
    """Note that the case was answered or resolved elsewhere: this clock and those before it stop."""
    return Changed(changed=desk.keeper.stop_clock(case_id, clock, account=key.account, actor=key.id))


@router.post("/{case_id}/promises/{number}/kept", summary="Note a promise as kept", responses=documented(404))
def keep_promise(
    case_id: CaseId,
    number: Annotated[int, Path(ge=1, le=99_999, description="Its number, as the summary shows it.")],
    desk: DeskDep,
    key: WriterKey,
    _claim: ClaimDep,
) -> Changed:
    """Note that what was promised was done."""
    return Changed(changed=desk.keeper.keep_promise(case_id, number, account=key.account, actor=key.id))


def _summary(case_id: str, desk: WorkDesk, account: str) -> HandoverSummary:
    holding = desk.handovers.holding(case_id, account=account)
    due = desk.keeper.due(case_id, account=account)
    stored = holding.stored
    hours = desk.keeper.hours_of(stored.account)
    return HandoverSummary(
        case_id=stored.case.id,
        tracking_code=stored.case.tracking_code,
        status=stored.status,
        owner=holding.owner,
        summary=summary(holding, due, working_time(hours).zone),
        clocks=[_clock(one) for one in due.clocks],
        promises=[_promise(one) for one in due.promises],
        handovers=[
            HandoverOnCase(
                number=one.number,
                giver=one.giver,
                receiver=one.receiver,
                handed_by=one.handed_by,
                handed_at=one.handed_at,
            )
            for one in holding.handovers
        ],
    )


def _clock(one: ClockStanding) -> ClockOnCase:
    return ClockOnCase(
        clock=one.clock, state=one.state, warn_at=one.warn_at, due_at=one.due_at, stopped_at=one.stopped_at
    )


def _promise(one: Promise) -> PromiseOnCase:
    return PromiseOnCase(
        number=one.number,
        kind=one.kind,
        text=one.text,
        owner=one.owner,
        promised_at=one.promised_at,
        due_at=one.due_at,
        state=one.state,
    )
