"""Putting sentences together into a text, the one way that composer and verifier share, and telling them apart."""

import re
from collections.abc import Sequence

from drafting.draft import Sentence
from policies.vocabulary import Channel

_LETTERS = frozenset({Channel.EMAIL})
_TERMS = frozenset({"reason_for_private", "time_estimate"})
"""What to send and when we answer: a paragraph of its own in a letter."""
_END = re.compile(r"(?<=[.!?…])[\"»)\]]?\s+(?=[¡¿\"«(\[]?[A-ZÁÉÍÓÚÜÑÀÈÒÇÂÊÔÃÕ\d\[])")
_WHOLE = re.compile(r"[.!?…][\"»)\]]?$")


def join(sentences: Sequence[Sentence], channel: Channel) -> str:
    """The text of a draft: sentences by a space; a letter has paragraphs for greeting, matter, terms and farewell."""
    text = ""
    for number, sentence in enumerate(sentences):
        if number == 0:
            text = sentence.text
            continue
        apart = channel in _LETTERS and _new_paragraph(sentences[:number], sentence)
        text += ("\n\n" if apart else " ") + sentence.text
    return text


def _new_paragraph(before: Sequence[Sentence], sentence: Sentence) -> bool:
    last = before[-1].role
    if last == "greeting" or sentence.role == "sign_off" or "answer" in (last, sentence.role):
        return True
    return sentence.role in _TERMS and not any(said.role in _TERMS for said in before)


def split(text: str) -> tuple[str, ...]:
    """The sentences of a text: cut after a stop that a capital follows."""
    parts = [part.strip() for part in _END.split(text.replace("\n", " "))]
    return tuple(part for part in parts if part)


def count(text: str) -> int:
    """How many sentences a text has."""
    return len(split(text))


def holds_whole(text: str, quoted: str) -> bool:
    """Whether a quotation consists of whole sentences of a text, verbatim."""
    if quoted == text:
        return True
    start = text.find(quoted)
    if start < 0 or not _WHOLE.search(quoted):
        return False
    return start == 0 or _WHOLE.search(text[:start].rstrip()) is not None


def normal(text: str) -> str:
    """A sentence without case and outer marks, for telling repeats."""
    return re.sub(r"[\s¡!¿?.…,;:«»\"']+", " ", text.casefold()).strip()
