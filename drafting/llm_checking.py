"""From what a model wrote to a draft: every sentence against its source, and nothing left out."""

from collections.abc import Sequence

from drafting.answers import AnswerSource
from drafting.channels import Channels
from drafting.context import Context
from drafting.draft import REWORDED, Draft, Sentence
from drafting.joining import holds_whole, join, split
from drafting.llm_errors import LanguageModelError, Refusal
from drafting.llm_grounding import Grounding
from drafting.llm_material import Material, Source
from drafting.llm_reply import WrittenSentence

Reworded = dict[tuple[str, str], str]
"""Text and source of each sentence that was found to say its source, and the source's own text."""


def checked_draft(
    written: Sequence[WrittenSentence],
    material: Material,
    context: Context,
    grounding: Grounding,
    channels: Channels,
    keep_roles: frozenset[str],
    drafter: str,
) -> tuple[Draft, Reworded]:
    """The draft, and which of its sentences are reworded ones.

    Raises:
        LanguageModelError: an unknown source, a sentence that is not grounded, or something left out.
    """
    sentences: list[Sentence] = []
    reworded: Reworded = {}
    said: dict[str, set[int]] = {}
    names = (context.account.name, *context.account.brands)
    for item in written:
        source = material.find(item.source)
        if source is None:
            raise LanguageModelError(Refusal.UNKNOWN_SOURCE)
        checked = grounding.check(
            item.text,
            source.text,
            language=context.language or "",
            whole=source.answer is not None,
            names=names,
        )
        if checked.failed is not None:
            raise LanguageModelError(Refusal.NOT_GROUNDED, checked.failed)
        said.setdefault(source.id, set()).update(checked.said)
        sentence = _sentence(item.text, source)
        if sentence.source.startswith(REWORDED):
            reworded[(sentence.text, sentence.source)] = source.text
        sentences.append(sentence)
    _refuse_omissions(sentences, material, said, keep_roles)
    text = join(sentences, context.channel)
    length = channels.measure(text, context.channel)
    subject = material.composed.subject
    draft = Draft(context.audience, text, length, context.limit, tuple(sentences), drafter, subject)
    return draft, reworded


def _sentence(text: str, source: Source) -> Sentence:
    """A literal quotation keeps its source; anything else is marked, and held to the rules for our own words."""
    literal = holds_whole(source.text, text) if source.answer is not None else text == source.text
    return Sentence(text, source.source if literal else REWORDED + source.source, source.role)


def _refuse_omissions(
    sentences: Sequence[Sentence], material: Material, said: dict[str, set[int]], keep_roles: frozenset[str]
) -> None:
    """Every role of the composed draft is there, and of each answer it quotes one variant is said in full."""
    roles = {sentence.role for sentence in sentences}
    for sentence in material.composed.sentences:
        if sentence.role in keep_roles and sentence.role not in roles:
            raise LanguageModelError(Refusal.INCOMPLETE, sentence.role)
        answer = AnswerSource.parse(sentence.source)
        if answer is not None and not any(
            len(said.get(source.id, ())) == len(split(source.text))
            for source in material.sources
            if source.answer == answer.id
        ):
            raise LanguageModelError(Refusal.INCOMPLETE, "answer")
