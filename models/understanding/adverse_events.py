"""Reads what a suspected adverse event's message gives for its report, each finding with its place."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from models.understanding.lexicon import Lexicon
from models.understanding.lexicon_file import Entry
from models.understanding.report import Criterion, Mention, Report, Seriousness, Situation, Source
from models.vocabulary import SignalCode

Code = TypeVar("Code", bound=StrEnum)
Found = Mapping[Code, tuple[Mention, ...]]
_Marks = dict[StrEnum, list[Mention]]

_NAMED_PRODUCT = "product_name"
"""Cue of a product found by its own name, not by the lexicon."""


@dataclass(frozen=True, slots=True)
class ReportText:
    """What a report may be read from."""

    text: str
    earlier: str = ""
    """The customer's earlier turns, joined."""
    product_names: Collection[str] = ()
    product_given: bool = False
    """The message's own field names a product."""


def read_report(lexicon: Lexicon, given: ReportText) -> Report:
    """Find criteria, special situations and seriousness in a message and the customer's earlier turns."""
    marks: _Marks = defaultdict(list)
    marks[Criterion.REPORTER].append(Mention(Source.SENDER, "sender"))
    _read(lexicon, given.text, given.product_names, Source.TEXT, marks)
    if given.earlier:
        _read(lexicon, given.earlier, given.product_names, Source.THREAD, marks)
    products = marks.get(Criterion.PRODUCT, ())
    named = given.product_given or any(mention.cue == _NAMED_PRODUCT for mention in products)
    if given.product_given:
        marks[Criterion.PRODUCT].append(Mention(Source.PRODUCT_FIELD, _NAMED_PRODUCT))
    return Report(
        criteria=_ordered(Criterion, marks),
        situations=_ordered(Situation, marks),
        seriousness=_ordered(Seriousness, marks),
        product_named=named,
        professional=len(marks[Criterion.REPORTER]) > 1,
    )


def _read(lexicon: Lexicon, text: str, names: Collection[str], source: Source, marks: _Marks) -> None:
    for entry, start, end in lexicon.found(text, lambda entry: bool(_codes(entry))):
        for code in _codes(entry):
            marks[code].append(_mention(source, entry.id, start, end))
    for name in names:
        for start, end in _named(name, text):
            marks[Criterion.PRODUCT].append(_mention(source, _NAMED_PRODUCT, start, end))


def _codes(entry: Entry) -> tuple[StrEnum, ...]:
    """What a cue speaks for. One of the signal without a special situation tells of a reaction."""
    codes: tuple[StrEnum | None, ...] = (entry.criterion, entry.situation, entry.seriousness)
    told = tuple(code for code in codes if code is not None)
    tells_of_reaction = entry.signal == SignalCode.ADVERSE_EVENT and entry.strength != "weak"
    return told or ((Criterion.REACTION,) if tells_of_reaction and entry.effect else ())


def _mention(source: Source, cue: str, start: int, end: int) -> Mention:
    return Mention(source, cue, start, end) if source == Source.TEXT else Mention(source, cue)


def _named(name: str, text: str) -> Iterator[tuple[int, int]]:
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
