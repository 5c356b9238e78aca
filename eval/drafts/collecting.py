"""Runs messages through the shipped pipeline and keeps what a check apart needs."""

from collections.abc import Iterable, Iterator

from drafting.slots import product_named
from eval.drafts.record import DraftedSentence, DraftedText, Record
from eval.harness.samples import Sample
from eval.harness.subject import Ran, Subject


def collect(subject: Subject, samples: Iterable[Sample]) -> Iterator[Record]:
    """The records of samples, in order; each message is run once, afresh."""
    for sample in samples:
        yield record_of(sample, subject.run_afresh(sample.message))


def record_of(sample: Sample, ran: Ran) -> Record:
    """What came of one sample."""
    case, request, result = ran.case, ran.drafted.request, ran.drafted.result
    found = () if request.retrieval.abstained else request.retrieval.evidence
    broken = {each.rule for rules in result.violations_by_rejected_candidate.values() for each in rules}
    product = request.product or product_named(request.text.value, request.account.products)
    return Record(
        id=sample.id,
        text=sample.message.text,
        channel=case_channel(sample),
        language=sample.language,
        answered_in=request.language or "und",
        labelled=sample.target.disposition or "",
        disposition=case.disposition.value,
        emotion=case.emotion.code,
        flags=tuple(flag.code.value for flag in case.flags),
        evidence=tuple((each.answer.id, each.answer.version) for each in found),
        safety_numbers=tuple(request.safety_numbers.values()),
        tracking_code=case.tracking_code,
        customer_name=request.customer_name or "",
        product=product or "",
        said_before=request.agent_texts,
        drafter=result.drafter,
        turned_down_for=tuple(sorted(broken)),
        drafts=tuple(
            DraftedText(
                draft.audience.value,
                draft.text,
                draft.length,
                draft.limit,
                tuple(DraftedSentence(each.text, each.source, each.role) for each in draft.sentences),
            )
            for draft in result.drafts
        ),
    )


def case_channel(sample: Sample) -> str:
    """The channel that the reply goes to: the one that the message came by (M12)."""
    return sample.message.channel.value
