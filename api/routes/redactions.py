"""POST /v1/redactions: the redacted text and its entities; nothing is stored."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.deps import ServiceDep, WriterKey
from cases.assembly import entities_of
from cases.case import Entity
from cases.message import MAX_TEXT, check_readable

router = APIRouter(prefix="/v1", tags=["redactions"])


class RedactionRequest(BaseModel):
    """A text to redact."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [{"text": "Soy Lucía Ferrer, mi teléfono es el 612 345 678 y tengo psoriasis."}]
        },
    )

    text: str = Field(min_length=1, max_length=MAX_TEXT, repr=False)
    id: str | None = Field(default=None, max_length=200)
    language: str | None = Field(
        default=None,
        pattern=r"^[a-z]{2}$",
        description="Accepted for compatibility and not used: texts of every language are redacted alike.",
    )
    account: str | None = Field(default=None, max_length=100)

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return check_readable(text)


class RedactionResult(BaseModel):
    """Redacted text; offsets are code points into the original."""

    id: str | None
    text: str
    entities: tuple[Entity, ...]


@router.post("/redactions", summary="Redact a text")
def create_redaction(body: RedactionRequest, service: ServiceDep, key: WriterKey) -> RedactionResult:
    """Find personal and health data and replace them by placeholders."""
    account = service.account_of(body.account, key=key)
    with service.turn():
        redaction = service.pipeline.redact_text(body.text, account=account)
        name = service.pipeline.redact_id(body.id, account=account)
    return RedactionResult(id=name, text=redaction.text.value, entities=entities_of(redaction))
