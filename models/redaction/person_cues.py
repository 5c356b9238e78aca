"""The words that announce a name, and finding them right before a token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.redaction.tokens import Token

Phrases = frozenset[tuple[str, ...]]
CueKind = Literal["naming", "strong", "closing", "kin", "addressing", "weak"]
HONORIFICS = frozenset(
    """sor fray mossen don dona dn dna sr sra srta srs dr dra drs doctor doctora doctores mr mrs ms miss""".split()  # noqa: SIM905
)
_SKIPPED = frozenset({":", ",", ".", "«", '"', "\n", "(", "“"})
_BARRED: tuple[tuple[CueKind, frozenset[str]], ...] = (
    ("naming", frozenset({"\n", ",", "."})),
    ("strong", frozenset({"\n", ","})),
    ("kin", frozenset({"\n", "."})),
    ("addressing", frozenset({"\n", "."})),
    ("weak", frozenset({"\n", "."})),
)
"""Kinds in order of strength, with the marks that may not part them from the name."""


@dataclass(frozen=True, slots=True)
class PersonCues:
    """Folded words and phrases around names, from the policy file.

    After ``naming`` ones even an unknown word in lower case is a name; after ``strong`` ones any capitalised
    word that is not common; after ``kin`` ones a name of the lists, also in lower case, the ``everyday_names``
    that are common words, and any unknown capitalised word; after ``addressing`` ones a name of the lists or
    an unknown capitalised word; after ``weak`` ones a name of the lists, common words only with a capital.
    After ``closings`` and a comma or line break the signature stands; in lower case it is a given name.
    ``verbs`` follow the name of who is
    spoken of; ``speech`` ones make an unknown capitalised word a name. ``capital_names`` are common words
    that count with a capital inside a sentence.
    """

    naming: Phrases
    strong: Phrases
    kin: Phrases
    addressing: Phrases
    weak: Phrases
    closings: Phrases
    public_figures: Phrases
    verbs: frozenset[str]
    speech: frozenset[str]
    everyday_names: frozenset[str]
    capital_names: frozenset[str]


class CueReader:
    """Finds the cue that ends right before a token."""

    def __init__(self, cues: PersonCues) -> None:
        self._closings = cues.closings
        self._kinds: dict[CueKind, Phrases] = {
            "naming": cues.naming,
            "strong": cues.strong,
            "kin": cues.kin,
            "addressing": cues.addressing,
            "weak": cues.weak,
        }
        groups = (*self._kinds.values(), cues.closings)
        self._longest = max(len(phrase) for group in groups for phrase in group)

    def before(self, tokens: Sequence[Token], index: int) -> CueKind | None:
        """Return the kind of cue before a token; "la vecina, la Paqui" counts as kin."""
        cue = self._nearest(tokens, index)
        if index > 2 and tokens[index - 1].key in {"la", "el"} and tokens[index - 2].text == ",":
            return "kin" if self._nearest(tokens, index - 1) == "kin" else cue
        if cue == "weak" and tokens[index].is_capital and tokens[index - 1].key in {"la", "el"}:
            return "addressing" if self._nearest(tokens, index - 1) == "addressing" else cue
        return cue

    def _nearest(self, tokens: Sequence[Token], index: int) -> CueKind | None:
        previous = index - 1
        while previous >= 0 and tokens[previous].text in _SKIPPED and index - previous < 4:
            previous -= 1
        marks = frozenset(token.text for token in tokens[previous + 1 : index])
        window = tokens[max(0, previous - self._longest + 1) : previous + 1]
        keys = tuple(token.key for token in window if token.kind != "line")
        for length in range(min(self._longest, len(keys)), 0, -1):
            cue = self._kind_of(keys[-length:], marks)
            if cue is not None:
                return cue
        return None

    def _kind_of(self, phrase: tuple[str, ...], marks: frozenset[str]) -> CueKind | None:
        if phrase in self._closings:
            if marks & {",", "\n", ":"}:
                return "closing"
            return "addressing" if phrase in self._kinds["addressing"] else "weak"
        for kind, barred in _BARRED:
            if phrase in self._kinds[kind] and not marks & barred:
                # A full stop after a long word ends the sentence; after "Dra" it ends the abbreviation.
                ended = "." in marks and phrase[-1] not in HONORIFICS and len(phrase[-1]) > 4
                return None if ended else kind
        return None
