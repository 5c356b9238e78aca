"""A draft is a list of sentences that each have a source; there is no other kind of sentence."""

from dataclasses import dataclass

from policies.vocabulary import Visibility

REWORDED = "reworded:"
"""Before the source of a sentence that a language model put in other words."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or more sentences taken whole from one source.

    ``source`` is ``answer:<id>@<version>#<variant>``, ``bank:<sentence id>`` or ``policy:<path>``; with
    ``reworded:`` before it where a language model said that source in other words.
    """

    text: str
    source: str
    role: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply for one audience, inside its channel's limit."""

    audience: Visibility
    text: str
    length: int
    """In the channel's own units (X: weighted)."""
    limit: int
    sentences: tuple[Sentence, ...]
    drafter: str
    """``composer``, ``holding`` (the fixed safe reply) or ``llm:<model>``."""
    subject: Sentence | None = None
    """An e-mail's subject; no other channel has one."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A named rule of the verifier that failed, and on which words of the draft."""

    rule: str
    message: str
    words: str
