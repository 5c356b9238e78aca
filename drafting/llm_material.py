"""What a model may draw on in one case: the approved texts, each under a short id that it must name."""

from collections.abc import Iterable
from dataclasses import dataclass

from drafting.answers import AnswerSource, answer_sentences
from drafting.draft import Draft, Sentence
from drafting.llm_errors import LanguageModelError, Refusal
from drafting.llm_policy import Limits
from drafting.request import ComposeRequest


@dataclass(frozen=True, slots=True)
class Source:
    """An approved text: the id the model sees, and the source that a draft's sentence names."""

    id: str
    text: str
    source: str
    role: str

    @property
    def answer(self) -> str | None:
        """Id of the approved answer it is of; None for a phrase of the bank."""
        parsed = AnswerSource.parse(self.source)
        return None if parsed is None else parsed.id


@dataclass(frozen=True, slots=True)
class Material:
    """The sources of one audience's draft, and the composed draft that they are to say anew."""

    composed: Draft
    sources: tuple[Source, ...]

    def find(self, name: str) -> Source | None:
        """The source that the model named; None when it was given no such one."""
        return next((source for source in self.sources if source.id == name), None)

    def id_of(self, sentence: Sentence) -> str:
        """The id under which the model sees the source of one of the composed sentences."""
        return next(source.id for source in self.sources if source.source == sentence.source)


def material_of(request: ComposeRequest, composed: Draft, limits: Limits) -> Material:
    """The composed draft's own sentences, and the other variants of the answer that it quotes.

    Raises:
        LanguageModelError: the draft has more or longer sentences than may be sent.
    """
    quoted = {
        source.id
        for sentence in composed.sentences
        if (source := AnswerSource.parse(sentence.source)) is not None
    }
    variants = [
        sentence
        for sentence in answer_sentences(request, request.language or "es", composed.audience)
        if (source := AnswerSource.parse(sentence.source)) is not None and source.id in quoted
    ]
    sources = tuple(_numbered((*composed.sentences, *variants), limits))
    if not {sentence.source for sentence in composed.sentences} <= {source.source for source in sources}:
        raise LanguageModelError(Refusal.NOT_FOR_THIS_CASE)
    return Material(composed, sources)


def _numbered(sentences: Iterable[Sentence], limits: Limits) -> Iterable[Source]:
    seen: set[str] = set()
    for sentence in sentences:
        if sentence.source in seen or len(sentence.text) > limits.source_characters:
            continue
        if len(seen) == limits.sources:
            return
        seen.add(sentence.source)
        yield Source(f"F{len(seen)}", sentence.text, sentence.source, sentence.role)
