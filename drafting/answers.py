"""Approved answers as sentences of a draft: quoted whole, with id, version and variant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from drafting.draft import Sentence
from drafting.request import ComposeRequest
from knowledge_base.evidence import Evidence
from policies.vocabulary import Channel, Visibility

Variant = Literal["short", "full", "private"]
_SOURCE = re.compile(r"answer:(?P<id>[a-z0-9-]+)@(?P<version>\d+)#(?P<variant>short|full|private)")


@dataclass(frozen=True, slots=True)
class AnswerSource:
    """A source of the form ``answer:<id>@<version>#<variant>``."""

    id: str
    version: int
    variant: Variant

    @classmethod
    def parse(cls, source: str) -> "AnswerSource | None":
        """Read a source; None when it names no answer."""
        match = _SOURCE.fullmatch(source)
        if match is None:
            return None
        variants: Mapping[str, Variant] = {"short": "short", "full": "full", "private": "private"}
        return cls(match["id"], int(match["version"]), variants[match["variant"]])

    def text(self, evidence: tuple[Evidence, ...], language: str) -> str | None:
        """The approved text that the source names, among the evidence; None when it is not there."""
        for found in evidence:
            if found.answer.id == self.id and found.answer.version == self.version:
                texts = {str(code): text for code, text in found.answer.texts.items()}
                text = texts.get(language)
                return getattr(text, self.variant) if text is not None else None
        return None


def answer_sentences(
    request: ComposeRequest, language: str, audience: Visibility, number: int = 0
) -> list[Sentence]:
    """An answer's variants for an audience, the fullest first (on X, and beside another answer, the short one).

    Args:
        number: 0 is the best answer; of a message that asks several things, the next are to the others.
    """
    if number >= min(request.retrieval.quoted, len(request.retrieval.evidence)):
        return []
    answer = request.retrieval.evidence[number].answer
    text = {str(code): value for code, value in answer.texts.items()}.get(language)
    if text is None or (answer.audience == "private" and audience == Visibility.PUBLIC):
        return []
    variants: list[tuple[Variant, str]] = [("full", text.full), ("short", text.short)]
    if audience == Visibility.PRIVATE and text.private:
        variants.insert(0, ("private", text.private))
    if request.retrieval.quoted > 1 or (request.channel == Channel.X and audience == Visibility.PUBLIC):
        variants.reverse()
    return [
        Sentence(" ".join(value.split()), f"answer:{answer.id}@{answer.version}#{variant}", "answer")
        for variant, value in variants
    ]
