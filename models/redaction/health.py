"""Health terms by lexicon: conditions, symptoms, medicines, treatments, and how people tell them.

Entries are phrases over folded tokens. ``*`` ends a prefix (``dermatit*``), a suffix entry starts with ``*``
(``*prazol``), ``<name>`` is a declared class of words, ``?`` makes an element optional, ``…`` spans up to
three tokens, ``#`` is any number, ``^`` a capitalised word that is no common word (a product's name).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.errors import ArtifactError
from models.redaction.clauses import ClauseRules, grow
from models.redaction.folding import fold_word
from models.redaction.general import GeneralRules, Sentences
from models.redaction.health_file import HealthEntry, HealthFile
from models.redaction.policy import describe
from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult
from models.redaction.tokens import Token
from models.yaml_files import read_yaml

GAP = 3
PREFIX = 4
NAME_MARK = "^"
_NAILS = frozenset({"una", "unas"})
_LEET = str.maketrans("0134578$@", "oieastbsa")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a term: words, prefixes, a number, or a gap."""

    words: frozenset[str]
    prefixes: tuple[str, ...]
    number: bool
    gap: bool
    optional: bool
    name: bool = False

    def matches(self, key: str) -> bool:
        """Whether a token with this key fills the element. A name's key starts with a mark, see _keys."""
        if key[:1] == NAME_MARK:
            if self.name:
                return True
            key = key[1:]
        if self.number and key[:1].isdigit():
            return True
        return key in self.words or (bool(self.prefixes) and key.startswith(self.prefixes))


@dataclass(frozen=True, slots=True)
class Term:
    """One phrase of the lexicon."""

    entry: str
    entity: str
    score: float
    elements: tuple[Element, ...]
    general: bool = False


@dataclass(frozen=True, slots=True)
class HealthLexicon:
    """Terms by the first token that can start them; suffixes of medicine names; terms that are no health data."""

    by_word: dict[str, tuple[Term, ...]]
    by_prefix: dict[str, tuple[Term, ...]]
    by_number: tuple[Term, ...]
    suffixes: tuple[tuple[str, HealthEntry], ...]
    excluded: dict[str, tuple[Term, ...]]
    clauses: ClauseRules
    general: GeneralRules

    def starting_at(self, key: str) -> Iterator[Term]:
        """Yield the terms whose first element may match a token."""
        yield from self.by_word.get(key, ())
        if len(key) >= PREFIX:
            yield from self.by_prefix.get(key[:PREFIX], ())
        if key[:1].isdigit():
            yield from self.by_number


class HealthRecognizer(Recognizer):
    """Longest match at each token."""

    def __init__(self, lexicon: HealthLexicon, common_words: frozenset[str]) -> None:
        self._lexicon = lexicon
        self._common = common_words
        self._suffixes = tuple(suffix for suffix, _ in lexicon.suffixes)
        entities = ["HEALTH_CONDITION", "SYMPTOM", "MEDICATION", "TREATMENT"]
        super().__init__("HealthRecognizer", entities)

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return health terms."""
        tokens = artifacts.words()
        keys = [self._key(token) for token in tokens]
        found: list[RecognizerResult] = []
        barred = -1
        owned = self._lexicon.general.told_of_somebody(keys)
        sentences = Sentences(self._lexicon.general, tokens)
        for index in range(len(tokens)):
            key = keys[index].lstrip(NAME_MARK)
            excluded = self._longest(self._lexicon.excluded.get(key, ()), keys, index)
            if excluded is not None:
                barred = max(barred, excluded[0] - 1)
            best = self._longest(self._lexicon.starting_at(key), keys, index)
            if best is not None and (index > barred or best[0] - 1 > barred + 1):
                last, term = best
                if term.general and not owned and sentences.general(index, last - 1):
                    continue
                first, end = grow(tokens, index, last - 1, self._lexicon.clauses)
                found.append(
                    self.hit(term.entity, tokens[first].start, tokens[end].end, term.score, term.entry)
                )
            elif tokens[index].is_word and index > barred:
                found.extend(self._by_suffix(tokens[index], key))
        return found

    def _key(self, token: Token) -> str:
        """Return the token's key, marked when it may be a product's name."""
        if token.is_capital and len(token.key) > 3 and token.key not in self._common:
            return NAME_MARK + token.key
        if token.key in _NAILS:
            return lexicon_key(token.text.lower())
        return _key(token)

    def _longest(
        self, terms: Iterator[Term] | Sequence[Term], keys: list[str], index: int
    ) -> tuple[int, Term] | None:
        best: tuple[int, Term] | None = None
        for term in terms:
            last = _match(term.elements, keys, index)
            if last is not None and last > index and (best is None or last > best[0]):
                best = (last, term)
        return best

    def _by_suffix(self, token: Token, key: str) -> Iterator[RecognizerResult]:
        if not key.endswith(self._suffixes):
            return
        for suffix, entry in self._lexicon.suffixes:
            if len(key) > len(suffix) + 2 and key.endswith(suffix):
                yield self.hit(entry.entity, token.start, token.end, entry.score, entry.id)
                return


def lexicon_key(word: str) -> str:
    """Return the folded word; "uña" keeps its letter, for folded it is the article."""
    return word if word in {"uña", "uñas"} else fold_word(word)


def _key(token: Token) -> str:
    """Return the folded token; mixed ones such as ``d0l0r`` are read through."""
    if token.kind == "mixed" and not token.key.isdigit() and sum(char.isalpha() for char in token.key) >= 1:
        read = token.key.translate(_LEET)
        return read if read.isalpha() and len(read) >= 2 and not token.key[0].isdigit() else token.key
    return token.key


def _match(elements: Sequence[Element], keys: list[str], index: int) -> int | None:
    """Return the index past the last token of a match from ``index``, or None."""
    positions = {index}
    for number, element in enumerate(elements):
        following: set[int] = set()
        for position in positions:
            if element.gap:
                following.update(range(position, min(position + GAP, len(keys)) + 1))
            else:
                if position < len(keys) and element.matches(keys[position]):
                    following.add(position + 1)
                if element.optional and number:
                    following.add(position)
        positions = following
        if not positions:
            return None
    return max(positions)


def _element(word: str, classes: dict[str, tuple[str, ...]]) -> Element:
    optional = word.endswith("?") and len(word) > 1
    word = word.rstrip("?")
    if word == "…":
        return Element(frozenset(), (), False, True, False)
    if word == "^":
        return Element(frozenset(), (), False, False, optional, name=True)
    if word == "#":
        return Element(frozenset(), (), True, False, optional)
    names = classes[word[1:-1]] if word.startswith("<") else (word,)
    keys = [lexicon_key(name) for name in names]
    prefixes = tuple(key[:-1] for key in keys if key.endswith("*"))
    return Element(frozenset(key for key in keys if not key.endswith("*")), prefixes, False, False, optional)


def _index(
    terms: Sequence[Term],
) -> tuple[dict[str, tuple[Term, ...]], dict[str, tuple[Term, ...]], tuple[Term, ...]]:
    by_word: dict[str, list[Term]] = {}
    by_prefix: dict[str, list[Term]] = {}
    by_number: list[Term] = []
    for term in terms:
        first = term.elements[0]
        for word in first.words:
            by_word.setdefault(word, []).append(term)
        for prefix in first.prefixes:
            by_prefix.setdefault(prefix[:PREFIX], []).append(term)
        if first.number:
            by_number.append(term)
    return _frozen(by_word), _frozen(by_prefix), tuple(by_number)


def _frozen(index: dict[str, list[Term]]) -> dict[str, tuple[Term, ...]]:
    return {key: tuple(terms) for key, terms in index.items()}


def _compile(file: HealthFile) -> HealthLexicon:
    terms: list[Term] = []
    suffixes: list[tuple[str, HealthEntry]] = []
    for entry in file.entries:
        for phrase in entry.terms:
            if re.fullmatch(r"\*\S+", phrase):
                suffixes.append((fold_word(phrase[1:]), entry))
                continue
            elements = tuple(_element(word, file.classes) for word in phrase.split())
            if (
                not elements
                or elements[0].gap
                or elements[0].name
                or any(len(p) < PREFIX for p in elements[0].prefixes)
            ):
                raise ValueError(
                    f"{entry.id}: terms: {phrase!r} must start with a word, or a prefix of {PREFIX} letters"
                )
            terms.append(Term(entry.id, entry.entity, entry.score, elements, entry.general))
    barred = [
        Term("", "", 0.0, tuple(_element(word, file.classes) for word in phrase.split()))
        for phrase in file.not_health
    ]
    words, prefixes, numbers = _index(terms)
    excluded, clauses, general = _index(barred)[0], file.clauses.rules(), file.general.rules()
    return HealthLexicon(words, prefixes, numbers, tuple(suffixes), excluded, clauses, general)


def load_health_lexicon(path: Path) -> HealthLexicon:
    """Read the lexicon. Raises ArtifactError naming the file, the entry and the field."""
    try:
        return _compile(HealthFile.model_validate(read_yaml(path)))
    except ValidationError as error:
        raise ArtifactError(f"{path.name}: {describe(error)}") from None
    except (KeyError, ValueError) as error:
        raise ArtifactError(f"{path.name}: {error}") from None
