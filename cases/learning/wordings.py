"""When two sentences are one: common letter groups, the same opposites, no facts of a case in either."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from knowledge_base.analysis import words

_SIZE = 4
_FACT = re.compile(r"\d|@|https?://|www\.|\b[\w-]+\.(?:com|es|cat|eus|gal|org|net|pt)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[|\]|•")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence as it is compared."""

    text: str
    language: str
    grams: frozenset[str]
    """Letter groups of its words, each with its borders."""
    opposites: tuple[str, ...]
    """Its words that turn the meaning, and its numbers, in order."""

    def closeness(self, other: "Wording") -> float:
        """Share of common letter groups (Dice, 1945), from 0 to 1; 0 where they cannot mean the same."""
        if self.language != other.language or self.opposites != other.opposites:
            return 0.0
        both = len(self.grams) + len(other.grams)
        return 2 * len(self.grams & other.grams) / both if both else 0.0


def wording(text: str, language: str, opposites: Mapping[str, frozenset[str]]) -> Wording:
    """Prepare a sentence; of a language without a list of opposites the Spanish ones are taken."""
    said = words(text)
    turning = opposites.get(language, opposites.get("es", frozenset()))
    grams = frozenset(gram for word in said for gram in _word_grams(word))
    return Wording(
        text, language, grams, tuple(word for word in said if word in turning or word[0].isdigit())
    )


def names_a_fact(text: str) -> bool:
    """Whether a sentence holds a number, an address or a link: facts belong into approved answers."""
    return _FACT.search(text) is not None


def names_a_person(text: str) -> bool:
    """Whether a redacted sentence holds a placeholder: it spoke of somebody."""
    return _PLACEHOLDER.search(text) is not None


class Known:
    """Sentences that are there already, to be asked quickly whether one is close to any of them."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self._wordings = list(dict.fromkeys(wordings))
        self._by_gram: dict[tuple[str, str], list[int]] = {}
        for number, one in enumerate(self._wordings):
            for gram in one.grams:
                self._by_gram.setdefault((one.language, gram), []).append(number)

    def has(self, asked: Wording, least: float) -> bool:
        """Whether a sentence at least this close is among them."""
        common: dict[int, int] = {}
        for gram in asked.grams:
            for number in self._by_gram.get((asked.language, gram), ()):
                common[number] = common.get(number, 0) + 1
        for number, count in common.items():
            one = self._wordings[number]
            # As in ``closeness``, of which the letter groups are counted already.
            if 2 * count >= least * (len(asked.grams) + len(one.grams)) and one.opposites == asked.opposites:
                return True
        return False


@dataclass(slots=True)
class Cluster(Generic[T]):
    """Things said in sentences that are one; the first sentence is the one said most."""

    lead: Wording
    members: list[tuple[Wording, T]] = field(default_factory=list)


def gather(said: Sequence[tuple[Wording, T]], least: float) -> list[Cluster[T]]:
    """Put sentences together that are one, the most frequent first; the same each time, whatever their order.

    The sentence said most often leads and takes those close to it, so on with what is left.
    """
    by_text: dict[tuple[str, str], list[tuple[Wording, T]]] = {}
    for one in said:
        by_text.setdefault((one[0].language, one[0].text), []).append(one)
    order = sorted(by_text, key=lambda key: (-len(by_text[key]), key))
    clusters: list[Cluster[T]] = []
    leads: dict[tuple[str, str], list[int]] = {}
    for key in order:
        head = by_text[key][0][0]
        number = _closest(head, clusters, leads, least)
        if number is None:
            number = len(clusters)
            clusters.append(Cluster(head))
            for gram in head.grams:
                leads.setdefault((head.language, gram), []).append(number)
        clusters[number].members.extend(by_text[key])
    return clusters


def _closest(
    head: Wording, clusters: Sequence[Cluster[T]], leads: Mapping[tuple[str, str], list[int]], least: float
) -> int | None:
    near = {number for gram in head.grams for number in leads.get((head.language, gram), ())}
    best = max(near, key=lambda number: (head.closeness(clusters[number].lead), -number), default=None)
    return best if best is not None and head.closeness(clusters[best].lead) >= least else None


def _word_grams(word: str) -> Iterable[str]:
    bounded = f" {word} "
    if len(bounded) <= _SIZE:
        return (bounded,)
    return (bounded[start : start + _SIZE] for start in range(len(bounded) - _SIZE + 1))
