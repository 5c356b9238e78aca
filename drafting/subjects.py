"""The subject of an e-mail: one approved phrase, chosen as any other, and what it must keep to."""

from collections.abc import Iterator
from dataclasses import replace

from drafting.bank import Bank
from drafting.context import Context
from drafting.draft import Draft, Sentence, Violation
from drafting.plans import Step
from drafting.selection import Selector, Wanted
from drafting.situation import Condition
from drafting.slots import fill
from policies.vocabulary import Channel

PURPOSE = "subject"
LONGEST = 78
"""Characters: RFC 5322, 2.1.1."""
CHANNELS = frozenset({Channel.EMAIL})
_STEP = Step((PURPOSE,), "should", Condition())
_RULE = "subject"


def subject_of(selector: Selector, wanted: Wanted) -> Sentence | None:
    """The subject of a draft; None where the channel has none or no phrase fits."""
    if wanted.request.channel not in CHANNELS:
        return None
    choices = selector.choices(_STEP, replace(wanted, sent=frozenset(), beside=frozenset()))
    return next((choice.sentence for choice in choices if len(choice.sentence.text) <= LONGEST), None)


def as_draft(draft: Draft) -> Draft | None:
    """The subject as a draft of its own, so that the rules on words read it too."""
    if draft.subject is None:
        return None
    return replace(draft, text=draft.subject.text, sentences=(draft.subject,), subject=None)


def form(draft: Draft, context: Context, bank: Bank) -> Iterator[Violation]:
    """A subject goes with e-mail only, is one short line, and is what its source says."""
    subject = draft.subject
    if subject is None:
        return
    if context.channel not in CHANNELS:
        yield Violation(_RULE, "Solo un correo lleva asunto", subject.text[:LONGEST])
    if len(subject.text) > LONGEST or not subject.text.strip() or not subject.text.isprintable():
        yield Violation(
            _RULE, f"El asunto es una línea de {LONGEST} caracteres como mucho", subject.text[:LONGEST]
        )
    phrase = bank.by_id.get(subject.source.removeprefix("bank:"))
    if phrase is None or phrase.purpose != PURPOSE or fill(phrase.text, context.values) != subject.text:
        yield Violation(_RULE, f"La fuente {subject.source} no dice este asunto", subject.text[:LONGEST])
