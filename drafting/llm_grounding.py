"""Whether a sentence says what its source says: no more, no less, and nothing else.

Closeness of meaning alone lets a dropped "no" or another number pass, so what must not change is compared apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from drafting.joining import split
from drafting.llm_policy import GroundingPolicy
from drafting.llm_words import Statement, folded_words, strange_characters
from drafting.topics import fold
from drafting.words import content_words
from knowledge_base.evidence import Encoder


@dataclass(frozen=True, slots=True)
class _Lists:
    """The word lists of one language, folded."""

    free: frozenset[str]
    both_ways: Mapping[str, frozenset[str]]
    only_if_given: frozenset[str]
    numbers: frozenset[str]
    function_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking one text against its source found."""

    failed: str | None
    """Name of the check that refused it; None when it stands."""
    said: frozenset[int] = frozenset()
    """Which sentences of the source it says, from 0."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """Checks texts against their sources."""

    policy: GroundingPolicy
    encoder: Encoder
    lists: Mapping[str, _Lists] = field(repr=False)

    @classmethod
    def of(
        cls, policy: GroundingPolicy, encoder: Encoder, function_words: Mapping[str, frozenset[str]]
    ) -> "Grounding":
        """Fold the word lists once.

        Args:
            function_words: by language; a figure's unit is none of them.
        """
        lists = {
            language: _Lists(
                free=folded_words(policy.free_words.get(language, ())),
                both_ways={name: folded_words(words) for name, words in groups.items()},
                only_if_given=folded_words(policy.only_if_given.get(language, ())),
                numbers=folded_words(policy.numbers.get(language, ())),
                function_words=folded_words(function_words.get(language, ())),
            )
            for language, groups in policy.both_ways.items()
        }
        return cls(policy, encoder, lists)

    def check(
        self, text: str, source: str, *, language: str, whole: bool, names: Iterable[str] = ()
    ) -> Checked:
        """Check a text that claims to say (part of) its source.

        Args:
            whole: the source is an approved answer, held to the stricter shares of words.
            names: further names that may be said: the company's own.
        """
        lists = self.lists.get(language)
        if lists is None:
            return Checked("language")
        said: set[int] = set()
        parts = [Statement(part) for part in split(source)]
        allowed_names = Statement(source).names | {word for name in names for word in fold(name).split()}
        for part in split(text):
            statement = Statement(part)
            failed = self._states_more(statement, Statement(source), lists, allowed_names)
            if failed is not None:
                return Checked(failed)
            if all(word in lists.free for word in statement.words):
                continue  # courtesy alone
            number, cosine = self._closest(part, [known.text for known in parts])
            failed = self._differs(statement, parts[number], lists, whole=whole)
            if failed is None and cosine < self.policy.min_cosine:
                failed = "cosine"
            if failed is not None:
                return Checked(failed)
            said.add(number)
        return Checked(None, frozenset(said))

    def _states_more(
        self, statement: Statement, source: Statement, lists: _Lists, names: frozenset[str]
    ) -> str | None:
        """What the statement has that its whole source lacks."""
        units = statement.units(lists.numbers, lists.function_words)
        known_units = source.units(lists.numbers, lists.function_words)
        figures = {unit for unit in units if any(map(str.isdigit, unit))}
        source_words = set(source.words)
        if not statement.facts <= source.facts or not figures <= known_units:
            return "fact"
        if strange_characters(statement.text, self.policy.characters, source.text):
            return "character"
        if not units <= known_units:
            return "number"
        if any(name not in names and name not in source_words for name in statement.names):
            return "name"
        given = set(source.begins(lists.only_if_given))
        if any(start not in given for start in statement.begins(lists.only_if_given)):
            return "only_if_given"
        return None

    def _differs(self, statement: Statement, known: Statement, lists: _Lists, *, whole: bool) -> str | None:
        """How the statement differs from the one sentence of the source that it is closest to."""
        if statement.counts(lists.both_ways) != known.counts(lists.both_ways):
            return "both_ways"
        if not known.facts <= statement.facts or not known.names <= set(statement.words):
            return "omission"
        if not known.units(lists.numbers, lists.function_words) <= statement.units(
            lists.numbers, lists.function_words
        ):
            return "omission"
        ours, theirs = content_words(statement.text), content_words(known.text)
        free = frozenset().union(*(content_words(word) for word in lists.free))
        new = ours - theirs - free
        most_new, least_kept = self.policy.max_new_words, self.policy.min_coverage
        if len(new) > (most_new.answer if whole else most_new.phrase) * len(ours):
            return "new_words"
        if len(theirs & ours) < (least_kept.answer if whole else least_kept.phrase) * len(theirs):
            return "omission"
        return None

    def _closest(self, text: str, known: list[str]) -> tuple[int, float]:
        """Number and cosine of the sentence that a text is closest to."""
        vectors = self.encoder.encode([text, *known], kind="passage")
        cosines = vectors[1:] @ vectors[0]
        best = int(cosines.argmax())
        return best, float(cosines[best])
