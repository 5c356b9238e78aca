"""``borrador verify``: check a reply that a person wrote, for a person or as JSON Lines."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from api.commands.options import InFile, KnowledgeBaseDir, PoliciesDir, load_settings
from api.commands.stream import LineError, run_lines
from api.failures import UsageError
from cases.message import MAX_TEXT
from policies.vocabulary import Channel, Visibility

if TYPE_CHECKING:
    from api.routes.verifications import Verification, VerificationRequest
    from api.settings import Settings


def verify(
    text: Annotated[str | None, typer.Argument(help="One reply; without it, JSON Lines are read.")] = None,
    source: InFile = None,
    message: Annotated[str | None, typer.Option(help="The message that the reply answers.")] = None,
    channel: Annotated[Channel, typer.Option(help="Where it is sent.")] = Channel.WEB,
    audience: Annotated[Visibility | None, typer.Option(help="Who will read it.")] = None,
    policies: PoliciesDir = None,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Check a reply by the rules that drafts are checked by. Exit code 1: a rule forbids sending it.

    Lines are objects as in `POST /v1/verifications`, without `case_id`; `message` is a message object.
    """
    if text is not None and source is not None:
        raise UsageError("give a text or --in FILE, not both")
    if source is not None and not source.is_file():
        raise UsageError(f"{source}: no such file")
    settings = load_settings(policies=policies, knowledge_base=knowledge_base)

    from api.routes.verifications import VerificationRequest

    if text is None:
        check = _checker(settings)
        if run_lines(source, VerificationRequest, check):
            raise typer.Exit(1)
        return
    said = {"text": message, "channel": channel} if message is not None else None
    values = {"message": said} if said else {"channel": channel}
    try:
        request = VerificationRequest.model_validate({"text": text, "audience": audience, **values})
    except ValidationError:
        raise UsageError(f"a text is empty, over {MAX_TEXT} characters, or no valid Unicode") from None
    found = _checker(settings)(request)
    _print(Console(highlight=False), found)
    if not found.passed:
        raise typer.Exit(1)


def _checker(settings: "Settings") -> "Callable[[VerificationRequest], Verification]":
    # The engines are imported here: a wrong call is told at once.
    from api.routes.verifications import verification
    from api.wiring import build_pipeline
    from cases.message import Message
    from cases.reply_check import ReplyCheck

    pipeline = build_pipeline(settings)
    replies = ReplyCheck(pipeline, settings.policies_dir / "person_replies.yaml")

    def check(request: "VerificationRequest") -> "Verification":
        if request.case_id is not None:
            raise LineError("case_id: only over HTTP, where a key says whose cases may be read")
        if request.message is not None:
            found = replies.of_message(request.text, request.message, audience=request.audience)
            return verification(found)
        channel = request.channel or Channel.WEB
        default = Message(text=request.text, channel=channel).effective_visibility
        found = replies.alone(
            request.text,
            account=pipeline.account(request.account),
            channel=channel,
            audience=request.audience or default,
            language=request.language,
        )
        return verification(found)

    return check


def _print(console: Console, found: "Verification") -> None:
    console.print(f"{found.length} de {found.limit} caracteres")
    for finding in found.findings:
        mark = "aviso" if finding.advice else "FALLA"
        words = f": «{finding.words}»" if finding.words else ""
        console.print(Text(f"{mark}  {finding.rule}  {finding.message}{words}"), soft_wrap=True)
    console.print("Se puede enviar." if found.passed else "No debe salir así.")
