"""Finds answers on one topic that give different numbers for one thing: days, hours, prices, percentages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge_base.analysis import terms
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.check_data import Quantities
from knowledge_base.quote import sentences


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that gives quantities of one kind."""

    sentence: str
    kind: str
    values: frozenset[str]
    about: frozenset[str]
    """Stems of its content words, the quantities taken out."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The quantities of an answer in one language."""

    topic: frozenset[str]
    """Stems of title and example questions."""
    claims: tuple[Claim, ...]
    values: Mapping[str, frozenset[str]]
    """Everything that the answer says of a kind."""


def figures(answer: ApprovedAnswer, language: str, rules: Quantities) -> Figures:
    """Read the quantities of an answer."""
    text = answer.by_language()[language]
    topic = frozenset(stem for said in (text.title, *text.questions) for stem in terms(said, language))
    claims: list[Claim] = []
    for part in dict.fromkeys(
        (*sentences(text.full), *sentences(text.short), *sentences(text.private or ""))
    ):
        claims += _claims(part, language, rules)
    values: dict[str, frozenset[str]] = {}
    for claim in claims:
        values[claim.kind] = values.get(claim.kind, frozenset()) | claim.values
    return Figures(topic, tuple(claims), values)


def differing(one: Figures, other: Figures, cosine: float, rules: Quantities) -> Iterator[tuple[str, str]]:
    """Pairs of sentences that give different quantities for one thing; none for answers on different topics.

    An answer that gives several quantities of a kind (a price for each place) contradicts another only when they
    share none of them.
    """
    if cosine < rules.topic_cosine and _overlap(one.topic, other.topic) < rules.topic_overlap:
        return
    for mine in one.claims:
        for theirs in other.claims:
            if mine.kind != theirs.kind:
                continue
            if mine.values & other.values[mine.kind] or theirs.values & one.values[mine.kind]:
                continue
            shared = len(mine.about & theirs.about)
            if (
                shared >= rules.sentence_words
                and _overlap(mine.about, theirs.about) >= rules.sentence_overlap
            ):
                yield mine.sentence, theirs.sentence


def _claims(sentence: str, language: str, rules: Quantities) -> Iterator[Claim]:
    found: dict[str, set[str]] = {}
    rest = sentence
    for kind, pattern in rules.patterns.items():
        for match in pattern.finditer(sentence):
            numbers = [_value(group, rules) for group in match.groups() if group]
            found.setdefault(kind, set()).add(" a ".join(numbers))
            rest = rest.replace(match.group(), " ")
    if "working_days" in found:  # «15 días laborables» is one quantity, not two
        found["days"] = found.get("days", set()) - found["working_days"]
    about = frozenset(stem for stem in terms(rest, language) if not stem[0].isdigit())
    for kind, values in found.items():
        if values and about:
            yield Claim(sentence, kind, frozenset(values), about)


def _value(number: str, rules: Quantities) -> str:
    word = rules.number_words.get(number.lower())
    text = str(word) if word is not None else number.replace(",", ".")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0
