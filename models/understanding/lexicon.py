"""Reads the signal lexicons and finds their cues in a message, minding negation and idioms."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import ArtifactError
from models.understanding.fold import PAUSE, STOP, Folded, fold, fold_words
from models.understanding.lexicon_file import (
    STRENGTHS,
    Entry,
    LexiconFile,
    Strength,
    lexicon_paths,
    merge,
    read_lexicon,
)
from models.understanding.patterns import Pattern, PatternError, compile_pattern, keys_of
from models.understanding.token_places import NOWHERE, Place, Places
from models.vocabulary import Intent, Relevance, SignalCode

GUARD_REACH = 8
"""Words between a cue and a guard that still silences it (an ironic tail: "me muero … de risa")."""

FAR_REACH = 40
"""The same for a guard that speaks of the whole question ("¿me lo puedo poner?"), yet not of a whole letter."""

LONG_NUMBER = 7
"""Digits from which neighbouring numbers are one: "900 000 123" is a telephone, no emergency line 123."""

_SIGNS = frozenset({STOP, PAUSE})


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found: its entry, and the offset in the original text where it begins."""

    entry: Entry
    offset: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the lexicon says of a text. Holds ids, codes and scores; no words of the customer."""

    hits: tuple[Hit, ...]
    scores: Mapping[SignalCode, float] = field(default_factory=dict)
    """Noisy-or of the strengths of a signal's cues."""

    def cues(self, code: SignalCode) -> tuple[str, ...]:
        """Ids of the entries that speak for a signal."""
        return tuple(dict.fromkeys(hit.entry.id for hit in self.hits if hit.entry.signal == code))

    @property
    def entry_ids(self) -> frozenset[str]:
        """Ids of all entries found."""
        return frozenset(hit.entry.id for hit in self.hits)

    @property
    def tags(self) -> frozenset[str]:
        """Finer topics named."""
        return frozenset(hit.entry.tag for hit in self.hits if hit.entry.tag)

    @property
    def relevance(self) -> frozenset[Relevance]:
        """Cues of relevance."""
        return frozenset(hit.entry.relevance for hit in self.hits if hit.entry.relevance)

    @property
    def intents(self) -> Mapping[Intent, float]:
        """Log-odds that the cues add to intents: of each, the highest."""
        found: dict[Intent, float] = {}
        for hit in self.hits:
            if hit.entry.intent is not None:
                found[hit.entry.intent] = max(hit.entry.bonus, found.get(hit.entry.intent, 0.0))
        return found

    @property
    def topics(self) -> tuple[str, ...]:
        """What needs to be looked at, most often named first; of equals, what comes first in the text."""
        places: dict[str, list[int]] = defaultdict(list)
        for hit in self.hits:
            if hit.entry.topic:
                places[hit.entry.topic].append(hit.offset)
        return tuple(sorted(places, key=lambda topic: (-len(places[topic]), min(places[topic]), topic)))


NOTHING_READ = Reading(())


def joined(one: Reading, other: Reading) -> Reading:
    """What either reading found, with the higher score of each signal."""
    known = one.entry_ids
    hits = (*one.hits, *(hit for hit in other.hits if hit.entry.id not in known))
    codes = {*one.scores, *other.scores}
    return Reading(hits, {code: max(one.scores.get(code, 0), other.scores.get(code, 0)) for code in codes})


_Found = Mapping[tuple[str, int], Places]
"""Matches by owner and part."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One compiled pattern with what it belongs to: an entry (part 0), one of its ``near`` lists, a guard."""

    owner: str
    part: int
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Compiled lexicons. ``read`` is pure and safe for threads."""

    entries: Mapping[str, Entry]
    _index: Mapping[str, tuple[_Part, ...]] = field(repr=False)
    _negators: frozenset[str] = field(repr=False)
    _negation_ends: frozenset[str] = field(repr=False)
    order_openers: frozenset[str]
    """Words, in lower case, that introduce an order to the software."""

    @classmethod
    def load(cls, folder: Path, stem: str = "signals") -> "Lexicon":
        """Load and compile every ``<stem>*.yaml``. Raises ArtifactError with file, entry and field."""
        files = [(path.name, read_lexicon(path, LexiconFile)) for path in lexicon_paths(folder, stem)]
        groups = merge(files, lambda file: {k: tuple(v) for k, v in file.groups.items()})
        guards = merge(files, lambda file: dict(file.guards))
        entries: dict[str, Entry] = {}
        index: dict[str, list[_Part]] = defaultdict(list)
        for name, file in files:
            for guard, patterns in file.guards.items():
                _add(index, f"{name}: guard {guard}", f"guard:{guard}", 0, patterns, groups)
            for entry in file.entries:
                if entry.id in entries:
                    raise ArtifactError(f"{name}: entry {entry.id}: defined twice")
                unknown = [g for g in entry.guards if g not in guards]
                if unknown:
                    raise ArtifactError(f"{name}: entry {entry.id}: unless: unknown guard {unknown[0]}")
                entries[entry.id] = entry
                for part, patterns in enumerate([entry.patterns, *entry.near]):
                    place = f"{name}: entry {entry.id}: {'patterns' if part == 0 else 'near'}"
                    _add(index, place, entry.id, part, patterns, groups)
        return cls(
            entries,
            {key: tuple(parts) for key, parts in index.items()},
            frozenset(fold_words(word) for _, file in files for word in file.negators),
            frozenset(fold_words(word) for _, file in files for word in file.negation_ends) | {STOP, PAUSE},
            frozenset(word.casefold() for _, file in files for word in file.order_openers),
        )

    def read(self, text: str) -> Reading:
        """Find every cue in a text."""
        folded = fold(text)
        tokens = folded.tokens
        found = self._scan(folded, tokens)
        hits = [
            Hit(entry, folded.sources[start[0]])
            for entry in self.entries.values()
            if (start := next(self._matches(entry, found, tokens), None)) is not None
        ]
        hits += self._hidden(folded)
        return Reading(tuple(hits), _scores(hits))

    def places(self, text: str, codes: Collection[SignalCode]) -> tuple[tuple[int, int], ...]:
        """Every match of the cues of some signals, weak ones aside, as (start, end) in the text."""
        strong = self.found(text, lambda entry: entry.signal in codes and entry.strength != Strength.WEAK)
        return tuple((start, end) for _, start, end in strong)

    def found(
        self, text: str, wanted: Callable[[Entry], bool], *, told: bool = False
    ) -> tuple[tuple[Entry, int, int], ...]:
        """Every match of the entries that are wanted, as (entry, start, end) in the text, blanks left out.

        ``told``: only what tells that it has happened, as a report needs it.
        """
        folded = fold(text)
        tokens = folded.tokens
        matches = self._scan(folded, tokens)
        ends = (*folded.sources, len(text))
        return tuple(
            (entry, start, start + len(text[start : ends[last]].rstrip()))
            for entry in self.entries.values()
            if wanted(entry)
            for first, last in self._matches(entry, matches, tokens, told=told)
            for start in (folded.sources[first],)
        )

    def _scan(self, folded: Folded, tokens: Sequence[str]) -> _Found:
        """All matches of all patterns, by owner and part."""
        found: dict[tuple[str, int], Places] = defaultdict(Places)
        numbers = _in_long_numbers(tokens)
        for first, token in enumerate(tokens):
            if first in numbers:
                continue
            for part in self._candidates(token):
                match = part.pattern.regex.match(folded.line, folded.starts[first])
                if match and (last := folded.token_at(match.end() - 1)) not in numbers:
                    found[part.owner, part.part].add(first, last + 1)
        return found

    def _candidates(self, token: str) -> Iterator[_Part]:
        for key in keys_of(token):
            yield from self._index.get(key, ())

    def _matches(
        self, entry: Entry, found: _Found, tokens: Sequence[str], *, told: bool = False
    ) -> Iterator[Place]:
        """Matches of the entry that nothing silences."""
        own = found.get((entry.id, 0), NOWHERE)
        if not own.matches or (entry.alone and not _covers(own.matches, tokens)):
            return
        near_and_far = ((GUARD_REACH, entry.unless), (FAR_REACH, entry.unless_far))
        guards = [(reach, _guard(found, name)) for reach, names in near_and_far for name in names]
        before = (*entry.unless_before, *(entry.told_unless_before if told else ()))
        leads = [_guard(found, name) for name in before]
        needed = [found.get((entry.id, part), NOWHERE) for part in range(1, len(entry.near) + 1)]
        for place in own.matches:
            if self._negated(tokens, place[0], entry.negation):
                continue
            if any(guard.near(place, reach) for reach, guard in guards):
                continue
            if any(guard.lead(place) for guard in leads):
                continue
            if all(other.near(place, entry.within) for other in needed):
                yield place

    def _negated(self, tokens: Sequence[str], start: int, reach: int) -> bool:
        for token in reversed(tokens[max(0, start - reach) : start]):
            if token in self._negation_ends:
                return False
            if token in self._negators:
                return True
        return False

    def _hidden(self, folded: Folded) -> list[Hit]:
        entry = self.entries.get("injection.hidden_text")
        return [Hit(entry, 0)] if folded.hidden and entry is not None else []


def _guard(found: _Found, name: str) -> Places:
    return found.get((f"guard:{name}", 0), NOWHERE)


def _add(
    index: dict[str, list[_Part]],
    place: str,
    owner: str,
    part: int,
    patterns: Sequence[str],
    groups: Mapping[str, tuple[str, ...]],
) -> None:
    for source in patterns:
        try:
            pattern = compile_pattern(source, groups)
        except PatternError as error:
            raise ArtifactError(f"{place}: {error}") from None
        for key in pattern.keys:
            index[key].append(_Part(owner, part, pattern))


def _in_long_numbers(tokens: Sequence[str]) -> frozenset[int]:
    """Indices of tokens that are parts of one long number written in groups."""
    inside: set[int] = set()
    first = 0
    while first < len(tokens):
        last = first
        while last < len(tokens) and tokens[last].isdigit():
            last += 1
        if last - first > 1 and sum(map(len, tokens[first:last])) >= LONG_NUMBER:
            inside.update(range(first, last))
        first = max(last, first + 1)
    return frozenset(inside)


def _covers(places: Sequence[Place], tokens: Sequence[str]) -> bool:
    """Whether matches leave nothing of a message but signs."""
    covered = {index for first, last in places for index in range(first, last)}
    return all(index in covered or token in _SIGNS for index, token in enumerate(tokens))


def _scores(hits: Sequence[Hit]) -> dict[SignalCode, float]:
    misses: dict[SignalCode, float] = defaultdict(lambda: 1.0)
    for hit in hits:
        if hit.entry.signal is not None:
            misses[hit.entry.signal] *= 1 - STRENGTHS[hit.entry.strength]
    return {code: 1 - miss for code, miss in misses.items()}
