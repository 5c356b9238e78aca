"""POST /v1/verifications: a reply that a person wrote, checked by the drafts' own rules; nothing is stored."""

from typing import Annotated, Self, cast

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.deps import ServiceDep, WriterKey
from api.desk_wiring import Desk
from api.problems import documented
from cases.message import MAX_TEXT, Message, check_readable
from drafting.person_reply import ReplyReport
from policies.vocabulary import Channel, Visibility

router = APIRouter(prefix="/v1", tags=["verifications"])


class VerificationRequest(BaseModel):
    """A reply, and what it answers: a case on record, a message, or neither.

    With neither, it is checked as a reply to a message that nobody understood: say its channel.
    """

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "text": "¡Hola! Déjanos tu DNI en un comentario y lo miramos.",
                    "message": {"text": "Mi pedido no llega", "channel": "facebook"},
                }
            ]
        },
    )

    text: str = Field(min_length=1, max_length=MAX_TEXT, repr=False)
    case_id: str | None = Field(default=None, max_length=40)
    message: Message | None = None
    audience: Visibility | None = Field(
        default=None, description="Who will read the reply; the message's own."
    )
    channel: Channel | None = Field(default=None, description="Without case and message: where it is sent.")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    account: str | None = Field(default=None, max_length=100)

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str) -> str:
        return check_readable(text)

    @model_validator(mode="after")
    def _one_context(self) -> Self:
        if self.case_id is not None and self.message is not None:
            raise ValueError("give case_id or message, not both")
        alone = self.case_id is None and self.message is None
        if not alone and (self.channel or self.language or self.account):
            raise ValueError("channel, language and account come from the case or the message")
        return self


class FindingOnReply(BaseModel):
    """A rule that the reply breaks. Offsets are code points into the reply; null where no words stand for it."""

    rule: str
    message: str
    words: str
    start: int | None
    end: int | None
    advice: bool = Field(description="True: the person may send it all the same.")


class SentenceOfReply(BaseModel):
    """A sentence, and the approved text that holds it whole; `person:own_words` where none does."""

    text: str
    source: str


class Verification(BaseModel):
    """What the rules say of a reply. `length` is in the channel's own units."""

    passed: bool
    length: int
    limit: int
    findings: list[FindingOnReply]
    sentences: list[SentenceOfReply]


def get_desk(request: Request) -> Desk:
    """The desk, built once at start."""
    return cast(Desk, request.app.state.desk)


DeskDep = Annotated[Desk, Depends(get_desk)]


def verification(report: ReplyReport) -> Verification:
    """The report as it is shown."""
    return Verification(
        passed=report.passed,
        length=report.length,
        limit=report.limit,
        findings=[
            FindingOnReply(
                rule=one.rule,
                message=one.message,
                words=one.words,
                start=one.start,
                end=one.end,
                advice=one.advice,
            )
            for one in report.findings
        ],
        sentences=[SentenceOfReply(text=one.text, source=one.source) for one in report.sentences],
    )


@router.post("/verifications", summary="Check a reply that a person wrote", responses=documented(404, 409))
def create_verification(
    body: VerificationRequest, service: ServiceDep, desk: DeskDep, key: WriterKey
) -> Verification:
    """Say which rules a reply breaks and on which words, before it is sent."""
    if body.case_id is not None:
        stored = service.get_case(body.case_id, key=key)
        with service.turn():
            return verification(desk.reply_check.of_case(body.text, stored, body.audience))
    if body.message is not None:
        named = service.named(body.message, key=key)
        with service.turn():
            return verification(desk.reply_check.of_message(body.text, named, audience=body.audience))
    channel = body.channel or Channel.WEB
    default = Message(text=body.text, channel=channel).effective_visibility
    account = service.account_of(body.account, key=key)
    with service.turn():
        report = desk.reply_check.alone(
            body.text,
            account=account,
            channel=channel,
            audience=body.audience or default,
            language=body.language,
        )
    return verification(report)
