"""What the reader of complaints and the drafter are asked for, from the steps before them."""

from collections.abc import Mapping
from datetime import date

from cases.assembly import Results
from cases.complaint_turns import ComplaintText, Said
from cases.hearing import Heard
from cases.places import Masking, Remasking
from drafting.request import ComposeRequest
from drafting.slots import product_named


def complaint_text(heard: Heard, whole: Heard, received_on: date) -> ComplaintText:
    """What a complaint is read from.

    Args:
        heard: the message without any orders to the software.
        whole: the message as the case shows it.
    """
    return ComplaintText(
        turns=tuple(Said(turn.role == "agent", turn.redaction.text.value) for turn in heard.redacted.turns),
        message=heard.redacted.redaction.text.value,
        shown=Remasking(
            Masking(whole.redacted.raw, whole.redacted.redaction, heard.cut), heard.redacted.redaction
        )
        if heard.cut
        else None,
        understanding=heard.understood.understanding,
        received_on=received_on,
    )


def compose_request(results: Results, heard: Heard, safety_numbers: Mapping[str, str]) -> ComposeRequest:
    """The request for the drafts of one case: redacted text only."""
    message, account, redacted = heard.message, results.account, heard.redacted
    return ComposeRequest(
        text=redacted.redaction.text,
        understanding=results.understanding,
        decision=results.decision,
        retrieval=results.retrieval,
        account=account,
        channel=message.channel,
        seed=message.id or results.case_id,
        safety_numbers=safety_numbers,
        tracking_code=results.tracking_code,
        agent_texts=tuple(turn.redaction.text.value for turn in redacted.said_by("agent")),
        # Only the company's own name of a product may reach a draft: the field can hold anything.
        product=product_named(message.product or "", account.products),
        vector=heard.understood.vector,
        customer_turns=len(redacted.said_by("customer")) + 1,
        complaint_stage=results.complaint.stage.value if results.complaint is not None else None,
    )
