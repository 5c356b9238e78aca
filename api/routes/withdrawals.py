"""Withdrawal of an approved answer."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from api.deps import CURATOR_SCOPES, require
from api.idempotency import ClaimDep, IdempotentCuratorRoute
from api.knowledge_desk import KnowledgeDesk
from api.problems import documented
from cases.keys import ApiKey
from knowledge_base.answer import WithdrawalReason

router = APIRouter(prefix="/v1", tags=["answers"], route_class=IdempotentCuratorRoute)

CuratorKey = Annotated[ApiKey, Depends(require(*CURATOR_SCOPES))]
"""May withdraw approved answers."""


class WithdrawalBody(BaseModel):
    """Why the answer is withdrawn."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reason: WithdrawalReason = WithdrawalReason.OTHER


class WithdrawalDone(BaseModel):
    """The answer is out: no search, draft or sending uses it any more, in any process on this database."""

    answer_id: str
    version: int | None
    file_changed: bool = Field(
        description="False: the folder cannot be written; the audit log keeps the withdrawal."
    )
    open_cases: tuple[str, ...] = Field(
        description="Open cases whose draft quotes it: those drafts are refused when somebody sends them."
    )
    open_count: int


def get_desk(request: Request) -> KnowledgeDesk:
    """The desk, built once at start."""
    return cast(KnowledgeDesk, request.app.state.knowledge)


@router.post(
    "/answers/{answer_id}/withdraw", summary="Withdraw an approved answer", responses=documented(404)
)
def withdraw_answer(
    answer_id: Annotated[str, Path(max_length=80, description="Id of the answer.")],
    body: WithdrawalBody,
    key: CuratorKey,
    _claim: ClaimDep,
    desk: Annotated[KnowledgeDesk, Depends(get_desk)],
) -> WithdrawalDone:
    """Withdraw an answer at once and for good; its id is not used again. Asks for the scope `curator`."""
    done = desk.withdraw(answer_id, body.reason, key=key)
    return WithdrawalDone(
        answer_id=done.answer_id,
        version=done.version,
        file_changed=done.file_changed,
        open_cases=done.open_cases,
        open_count=done.open_count,
    )
