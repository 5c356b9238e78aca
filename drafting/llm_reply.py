"""Reads what a model wrote: JSON of the shape that was asked for, or nothing."""

import re

from pydantic import BaseModel, ConfigDict, ValidationError

from drafting.llm_errors import LanguageModelError, Refusal
from drafting.llm_policy import Limits

_FENCE = re.compile(r"\A```(?:json)?\s*(?P<body>.*?)\s*```\Z", re.DOTALL)


class WrittenSentence(BaseModel):
    """A sentence and the id of the source that it says anew."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    text: str
    source: str


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    sentences: list[WrittenSentence]


def read_reply(text: str, limits: Limits) -> tuple[WrittenSentence, ...]:
    """The sentences written, blanks single.

    Raises:
        LanguageModelError: no such JSON, or more or longer sentences than allowed.
    """
    body = text.strip()
    fenced = _FENCE.match(body)
    try:
        reply = _Reply.model_validate_json(fenced["body"] if fenced else body)
    except ValidationError:
        raise LanguageModelError(Refusal.OUTPUT_INVALID, retry=True) from None
    sentences = tuple(
        WrittenSentence(text=" ".join(written.text.split()), source=written.source)
        for written in reply.sentences
    )
    if not sentences or any(not written.text for written in sentences):
        raise LanguageModelError(Refusal.OUTPUT_INVALID, retry=True)
    longest = max(len(written.text) for written in sentences)
    if len(sentences) > limits.sentences or longest > limits.sentence_characters:
        raise LanguageModelError(Refusal.OUTPUT_TOO_LONG)
    return sentences
