"""Reads what a suspected adverse event's message gives for its report, each finding with its place."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

from models.spans import Span
from models.understanding.lexicon import Lexicon
from models.understanding.lexicon_file import Entry
from models.understanding.marked_reactions import marked_reactions
from models.understanding.own_turns import borne_out
from models.understanding.product_mentions import ProductMentions
from models.understanding.report import Criterion, Mention, Report, Seriousness, Situation, Source
from models.vocabulary import SignalCode

Code = TypeVar("Code", bound=StrEnum)
Found = Mapping[Code, tuple[Mention, ...]]
_Marks = dict[StrEnum, list[Mention]]

_NAMED_PRODUCT = "product_name"
"""Cue of a product found by its own name, not by the lexicon."""
_BRAND = "brand"
"""Cue of a brand of several products."""
_REDACTOR = "redactor"
"""Cue of what the redactor marked: a medicine without a name of its own, a symptom."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn, and what the redactor found in it."""

    text: str = field(repr=False)
    spans: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """Our own turn, and the customer's next one."""

    said: Said
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a message besides its words: by redaction, by the account, by its own fields."""

    spans: Sequence[Span] = ()
    """What the redactor found in the message."""
    turn_spans: Sequence[Sequence[Span]] = ()
    """The same for each turn of the thread, oldest first; none where redaction failed."""
    product_names: Collection[str] = ()
    """The account's products."""
    brands: Collection[str] = ()
    """The account's brands. One that names a single product names it; one of several says only whose it is."""
    company: Collection[str] = ()
    """The account's own name and handles: no product."""
    product_given: bool = False
    """The message's own field names a product."""


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class ReportText:
    """What a report may be read from."""

    message: Said
    earlier: Sequence[Said] = ()
    """The customer's earlier turns."""
    ours: Sequence[OwnTurn] = ()
    """Our own turns: they name the product where the customer does not and bears it out."""
    language: str = "es"
    known: Known = NOTHING_KNOWN

    @classmethod
    def of(cls, message: str, turns: Sequence[tuple[str, str]], language: str, known: Known) -> Self:
        """Put together a message and its thread (``(role, text)``, oldest first) with what is known of them."""
        none: Sequence[Span] = ()
        missing = [none] * max(0, len(turns) - len(known.turn_spans))
        told = zip(turns, [*known.turn_spans, *missing], strict=False)
        said = [(role, Said(text, spans)) for (role, text), spans in told]
        ours: list[OwnTurn] = []
        answer = message
        for role, turn in reversed(said):
            if role == "customer":
                answer = turn.text
            else:
                ours.insert(0, OwnTurn(turn, answer))
        earlier = [turn for role, turn in said if role == "customer"]
        return cls(Said(message, known.spans), earlier, ours, language, known)


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reads reports. Pure and safe for threads."""

    lexicon: Lexicon
    products: ProductMentions

    @classmethod
    def load(cls, lexicon: Lexicon, lexicons_dir: Path) -> Self:
        """Read the words beside the lexicon. Raises ArtifactError with file and field."""
        return cls(lexicon, ProductMentions.load(lexicons_dir))

    def read(self, given: ReportText) -> Report:
        """Find criteria, special situations and seriousness in a message and the customer's earlier turns."""
        marks: _Marks = defaultdict(list)
        marks[Criterion.REPORTER].append(Mention(Source.SENDER, "sender"))
        self._cues(given.message.text, Source.TEXT, marks)
        self._marked(given, given.message, Source.TEXT, marks)
        if given.earlier:
            self._cues(" . ".join(turn.text for turn in given.earlier), Source.THREAD, marks)
            for turn in given.earlier:
                self._marked(given, turn, Source.THREAD, marks)
        if not _named(marks):
            # Told "thanks for trying Velarina", a customer does not say again what it was.
            for own in given.ours:
                marks[Criterion.PRODUCT] += self._products_of_ours(given, own)
        if given.known.product_given:
            marks[Criterion.PRODUCT].append(Mention(Source.PRODUCT_FIELD, _NAMED_PRODUCT))
        return Report(
            criteria=_ordered(Criterion, marks),
            situations=_ordered(Situation, marks),
            seriousness=_ordered(Seriousness, marks),
            product_named=_named(marks),
            professional=len(marks[Criterion.REPORTER]) > 1,
        )

    def _cues(self, text: str, source: Source, marks: _Marks) -> None:
        for entry, start, end in self.lexicon.found(text, lambda entry: bool(_codes(entry)), told=True):
            for code in _codes(entry):
                marks[code].append(_mention(source, entry.id, start, end))

    def _marked(self, given: ReportText, said: Said, source: Source, marks: _Marks) -> None:
        products = list(self._product_places(given, said))
        marks[Criterion.PRODUCT] += [_mention(source, cue, start, end) for cue, start, end in products]
        places = [(start, end) for _, start, end in products]
        marks[Criterion.REACTION] += [
            _mention(source, _REDACTOR, start, end)
            for start, end in marked_reactions(self.products.words, said.text, said.spans, places)
        ]

    def _products_of_ours(self, given: ReportText, turn: OwnTurn) -> Iterator[Mention]:
        """What our own turn names, where the customer's answer bears it out."""
        places = [
            (start, end)
            for cue, start, end in self._product_places(given, turn.said)
            if cue == _NAMED_PRODUCT
        ]
        for start, end in borne_out(self.products.words, turn.said.text, places, turn.answer):
            yield _mention(Source.THREAD, _NAMED_PRODUCT, start, end)

    def _product_places(self, given: ReportText, said: Said) -> Iterator[tuple[str, int, int]]:
        """Cue, start and end of every product."""
        known = given.known
        for name in (*known.product_names, *known.brands):
            cue = _BRAND if _is_shared(name, known) else _NAMED_PRODUCT
            for start, end in _places(name, said.text):
                yield cue, start, end
        own = (*known.company, *known.brands)
        for found in self.products.find(said.text, said.spans, language=given.language, own=own):
            yield _NAMED_PRODUCT if found.named else _REDACTOR, found.start, found.end


def _codes(entry: Entry) -> tuple[StrEnum, ...]:
    """What a cue speaks for. One of the signal without a special situation tells of a reaction; so does lack of effect,
    which a report codes as what happened (MedDRA "drug ineffective"; GVP VI.B.6.4)."""
    codes: tuple[StrEnum | None, ...] = (entry.criterion, entry.situation, entry.seriousness)
    told = tuple(code for code in codes if code is not None)
    if entry.situation == Situation.LACK_OF_EFFECT:
        return (*told, Criterion.REACTION)
    tells_of_reaction = entry.signal == SignalCode.ADVERSE_EVENT and entry.strength != "weak"
    return told or ((Criterion.REACTION,) if tells_of_reaction and entry.effect else ())


def _mention(source: Source, cue: str, start: int, end: int) -> Mention:
    return Mention(source, cue, start, end) if source == Source.TEXT else Mention(source, cue)


def _named(marks: _Marks) -> bool:
    return any(mention.cue == _NAMED_PRODUCT for mention in marks.get(Criterion.PRODUCT, ()))


def _is_shared(name: str, known: Known) -> bool:
    """Whether a name is the brand of several products."""
    if name not in known.brands:
        return False
    return sum(any(True for _ in _places(name, product)) for product in known.product_names) > 1


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    if name.strip():
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            yield match.span()


def _ordered(codes: type[Code], marks: _Marks) -> Found[Code]:
    """The mentions of a closed set, in its order; each place once, from left to right, the text first."""
    return {
        code: tuple(sorted(set(marks[code]), key=lambda m: (m.source != Source.TEXT, m.start, m.end, m.cue)))
        for code in codes
        if marks.get(code)
    }
