"""What customers said of how they were served: recorded once for a case, as another system brings it (M73)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ReaderKey, ServiceDep, WriterKey
from api.idempotency import ClaimDep, IdempotentRoute
from api.problems import documented
from api.routes.cases import CaseId
from cases.satisfaction import HIGHEST, LOWEST, MAX_COMMENT, Grade, Satisfaction

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=IdempotentRoute)


class SatisfactionBody(BaseModel):
    """A customer's grade for a case, and what they wrote with it."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"score": 5, "comment": "Rápido y muy amable."}]},
    )

    score: int = Field(ge=LOWEST, le=HIGHEST, strict=True, description="1, very bad, to 5, very good.")
    comment: str | None = Field(
        default=None,
        max_length=MAX_COMMENT,
        repr=False,
        description="Kept redacted; the original is not kept.",
    )


class SatisfactionOnCase(BaseModel):
    """A grade as recorded; the comment is redacted."""

    case_id: str
    score: int
    comment: str | None
    recorded_by: str
    recorded_at: datetime


class SatisfactionIfAny(BaseModel):
    """The grade of a case, null where it has none."""

    satisfaction: SatisfactionOnCase | None


def get_satisfaction(service: ServiceDep) -> Satisfaction:
    """The record of grades."""
    records = service.records
    return Satisfaction(records.database, records.sealer, records.audit, records.now)


SatisfactionDep = Annotated[Satisfaction, Depends(get_satisfaction)]


@router.post(
    "/{case_id}/satisfaction",
    summary="Record a customer's satisfaction",
    status_code=201,
    responses={
        200: {"description": "It was on record already.", "model": SatisfactionOnCase},
        **documented(404, 409),
    },
)
def record_satisfaction(
    case_id: CaseId,
    body: Annotated[SatisfactionBody, Body()],
    response: Response,
    service: ServiceDep,
    satisfaction: SatisfactionDep,
    key: WriterKey,
    _claim: ClaimDep,
) -> SatisfactionOnCase:
    """Keep a grade for a case that was answered. The same grade again is answered as the first time, with 200.

    409 `satisfaction_invalid` where nothing was sent on the case, or another grade is on record: the first stands.
    """
    stored = service.get_case(case_id, key=key)
    comment = None
    if body.comment:
        # It comes from another system: nobody has decided anything, so it waits no longer than any request.
        comment = service.desk_texts.note(stored, body.comment, turn=service.turn)
    grade, created = satisfaction.record(
        case_id, body.score, comment=comment, account=key.account, actor=key.id
    )
    response.status_code = 201 if created else 200
    return _told(grade)


@router.get("/{case_id}/satisfaction", summary="Read a customer's satisfaction", responses=documented(404))
def read_satisfaction(case_id: CaseId, satisfaction: SatisfactionDep, key: ReaderKey) -> SatisfactionIfAny:
    """Tell the grade of a case, null where it has none."""
    grade = satisfaction.of(case_id, account=key.account)
    return SatisfactionIfAny(satisfaction=None if grade is None else _told(grade))


def _told(grade: Grade) -> SatisfactionOnCase:
    return SatisfactionOnCase(
        case_id=grade.case_id,
        score=grade.score,
        comment=grade.comment,
        recorded_by=grade.recorded_by,
        recorded_at=grade.recorded_at,
    )
