"""A private draft that greets the customer by name: made when it is shown, never stored; verified as any draft."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from drafting.answers import AnswerSource
from drafting.bank import Phrase
from drafting.context import Context
from drafting.draft import REWORDED, Draft, Sentence
from drafting.joining import join
from drafting.request import ComposeRequest
from drafting.situation import Labels, labels_of
from drafting.slots import fill
from drafting.subjects import CHANNELS as LETTERS
from drafting.verifier import Verifier
from policies.vocabulary import Disposition, Flag, Visibility

PURPOSE = "greet"
ROLE = "greeting"
_SLOT = "nombre"
_NEVER = (Flag.EMERGENCY, Flag.SELF_HARM)
"""Where a life is at stake the number comes first, and nothing before it."""


def greeted_by_name(draft: Draft, request: ComposeRequest, verifier: Verifier) -> Draft | None:
    """The draft with the bank's greeting by name instead of its own, or before it where it has none.

    None where it may not be said or does not fit: in public, in an emergency, in a language without such a greeting,
    where the bank rules it out, where the draft greets in a sentence of another purpose or the conversation is under
    way on a chat, and where the whole would break a rule of the verifier (the channel's limit among them).

    Args:
        draft: a verified draft of the case.
        request: what it was drafted for, with the customer's own first name.
    """
    decision, language = request.decision, request.language
    if draft.audience != Visibility.PRIVATE or not request.customer_name or language is None:
        return None
    if decision.disposition == Disposition.URGENT_REFERRAL or any(decision.has(flag) for flag in _NEVER):
        return None
    labels = labels_of(request, Visibility.PRIVATE, verifier.topics)
    rest = _without_greeting(draft.sentences, request, verifier)
    if rest is None:
        return None
    context = verifier.context(request, Visibility.PRIVATE, labels)
    context = replace(context, reworded=_reworded(draft.sentences, context, verifier))
    for greeting in _greetings(draft, request, labels, verifier):
        text = fill(greeting.text, context.values)
        if text is None:
            continue
        named = _with(draft, (Sentence(text, greeting.source, greeting.role), *rest), request, verifier)
        if not verifier.verify(named, context):
            return named
    return None


def sentence_role(source: str, verifier: Verifier, *, urgent: bool) -> str:
    """What a recorded sentence does in its draft: records keep its text and source.

    Args:
        urgent: whether the case is one in which the fixed reply gives an emergency number.
    """
    kind, _, name = source.removeprefix(REWORDED).partition(":")
    if kind == "bank":
        phrase = verifier.bank.by_id.get(name)
        return "" if phrase is None else phrase.role
    if kind == "answer":
        return "answer"
    return "safety" if urgent else "acknowledge"


def _without_greeting(
    sentences: Sequence[Sentence], request: ComposeRequest, verifier: Verifier
) -> tuple[Sentence, ...] | None:
    """What follows the greeting; None where no greeting may be put before it."""
    if not sentences:
        return None
    if sentences[0].role == ROLE:
        return tuple(sentences[1:])
    if any(verifier.edges.greets(sentence.text, request.language or "") for sentence in sentences):
        return None
    # Nobody greets again in the middle of a chat; every letter begins with a greeting.
    if request.agent_texts and request.channel not in LETTERS:
        return None
    return tuple(sentences)


def _greetings(draft: Draft, request: ComposeRequest, labels: Labels, verifier: Verifier) -> list[Phrase]:
    """The bank's greetings by name for this draft's language, treatment and situation, the most specific first."""
    language = request.language or ""
    treatment = verifier.treatments.of_text(draft.text, language)
    if treatment == "any":
        treatment = request.account.treatment
    fitting = [
        phrase
        for phrase in verifier.bank.phrases(language, PURPOSE, treatment)
        if _SLOT in phrase.slots and phrase.ruled_out_by.isdisjoint(labels) and phrase.condition.holds(labels)
    ]
    return sorted(fitting, key=lambda phrase: (-phrase.condition.weight, phrase.id))


def _with(
    draft: Draft, sentences: tuple[Sentence, ...], request: ComposeRequest, verifier: Verifier
) -> Draft:
    text = join(sentences, request.channel)
    length = verifier.channels.measure(text, request.channel)
    limit = verifier.channels.limit(request.channel, draft.audience, request.account.settings)
    return replace(draft, text=text, sentences=sentences, length=length, limit=limit)


def _reworded(
    sentences: Sequence[Sentence], context: Context, verifier: Verifier
) -> Mapping[tuple[str, str], str]:
    """What a language model's sentences stand for: they were checked against it when they were drafted."""
    return dict(_originals(sentences, context, verifier))


def _originals(
    sentences: Sequence[Sentence], context: Context, verifier: Verifier
) -> Iterator[tuple[tuple[str, str], str]]:
    for sentence in sentences:
        if not sentence.source.startswith(REWORDED):
            continue
        source = sentence.source.removeprefix(REWORDED)
        phrase = verifier.bank.by_id.get(source.removeprefix("bank:"))
        parsed = AnswerSource.parse(source)
        original = None
        if phrase is not None:
            original = fill(phrase.text, context.values)
        elif parsed is not None and context.language is not None:
            text = parsed.text(context.evidence, context.language)
            original = None if text is None else " ".join(text.split())
        if original is not None:
            yield (sentence.text, sentence.source), original
