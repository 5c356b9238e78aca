"""Figures over drafts: by disposition, language and channel, and how often the same sympathy is said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.drafts.record import DraftedText, Record
from eval.drafts.second.approved import Approved
from eval.drafts.second.check import check_record
from eval.drafts.second.facts import fold
from eval.drafts.second.finding import Finding
from eval.drafts.second.words import Words

OVER_LIMIT = frozenset({"too_long", "wrong_length", "empty"})
UNSOURCED = frozenset(
    {
        "text_beyond_its_sentences", "source_unknown", "source_not_among_the_evidence",
        "private_answer_in_public", "sentence_not_in_its_source",
    }
)  # fmt: skip
NEAR = 0.6
"""Share of common letter 5-grams from which two phrases of sympathy count as the same."""
IN_A_ROW = 20
"""Drafts of one language, one after the other, among which the same sympathy is looked for."""
DIMENSIONS: Mapping[str, Callable[[Record], str]] = {
    "disposition": lambda record: record.disposition,
    "language": lambda record: record.language,
    "channel": lambda record: record.channel,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft and what the second checker says of it."""

    record: Record
    draft: DraftedText
    findings: tuple[Finding, ...]

    def breaks(self, rules: frozenset[str]) -> bool:
        """Whether one of these rules is broken."""
        return any(finding.rule in rules for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one group."""

    group: str
    messages: int
    drafts: int
    inside: int
    sourced: int
    clean: int
    """Drafts without any finding."""
    findings: int


def checked(records: Iterable[Record], approved: Approved, words: Words) -> list[Checked]:
    """Every draft, checked apart."""
    return [
        Checked(record, draft, findings)
        for record in records
        for draft, findings in check_record(record, approved, words)
    ]


def rows(records: Sequence[Record], drafts: Sequence[Checked], dimension: str) -> list[Row]:
    """The figures of each group of a dimension, by name."""
    group_of = DIMENSIONS[dimension]
    by_group: dict[str, list[Checked]] = {group_of(record): [] for record in records}
    for each in drafts:
        by_group[group_of(each.record)].append(each)
    messages = Counter(group_of(record) for record in records)
    return [_row(name, messages[name], by_group[name]) for name in sorted(by_group)]


def whole(records: Sequence[Record], drafts: Sequence[Checked]) -> Row:
    """The figures of all together."""
    return _row("all", len(records), drafts)


def _row(name: str, messages: int, drafts: Sequence[Checked]) -> Row:
    return Row(
        name,
        messages,
        len(drafts),
        sum(not each.breaks(OVER_LIMIT) for each in drafts),
        sum(not each.breaks(UNSOURCED) for each in drafts),
        sum(not each.findings for each in drafts),
        sum(len(each.findings) for each in drafts),
    )


@dataclass(frozen=True, slots=True)
class Sympathy:
    """How often the sympathy of a draft is that of another one, in one language."""

    language: str
    phrases: int
    different: int
    """Wordings, near-duplicates counted once."""
    soon_again: int
    """Drafts whose sympathy was said in one of the last twenty of their language."""


def sympathy(records: Iterable[Record]) -> list[Sympathy]:
    """Near-duplicates among the sentences of sympathy: the first draft of each message, in order of ids."""
    said: dict[str, list[frozenset[str]]] = defaultdict(list)
    for record in sorted(records, key=lambda each: each.id):
        for draft in record.drafts[:1]:
            said[record.answered_in] += [
                letters(each.text) for each in draft.sentences if each.role == "empathy"
            ]
    return [_sympathy(language, phrases) for language, phrases in sorted(said.items())]


def _sympathy(language: str, phrases: Sequence[frozenset[str]]) -> Sympathy:
    kinds: list[frozenset[str]] = []
    soon = 0
    for at, phrase in enumerate(phrases):
        soon += any(near(phrase, earlier) for earlier in phrases[max(0, at - IN_A_ROW) : at])
        if not any(near(phrase, kind) for kind in kinds):
            kinds.append(phrase)
    return Sympathy(language, len(phrases), len(kinds), soon)


def letters(text: str) -> frozenset[str]:
    """Letter 5-grams of a text, without case and accents."""
    plain = fold(text)
    return frozenset(plain[at : at + 5] for at in range(max(1, len(plain) - 4)))


def near(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts say the same in nearly the same words."""
    return len(one & other) >= NEAR * len(one | other)
