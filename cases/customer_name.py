"""The customer's own first name: from what they say of themselves, else from the sender's name. Words are data."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cases.name_patterns import NAMES_FILE, NamePatterns, closings_of, composed, fold, load_words, patterns_of
from cases.redacted import RedactedMessage
from models.redaction.gazetteer import Gazetteer, load_gazetteer
from models.spans import Redaction, Span
from models.text import RawText

LONGEST = 40
"""Code points of a first name, both words of a compound together."""
MOST_WORDS = 4
"""Words of a sender's name; more are a slogan."""
MOST_PERSONS = 100
"""Persons named in one text; a list of more introduces nobody."""
_BEFORE = 200
"""Code points before a name that are read; a sentence as long introduces nobody."""
_WORD = re.compile(r"[^\W\d_]+(?:['’·-][^\W\d_]+)*\Z")
_PART = re.compile(r"[^\W\d_]{3,}")
"""A word of a sender's name, which may be a handle."""
_TWO_AS_ONE = re.compile(r"(?<!\AMc)(?<!\AMac)(?<=[^\W\d_])(?<![A-ZÀ-Þ'’-])[A-ZÀ-Þ]")
"""Two words written as one ("MartaRuiz"): half of it is no name."""
_SENTENCE = re.compile(r"[.!?…;\n]")
_QUOTES = (("«", "»"), ("“", "”"))
_LINE_END = re.compile(r"[ \t]*[.,;!)\-–—~_]*[ \t]*(?:[^\w\s.,;:!?()]+[ \t]*)?(?=\n|\Z)")
"""What may follow a signature on its line: signs, an emoji."""


@dataclass(frozen=True, slots=True)
class CustomerNames:
    """Finds the customer's first name. What is no sure name is none: a wrong one is worse than none."""

    patterns: NamePatterns
    titles: frozenset[str]
    compounds: Mapping[str, tuple[tuple[str, ...], ...]]
    not_a_person: frozenset[str]
    words_in_small_letters: frozenset[str]
    lists: Gazetteer

    @classmethod
    def load(cls, file: Path = NAMES_FILE) -> Self:
        """Read the words.

        Raises:
            PolicyError: names file, entry and field.
            ArtifactError: the lists of names are missing.
        """
        words, lists = load_words(file), load_gazetteer()
        compounds = {
            fold(first): tuple(tuple(fold(second).split()) for second in seconds)
            for first, seconds in words.compounds.items()
        }
        return cls(
            patterns_of(words),
            frozenset(map(fold, words.titles)) | (closings_of(words) - lists.given),
            compounds,
            frozenset(one for word in words.not_a_person for one in (composed(word).lower(), fold(word))),
            frozenset(map(fold, words.words_in_small_letters)),
            lists,
        )

    def find(self, message: RedactedMessage, sender: str | None = None) -> RawText | None:
        """The first name, as it is to be written; None where there is none, or more than one.

        What the message says comes first, then the customer's earlier turns, the last one first, then the sender's
        name.

        Args:
            sender: the name that the channel tells, which may be anything.
        """
        ours = {
            fold(name) for turn in message.said_by("agent") for name in self._told(turn.raw, turn.redaction)
        }
        turns = [(message.raw, message.redaction)]
        turns += [(turn.raw, turn.redaction) for turn in reversed(message.said_by("customer"))]
        for raw, redaction in turns:
            names = self._introduced(raw, redaction) or self._signed(raw, redaction, ours)
            if names:
                return RawText(names.popitem()[1]) if len(names) == 1 else None
        first = self.of_sender(sender) if sender else None
        return None if first is None else RawText(first)

    def called(self, message: RedactedMessage, sender: str | None = None) -> tuple[RawText, ...]:
        """What an agent may call the customer, to be taken out of what is kept: a word too many is no harm here.

        The first name, and of the sender's name every word that is a name or no word of everyday use.
        """
        name = self.find(message, sender)
        words = _PART.findall(composed(sender or ""))
        apart = {
            word for word in words if fold(word) in self.lists.given or fold(word) not in self.lists.common
        }
        return (*([name] if name is not None else []), *map(RawText, sorted(apart)))

    def of_sender(self, sender: str) -> str | None:
        """The first name in a sender's name; None for a handle, a company, and what the lists do not know."""
        words = sender.split()
        keys = [fold(word.strip(".")) for word in words]
        if not 1 <= len(words) <= MOST_WORDS or not all(_WORD.match(word) for word in words):
            return None
        if keys[0] not in self.lists.given or any(map(self._is_no_person, words)):
            return None
        rest = keys[1 + self._second_words(keys[0], keys[1:]) :]
        turned = keys[0] not in self.lists.frequent and keys[0] in self.lists.surnames
        if turned and any(key in self.lists.frequent for key in rest):
            return None  # "Flores Marta": the surname comes first
        explained = (self.lists.is_name(key) or key not in self.lists.common or len(key) <= 3 for key in rest)
        return self.first_name(sender) if all(explained) else None

    def first_name(self, name: str) -> str | None:
        """The first name of a person's name, as it is to be written; None for a surname alone, or no name."""
        words = name.strip(' .,;:-–—\n\t"«»“”()').split()
        if not words or len(words[0]) < 2 or not _WORD.match(words[0]):
            return None
        key = fold(words[0])
        known = key in self.lists.given
        if self.patterns.closing.match(fold(" ".join(words))):
            return None
        if key in self.titles or (not known and (key in self.lists.surnames or key in self.lists.common)):
            return None
        if words[0].islower() and key in self.words_in_small_letters:
            return None
        if _TWO_AS_ONE.search(words[0]) or any(map(self._is_no_person, words)):
            return None
        taken = words[: 1 + self._second_words(key, [fold(word) for word in words[1:]])]
        written = " ".join(_written(word) for word in taken)
        return written if len(written) <= LONGEST else None

    def _is_no_person(self, word: str) -> bool:
        """Whether a word is a company's. Accents may be left out, not put in: "Sá" is a surname, "SA" a company."""
        return composed(word.strip(".")).lower() in self.not_a_person

    def _second_words(self, first: str, rest: list[str]) -> int:
        """How many words after the first belong to the first name."""
        seconds = self.compounds.get(first, ())
        return max((len(one) for one in seconds if tuple(rest[: len(one)]) == one), default=0)

    def _told(self, raw: RawText, redaction: Redaction) -> Iterable[str]:
        return {**self._introduced(raw, redaction), **self._signed(raw, redaction, frozenset())}.values()

    def _introduced(self, raw: RawText, redaction: Redaction) -> dict[str, str]:
        """First names that somebody says of themselves, by their folded form."""
        text = raw.reveal()
        places = self._persons(text, redaction)
        return self._named(text, (one for one in places if self._introduces(text, one, places)))

    def _signed(self, raw: RawText, redaction: Redaction, others: Iterable[str]) -> dict[str, str]:
        """First names at the end of a letter, by their folded form; without those of others."""
        text = raw.reveal()
        places = self._persons(text, redaction)
        signed = (one for one in places if self._signs(text, one, places))
        return {key: name for key, name in self._named(text, signed).items() if key not in others}

    def _named(self, text: str, places: Iterable[Span]) -> dict[str, str]:
        names = (self.first_name(text[place.start : place.end]) for place in places)
        return {fold(name): name for name in names if name is not None}

    def _introduces(self, text: str, place: Span, places: list[Span]) -> bool:
        written = composed(text[max(0, place.start - _BEFORE) : place.start])
        before = fold(written)
        after = fold(text[place.end : place.end + _BEFORE])
        if self._joined(text, place, places) or after.startswith(("'s ", "’s ")):
            return False
        if text[place.start].isupper() and self.patterns.introduced_after.match(after):
            no_name = self.patterns.not_introduced_after.match(fold(text[place.start : place.end]))
            return no_name is None and not self._said_by_another(before)
        match = self.patterns.introduced.search(before)
        if match is None or self.patterns.other.search(written[match.start() :].lower()):
            return False
        head = before[: match.start()]
        if self.patterns.opening.match(match.group()) and not _opens(head):
            return False
        return not self.patterns.not_after.search(head) and not self._said_by_another(head)

    def _said_by_another(self, head: str) -> bool:
        """Whether what follows is quoted: within quotation marks, or after a word of saying in its sentence."""
        quoted = head.count('"') % 2 == 1 or any(head.count(a) > head.count(b) for a, b in _QUOTES)
        return quoted or self.patterns.reported.search(_SENTENCE.split(head)[-1]) is not None

    def _signs(self, text: str, place: Span, places: list[Span]) -> bool:
        if not _LINE_END.match(text[place.end : place.end + _BEFORE]) or self._joined(text, place, places):
            return False
        before = fold(text[max(0, place.start - _BEFORE) : place.start])
        if self.patterns.closed.search(before):
            return True
        return not text[place.end :].strip(" \n\t.,;-–—~_") and _own_line(before)

    def _joined(self, text: str, place: Span, places: list[Span]) -> bool:
        """Whether another person is named beside this one ("Marta y Juan")."""
        after = self.patterns.joined_after.match(fold(text[place.end : place.end + 20]))
        before = self.patterns.joined_before.search(fold(text[max(0, place.start - 20) : place.start]))
        ends = {place.end + after.end()} if after else set()
        starts = {place.start - len(before.group())} if before else set()
        return any(other.start in ends or other.end in starts for other in places)

    def _persons(self, text: str, redaction: Redaction) -> list[Span]:
        """The names of persons, each from where the name itself begins."""
        found = []
        for span in redaction.spans:
            if span.entity_type == "PERSON":
                within = self.patterns.within.match(fold(text[span.start : span.end]))
                start = span.start + within.end() if within else span.start
                found.append(Span(span.entity_type, start, span.end, span.score))
        return found if len(found) <= MOST_PERSONS else []


def _opens(head: str) -> bool:
    """Whether a sentence, or what follows a greeting, begins here."""
    return not head.strip() or re.search(r"[.!?…;:,\n)]\s*[¡¿]?\s*\Z", head) is not None


def _own_line(before: str) -> bool:
    """Whether a line begins here after a whole sentence, or an empty line."""
    head = before.rstrip(" \t-–—~")
    if not head.endswith("\n") or not head.strip():
        return False
    above = head.rstrip(" \t\n")
    return (head.count("\n", len(above)) > 1 and not above.endswith(":")) or above.endswith(
        (".", "!", "?", "…")
    )


def _written(word: str) -> str:
    """A name with its capitals where it was typed without, or in capitals alone."""
    if not word.islower() and not word.isupper():
        return word
    if fold(word) in ("de", "del", "la", "los", "las", "do", "da"):
        return word.lower()
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
