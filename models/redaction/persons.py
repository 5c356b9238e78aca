"""Names of persons: gazetteer, capitals, and the words that stand before or around a name."""

from collections.abc import Sequence

from models.redaction.gazetteer import Gazetteer
from models.redaction.name_extent import last_token
from models.redaction.name_words import PARTICLES, NameWords, alone_on_line, is_shouting, starts_sentence
from models.redaction.person_cues import HONORIFICS, CueKind, CueReader, PersonCues
from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult
from models.redaction.tokens import Token

Judgement = tuple[float, str]
"""Score from 0 to 1, and the rule that gave it."""
_INSIDE = frozenset({"@", "#", "/", "_"})
_RULES: dict[CueKind, str] = {"addressing": "addressed", "weak": "given_after_word"}
_WITH_NAME = frozenset({"sor", "fray", "mossen"})


class PersonRecognizer(Recognizer):
    """Scans the tokens once; each name found is read to its end."""

    def __init__(self, gazetteer: Gazetteer, cues: PersonCues) -> None:
        self._words = NameWords(gazetteer)
        self._lists = gazetteer
        self._cues = cues
        self._reader = CueReader(cues)
        super().__init__("PersonRecognizer", ["PERSON"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return names of persons."""
        tokens = artifacts.words()
        shouting = is_shouting(tokens)
        found: list[RecognizerResult] = []
        index = 0
        while index < len(tokens):
            judgement = self._judge(tokens, index, shouting) if tokens[index].is_word else None
            if judgement is None:
                index += 1
                continue
            last = last_token(self._words, tokens, index, shouting)
            if not self._is_public(tokens[index : last + 1]):
                first = index - 1 if index and tokens[index - 1].key in _WITH_NAME else index
                found.append(self.hit("PERSON", tokens[first].start, tokens[last].end, *judgement))
            index = last + 1
        return found

    def _judge(self, tokens: Sequence[Token], index: int, shouting: bool) -> Judgement | None:
        """Judge a word as the start of a name; None when it is none."""
        token = tokens[index]
        key = token.key
        if key in PARTICLES or key in HONORIFICS or (index and tokens[index - 1].text in _INSIDE):
            return None
        capital = token.is_capital and (not shouting or alone_on_line(tokens, index))
        cue = self._reader.before(tokens, index)
        announced = self._announced(token, capital, shouting, cue)
        if announced is not None:
            return announced
        if cue == "addressing" and key in self._cues.everyday_names and not _goes_on(tokens, index):
            return 0.6, "addressed"
        given = self._words.is_given(key)
        if self._is_place(tokens, index, given, cue):
            return None
        related = self._related(token, capital, given, cue)
        if related is not None:
            return related
        if given:
            return self._given(tokens, index, capital)
        return self._not_given(tokens, index) if capital else None

    # -- with a cue before --------------------------------------------------------------------------------

    def _announced(
        self, token: Token, capital: bool, shouting: bool, cue: CueKind | None
    ) -> Judgement | None:
        if cue in {"strong", "naming"} and self._after_introduction(token, capital, shouting):
            return 0.9, "after_introduction"
        signs = capital or shouting or self._signs(token.key)
        if cue == "closing" and signs and self._after_introduction(token, capital, shouting):
            return 0.9, "after_introduction"
        if cue == "naming" and not capital and self._words.is_unknown(token.key):
            return 0.6, "after_naming"
        return None

    def _signs(self, key: str) -> bool:
        """Whether a word in lower case after "un saludo," can be nothing but the name of who writes."""
        return key in self._lists.given and (
            key not in self._lists.common or key in self._cues.everyday_names
        )

    def _after_introduction(self, token: Token, capital: bool, shouting: bool) -> bool:
        key, common = token.key, token.key in self._lists.common
        if self._lists.is_name(key) or self._words.is_given(key):
            titled = capital and key not in self._lists.before_places
            return not common or titled or key in self._cues.everyday_names
        acronym = token.text.isupper() and len(token.text) <= 4
        if acronym or not (capital or shouting):
            return False
        return not common and key not in self._lists.places and len(key) > 1

    def _related(self, token: Token, capital: bool, given: bool, cue: CueKind | None) -> Judgement | None:
        key = token.key
        acronym = token.text.isupper() and len(key) <= 4
        if cue is None or (acronym and (not given or key in self._lists.common)):
            return None
        if cue == "weak" and not capital and key not in self._lists.frequent:
            return None
        if cue == "addressing" and capital and self._words.is_unknown(key):
            return 0.5, "addressed"
        rule = _RULES.get(cue, "after_relation")
        if given:
            everyday = cue == "kin" and key in self._cues.everyday_names
            return (0.8, rule) if capital or everyday or not self._words.is_common(key) else None
        family = self._words.is_sure_surname(key) or (cue == "kin" and key not in self._lists.common)
        return (0.8, f"surname_{rule.removeprefix('given_')}") if capital and family else None

    def _is_place(self, tokens: Sequence[Token], index: int, given: bool, cue: CueKind | None) -> bool:
        key = tokens[index].key
        named = given and (cue is not None or self._words.follows_surname(tokens, index))
        if key in self._lists.places and not named:
            return True
        return (key in self._lists.before_places and not given) or (
            index > 0 and self._words.after_place_word(tokens, index)
        )

    # -- without one --------------------------------------------------------------------------------------

    def _given(self, tokens: Sequence[Token], index: int, capital: bool) -> Judgement | None:
        key = tokens[index].key
        following = self._words.follows_surname(tokens, index)
        if following and (capital or key not in self._lists.ambiguous):
            return 0.75, "given_and_surname"
        if not capital:
            return self._given_in_lower_case(tokens, index)
        if key in self._lists.ambiguous:
            return self._ambiguous(tokens, index)
        first = starts_sentence(tokens, index) and index == 0
        likely = key in self._lists.frequent or self._is_spoken_of(tokens, index)
        return (0.75, "given_name") if not first or likely else None

    def _given_in_lower_case(self, tokens: Sequence[Token], index: int) -> Judgement | None:
        key = tokens[index].key
        if key in self._lists.ambiguous:
            return None
        if alone_on_line(tokens, index):
            return 0.5, "signature"
        after = [token.key for token in tokens[index + 1 : index + 3]]
        if len(after) == 2 and after[0] in {"la", "el"} and after[1] in {"de", "del"}:
            return 0.5, "name_told_by_place"
        lower = len(key) >= 4 and key in self._lists.frequent and key not in self._lists.common
        return (0.5, "given_name_lower") if lower else None

    def _ambiguous(self, tokens: Sequence[Token], index: int) -> Judgement | None:
        """Judge a capitalised name that is also a common word."""
        key = tokens[index].key
        if key in self._lists.common and key not in self._cues.capital_names:
            return self._surname(tokens, index)
        if not starts_sentence(tokens, index):
            return 0.5, "capital_inside_sentence"
        if alone_on_line(tokens, index) or self._is_spoken_of(tokens, index):
            return 0.6, "spoken_of"
        return None

    def _not_given(self, tokens: Sequence[Token], index: int) -> Judgement | None:
        """Judge a capitalised word that is no given name of the lists."""
        token = tokens[index]
        if self._words.is_unknown(token.key):
            unknown = self._unknown(tokens, index)
            if unknown is not None:
                return unknown
        return self._surname(tokens, index)

    def _unknown(self, tokens: Sequence[Token], index: int) -> Judgement | None:
        """Judge a capitalised word that no list holds by what stands after it."""
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if after is not None and after.is_word:
            if self._words.is_sure_surname(after.key) and after.is_capital:
                return 0.5, "unknown_name_and_surname"
            if after.key in self._cues.speech:
                return 0.5, "unknown_who_speaks"
            if index and after.is_capital and self._words.is_unknown(after.key) and not after.text.isupper():
                return 0.45, "two_unknown_words"
        signature = alone_on_line(tokens, index) and not tokens[index].text.isupper()
        return (0.5, "unknown_signature") if signature else None

    def _surname(self, tokens: Sequence[Token], index: int) -> Judgement | None:
        token = tokens[index]
        acronym = token.text.isupper() and len(token.text) <= 4
        if acronym or not self._words.is_sure_surname(token.key):
            return None
        if self._words.follows_surname(tokens, index):
            return 0.55, "two_surnames"
        inside = not starts_sentence(tokens, index) or alone_on_line(tokens, index)
        return (0.45, "surname") if inside else None

    def _is_spoken_of(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a name opens the sentence as one addressed or spoken of: "Noa, una amiga", "Lucas tiene"."""
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        named = after is not None and (after.text == "," or after.key in self._cues.verbs)
        return named or alone_on_line(tokens, index)

    def _is_public(self, name: Sequence[Token]) -> bool:
        keys = tuple(token.key for token in name)
        return any(
            keys == figure or (len(figure) > 1 and keys[: len(figure)] == figure)
            for figure in self._cues.public_figures
        )


def _goes_on(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word follows in the same sentence and line."""
    return index + 1 < len(tokens) and tokens[index + 1].is_word
