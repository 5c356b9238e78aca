"""GET /v1/cases/{id}/drafts/private: the private draft with the customer's name, for who may see the vault."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.deps import ServiceDep, VaultKey
from api.problems import documented
from api.routes.cases import CaseId
from api.routes.verifications import DeskDep

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class PrivateDraft(BaseModel):
    """The private draft as it would be sent. `length` and `limit` are in the channel's own units."""

    text: str = Field(repr=False)
    length: int
    limit: int
    name_used: bool = Field(
        description="Whether it greets the customer by name; false: it is the draft as stored."
    )


@router.get(
    "/{case_id}/drafts/private",
    summary="Read the private draft with the customer's name",
    responses=documented(404, 410),
)
def get_private_draft(case_id: CaseId, service: ServiceDep, desk: DeskDep, key: VaultKey) -> PrivateDraft:
    """The look is on the audit log (`vault.revealed`) before it happens. The text is stored nowhere.

    Send it as `accept`, without `text`: the draft was sent as it is, and the record stays without the name.
    """
    stored = service.get_case(case_id, key=key)
    with service.turn():
        shown = desk.named_drafts.private(stored, actor=key.id, account=key.account)
    return PrivateDraft(
        text=shown.text, length=shown.length, limit=shown.limit, name_used=shown.name is not None
    )
