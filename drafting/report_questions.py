"""What to ask about a suspected adverse event: the most useful missing thing, one question, never in public."""

from collections.abc import Sequence
from enum import StrEnum

from drafting.request import ComposeRequest
from models.understanding.report import NOTHING_REPORTED, Criterion
from policies.vocabulary import Flag


class Missing(StrEnum):
    """What a report may lack and a question can get (GVP VI.B.2, follow-up VI.B.3)."""

    PRODUCT = "product"
    REACTION = "reaction"
    PATIENT = "patient"
    PRODUCT_NAME = "product_name"
    """A product is there ("la crema"), its name is not."""


def missing(request: ComposeRequest, order: Sequence[Missing]) -> tuple[Missing, ...]:
    """What the report of this message lacks, the most useful first; nothing where none is suspected."""
    if not request.decision.has(Flag.ADVERSE_EVENT):
        return ()
    found = request.understanding.adverse_event
    report = found.report if found is not None else NOTHING_REPORTED
    lacks = {Missing(criterion) for criterion in report.missing if criterion != Criterion.REPORTER}
    if report.met(Criterion.PRODUCT) and not report.product_named and request.product is None:
        lacks.add(Missing.PRODUCT_NAME)
    return tuple(code for code in order if code in lacks)
