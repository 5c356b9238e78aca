"""The second checker: every rule on one draft. Shares no code with what composes, verifies or understands."""

import re
from collections.abc import Iterator

from eval.drafts.record import DraftedText, Record
from eval.drafts.second import facts, form, sourcing
from eval.drafts.second.approved import Approved
from eval.drafts.second.finding import Finding, Said, Seen
from eval.drafts.second.words import Words, assents, data_asked, forbidden

_DOSE = re.compile(
    r"(?<!por )\b\d+ ?(?:mg|ml|gotas|comprimid|pastill|c[aá]psul|gotes|drops|tablets)|cada \d+ horas|veces al d[ií]a",
    re.I,
)


def seen_of(record: Record, draft: DraftedText) -> Seen:
    """A draft with the case that it is for."""
    return Seen(
        text=draft.text,
        audience=draft.audience,
        channel=record.channel,
        language=record.answered_in,
        declared=(draft.length, draft.limit),
        sentences=tuple(Said(sentence.text, sentence.source) for sentence in draft.sentences),
        disposition=record.disposition,
        emotion=record.emotion,
        flags=frozenset(record.flags),
        evidence=frozenset(record.evidence),
        safety_numbers=tuple(number for number in record.safety_numbers if number),
        own_values=tuple(
            value for value in (record.tracking_code, record.customer_name, record.product) if value
        ),
        customer=record.text,
        said_before=record.said_before,
    )


def check(seen: Seen, approved: Approved, words: Words) -> tuple[Finding, ...]:
    """Everything that is wrong with a draft; empty when nothing is."""
    secure = approved.slots.get("enlace_seguro", {}).get(seen.language, "")
    found = (
        *form.too_long(seen),
        *form.gaps(seen),
        *form.other_language(seen, words),
        *form.doubled(seen, words),
        *form.two_voices(seen, words),
        *form.number_first(seen),
        *form.said_before(seen),
        *form.emoji(seen),
        *sourcing.unsourced(seen, approved),
        *facts.without_ground(seen, approved),
        *facts.personal(seen, approved),
        *facts.echoed(seen, approved),
        *forbidden(seen, words),
        *assents(seen, words),
        *data_asked(seen, words, secure),
        *_dose_without_doctors(seen, approved),
    )
    return tuple(dict.fromkeys(found))


def check_record(
    record: Record, approved: Approved, words: Words
) -> list[tuple[DraftedText, tuple[Finding, ...]]]:
    """Every draft of a record with what is wrong with it."""
    return [(draft, check(seen_of(record, draft), approved, words)) for draft in record.drafts]


def _dose_without_doctors(seen: Seen, approved: Approved) -> Iterator[Finding]:
    """A dose in a quoted answer that no medical department approved."""
    for said in seen.sentences:
        dose = _DOSE.search(said.text) if said.quoted else None
        answer = approved.answers.get(said.source.removeprefix("answer:").split("@")[0])
        if dose is not None and (answer is None or "medical" not in answer.approved_by):
            yield Finding("dose_without_medical_approval", dose[0])
