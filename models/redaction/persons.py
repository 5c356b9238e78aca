"""Names of persons: gazetteer, capitals, and the words that stand before or around a name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.redaction.gazetteer import Gazetteer
from models.redaction.presidio import LANGUAGE, EntityRecognizer, LightArtifacts, RecognizerResult, result
from models.redaction.tokens import Token

PARTICLES = frozenset("de del la las los y i e da do das dos von van ap el al".split())
_HONORIFIC = frozenset(
    "sor fray mossen don dona dn dna sr sra srta srs dr dra drs doctor doctora doctores mr mrs ms miss".split()
)
_PREPOSITIONS = frozenset("a con de por para y e o amb i per ni que com rekin with for to from and".split())
_ABBREVIATED = re.compile(r"(?:M\.?ª|Mª|Ma|Fco|Fdez|Hdez|Rguez|Glez|Mtnez|Ant|J|M|A|B|P|C|R|Y\.?ª)\.?")
_BASQUE_ENDINGS = ("ek", "k", "ri", "i", "ren", "rekin", "rentzat", "en", "ekin", "entzat", "s")
MAX_TOKENS = 9


@dataclass(frozen=True, slots=True)
class PersonCues:
    """Folded words and phrases that announce a name, from the policy file.

    After ``naming`` ones even an unknown word in lower case is a name. After ``strong`` ones any capitalised word that is not common is a name; after ``kin`` ones a name of the
    lists, also in lower case, and the ``everyday_names`` that are common words; after ``weak`` ones a name of
    the lists, and common words only with a capital; after ``addressing`` ones also an unknown capitalised
    word. ``verbs`` follow the name of who is spoken of.
    """

    naming: frozenset[tuple[str, ...]]
    strong: frozenset[tuple[str, ...]]
    kin: frozenset[tuple[str, ...]]
    weak: frozenset[tuple[str, ...]]
    closings: frozenset[tuple[str, ...]]
    public_figures: frozenset[tuple[str, ...]]
    addressing: frozenset[tuple[str, ...]]
    verbs: frozenset[str]
    speech: frozenset[str]
    everyday_names: frozenset[str]
    capital_names: frozenset[str]


class PersonRecognizer(EntityRecognizer):  # type: ignore[misc]
    """Scans the tokens once; each name found is read to its end."""

    def __init__(self, gazetteer: Gazetteer, cues: PersonCues) -> None:
        self._names = gazetteer
        self._cues = cues
        self._longest = max(
            len(cue)
            for group in (cues.naming, cues.strong, cues.kin, cues.weak, cues.addressing, cues.closings)
            for cue in group
        )
        super().__init__(supported_entities=["PERSON"], name="PersonRecognizer", supported_language=LANGUAGE)

    def load(self) -> None:
        """Do nothing: lists are given to the constructor."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: LightArtifacts
    ) -> list[RecognizerResult]:
        """Return names of persons."""
        tokens = nlp_artifacts.words()
        shouting = _is_shouting(tokens)
        found: list[RecognizerResult] = []
        index = 0
        while index < len(tokens):
            start = self._start(tokens, index, shouting)
            if start is None:
                index += 1
                continue
            score, reason = start
            last = self._end(tokens, index, shouting)
            first = index - 1 if index and tokens[index - 1].key in {"sor", "fray", "mossen"} else index
            if self._is_public(tokens, index, last):
                index = last + 1
                continue
            found.append(result("PERSON", tokens[first].start, tokens[last].end, score, self.name, reason))
            index = last + 1
        return found

    # -- where a name starts ------------------------------------------------------------------------------

    def _start(self, tokens: Sequence[Token], index: int, shouting: bool) -> tuple[float, str] | None:
        """Score a token as the start of a name; None when it is none."""
        token = tokens[index]
        if not token.is_word or (index and tokens[index - 1].text in {"@", "#", "/", "_"}):
            return None
        key, given = token.key, self._is_given(token.key)
        if key in PARTICLES or key in _HONORIFIC:
            return None
        capital = token.is_capital and (not shouting or self._alone_on_line(tokens, index))
        cue = self._cue(tokens, index)
        if cue in {"strong", "naming"} and self._after_strong(token, capital, shouting):
            return 0.9, "after_introduction"
        if cue == "naming" and self._is_unknown(key) and not capital:
            return 0.6, "after_naming"
        if key in self._names.places and not (given and (cue or self._follows_surname(tokens, index))):
            return None
        if key in self._names.before_places and not given:
            return None
        if index and self._after_place_word(tokens, index):
            return None
        if cue == "addressing" and capital and self._is_unknown(key):
            return 0.5, "addressed"
        if cue in {"kin", "weak", "addressing"} and self._after_relation(token, capital, cue == "kin"):
            return 0.8, "after_relation"
        return self._alone(tokens, index, capital, given)

    def _after_strong(self, token: Token, capital: bool, shouting: bool) -> bool:
        common = token.key in self._names.common
        if self._names.is_name(token.key) or self._is_given(token.key):
            return (
                not common
                or (capital and token.key not in self._names.before_places)
                or token.key in self._cues.everyday_names
            )
        if token.text.isupper() and len(token.text) <= 4:
            return False
        if not capital and not shouting:
            return False
        return not common and token.key not in self._names.places and len(token.key) > 1

    def _after_relation(self, token: Token, capital: bool, kin: bool) -> bool:
        key = token.key
        common = key in self._names.common or key in self._names.ambiguous
        if self._is_given(key):
            return capital or not common or (kin and key in self._cues.everyday_names)
        if kin and capital and key not in self._names.common:
            return True
        return capital and key in self._names.surnames and not common

    def _alone(
        self, tokens: Sequence[Token], index: int, capital: bool, given: bool
    ) -> tuple[float, str] | None:
        token, key = tokens[index], tokens[index].key
        ambiguous = key in self._names.ambiguous
        following = self._follows_surname(tokens, index)
        first = _starts_sentence(tokens, index)
        personal = key not in self._names.common or key in self._cues.capital_names
        if given and not ambiguous:
            if following or (capital and (not first or self._stands_first(tokens, index))):
                return 0.75, "given_name"
            if capital or self._alone_on_line(tokens, index):
                return None if capital else (0.5, "signature")
            if (
                not capital
                and index + 2 < len(tokens)
                and tokens[index + 1].key in {"la", "el"}
                and tokens[index + 2].key in {"de", "del"}
            ):
                return 0.5, "given_name_of_place"
            lower = len(key) >= 4 and key in self._names.frequent and key not in self._names.common
            return (0.5, "given_name_lower") if lower else None
        if given and capital and following:
            return 0.7, "given_and_surname"
        if given and capital and not first and personal:
            return 0.5, "capital_inside_sentence"
        if (
            given
            and capital
            and personal
            and (self._alone_on_line(tokens, index) or self._is_called(tokens, index))
        ):
            return 0.6, "signature"
        if capital and not given and self._is_unknown(key):
            unknown = self._unknown_name(tokens, index, following, first)
            if unknown is not None:
                return unknown
        return self._surname(tokens, index, capital, first)

    def _surname(
        self, tokens: Sequence[Token], index: int, capital: bool, first: bool
    ) -> tuple[float, str] | None:
        token, key = tokens[index], tokens[index].key
        if (
            not capital
            or key not in self._names.surnames
            or key in self._names.ambiguous
            or key in self._names.common
        ):
            return None
        if self._follows_surname(tokens, index):
            return 0.55, "two_surnames"
        return None if first and not self._alone_on_line(tokens, index) else (0.45, "surname")

    def _stands_first(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a name that opens a sentence is likely one: frequent, addressed, or alone on its line."""
        key = tokens[index].key
        return (
            key in self._names.frequent
            or self._is_called(tokens, index)
            or self._alone_on_line(tokens, index)
            or index > 0
        )

    def _is_unknown(self, key: str) -> bool:
        """Whether no list explains a word as anything but a name."""
        return (
            len(key) > 2
            and key not in self._names.common
            and key not in self._names.places
            and key not in self._names.before_places
            and (not key.endswith("s") or key[:-1] not in self._names.common)
            and (not key.endswith("es") or key[:-2] not in self._names.common)
        )

    def _unknown_name(
        self, tokens: Sequence[Token], index: int, following: bool, first: bool
    ) -> tuple[float, str] | None:
        """Judge a capitalised word that no list holds by what stands around it."""
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if following and self._is_unknown_given(tokens, index):
            return 0.5, "unknown_name_and_surname"
        if after is not None and after.key in self._cues.speech:
            return 0.5, "unknown_who_speaks"
        if (
            after is not None
            and after.is_capital
            and index
            and self._is_unknown(after.key)
            and not after.text.isupper()
        ):
            return 0.45, "two_unknown_words"
        if self._alone_on_line(tokens, index) and not tokens[index].text.isupper():
            return 0.5, "unknown_signature"
        return None

    def _is_called(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a name opens the sentence as one addressed or spoken of: "Noa, una amiga", "Lucas tiene"."""
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        return after is not None and (after.text == "," or after.key in self._cues.verbs)

    def _is_unknown_given(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a word that no list holds stands before a surname that is nothing else."""
        key, after = tokens[index].key, tokens[index + 1]
        known = key in self._names.common or key in self._names.before_places or len(key) < 3
        return not known and after.key in self._names.surnames and after.key not in self._names.ambiguous

    def _is_given(self, key: str) -> bool:
        if key in self._names.given:
            return True
        if key.endswith(_BASQUE_ENDINGS) and len(key) > 4 and key not in self._names.common:
            bases = {key[: -len(ending)] for ending in _BASQUE_ENDINGS if key.endswith(ending)}
            return any(base in self._names.given and len(base) > 3 for base in bases)
        head, dash, tail = key.partition("-")
        return bool(dash) and head in self._names.given and bool(tail)

    def _cue(self, tokens: Sequence[Token], index: int) -> str | None:
        """Return the kind of cue that ends right before the token; "la vecina, la Paqui" counts as kin."""
        cue = self._cue_before(tokens, index)
        if index > 2 and tokens[index - 1].key in {"la", "el"} and tokens[index - 2].text == ",":
            return "kin" if self._cue_before(tokens, index - 1) == "kin" else cue
        return cue

    def _cue_before(self, tokens: Sequence[Token], index: int) -> str | None:
        previous = index - 1
        while (
            previous >= 0
            and tokens[previous].text in {":", ",", ".", "«", '"', "\n", "(", "“"}
            and index - previous < 4
        ):
            previous -= 1
        marks = {token.text for token in tokens[previous + 1 : index]}
        keys = tuple(
            token.key
            for token in tokens[max(0, previous - self._longest + 1) : previous + 1]
            if token.kind != "line"
        )
        for length in range(min(self._longest, len(keys)), 0, -1):
            phrase = keys[-length:]
            if phrase in self._cues.closings:
                return "strong" if marks & {",", "\n", ":"} else "weak"
            if phrase in self._cues.naming and not marks & {"\n", ",", "."}:
                return "naming"
            if phrase in self._cues.strong and not marks & {"\n", ","}:
                if "." in marks and phrase[-1] not in _HONORIFIC and len(phrase[-1]) > 4:
                    return None
                return "strong"
            if phrase in self._cues.kin and not marks & {"\n", "."}:
                return "kin"
            if phrase in self._cues.addressing and not marks & {"\n", "."}:
                return "addressing"
            if phrase in self._cues.weak and not marks & {"\n", "."}:
                return "weak"
        return None

    def _after_place_word(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the token belongs to "Farmacia X", "calle de la X", "San X"."""
        previous = index - 1
        while previous > 0 and tokens[previous].key in {"de", "del", "la", "los", "las", "el"}:
            previous -= 1
        token = tokens[previous]
        if not token.is_word or token.key not in self._names.before_places:
            return False
        return token.key not in {"c", "casa"} or token.is_capital

    def _follows_surname(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the next word, past particles, reads as a surname in the same case as this one."""
        step = index + 1
        while step < len(tokens) and tokens[step].key in PARTICLES and step - index < 4:
            step += 1
        if step >= len(tokens) or not tokens[step].is_word:
            return False
        token, key = tokens[step], tokens[step].key
        if tokens[index].is_capital:
            return (
                token.is_capital
                and key not in self._names.places
                and (self._names.is_name(key) or key not in self._names.common)
            )
        if token.is_capital or step > index + 1:
            return False
        known = key in self._names.surnames or (key in self._names.given and len(key) >= 4)
        return known and key not in self._names.common and key not in self._names.ambiguous

    def _alone_on_line(self, tokens: Sequence[Token], index: int) -> bool:
        before = index == 0 or tokens[index - 1].kind == "line"
        step = index + 1
        while step < len(tokens) and (
            tokens[step].is_capital or tokens[step].key in PARTICLES or tokens[step].text == "."
        ):
            step += 1
        after = step >= len(tokens) or tokens[step].kind == "line"
        ends_message = (
            step >= len(tokens) - 1 and index and tokens[index - 1].text in {".", "!", "?", "\n", ","}
        )
        return bool((before and after and len(tokens) > 1 and index > 0) or (after and ends_message))

    # -- where it ends ------------------------------------------------------------------------------------

    def _end(self, tokens: Sequence[Token], index: int, shouting: bool) -> int:
        """Return the index of the name's last token."""
        last = index
        capital = tokens[index].is_capital
        step = index + 1
        while step < len(tokens) and step - index < MAX_TOKENS:
            token = tokens[step]
            if token.text == "." and _ABBREVIATED.fullmatch(tokens[step - 1].text):
                last = step
            elif token.is_word and self._continues(tokens, step, capital, shouting):
                last = step
            elif token.key in PARTICLES and self._particle_joins(tokens, step, capital, shouting):
                pass
            elif _quotes_nickname(tokens, step):
                pass
            else:
                break
            step += 1
        return last

    def _continues(self, tokens: Sequence[Token], step: int, capital: bool, shouting: bool) -> bool:
        token, key = tokens[step], tokens[step].key
        if key in PARTICLES or key in _HONORIFIC:
            return False
        if len(key) == 1:
            return token.is_capital and (
                step + 1 >= len(tokens) or not tokens[step + 1].is_word or tokens[step + 1].is_capital
            )
        if token.is_capital and capital:
            return not shouting or self._names.is_name(key)
        if capital != token.is_capital and not (token.text.isupper() or token.is_capital):
            return False
        known = self._names.is_name(key)
        return known and key not in self._names.common and key not in self._names.ambiguous

    def _particle_joins(self, tokens: Sequence[Token], step: int, capital: bool, shouting: bool) -> bool:
        """Whether particles here lead to one more name: "de la Hoz", "i Terricabras", but not "y Ana"."""
        after = step
        while after < len(tokens) and tokens[after].key in PARTICLES and after - step < 3:
            after += 1
        if after >= len(tokens) or not tokens[after].is_capital or not capital:
            return False
        key = tokens[after].key
        full = (
            step >= 2
            and tokens[step - 1].is_capital
            and tokens[step - 2].is_word
            and tokens[step - 2].is_capital
        )
        if key in self._names.places:
            return full and tokens[step].key in {"de", "del"}
        if tokens[step].key in {"y", "e", "i"} and after == step + 1:
            return (
                (key in self._names.surnames or self._is_unknown(key))
                and key not in self._names.given
                and full
            )
        return (
            self._names.is_name(key)
            or (step + 1 < after and len(key) > 1)
            or key == "o"
            or full
            or tokens[step - 1].key in self._names.surnames
        )

    def _is_public(self, tokens: Sequence[Token], index: int, last: int) -> bool:
        keys = tuple(token.key for token in tokens[index : last + 1])
        return any(
            keys == figure or (len(figure) > 1 and keys[: len(figure)] == figure)
            for figure in self._cues.public_figures
        )


def _quotes_nickname(tokens: Sequence[Token], step: int) -> bool:
    """Whether a quotation mark opens or closes one capitalised word inside a name."""
    opens = step + 2 < len(tokens) and tokens[step + 1].is_capital and tokens[step + 2].text == '"'
    closes = tokens[step - 2].text == '"' and step + 1 < len(tokens) and tokens[step + 1].is_capital
    return tokens[step].text == '"' and (opens or closes)


def _starts_sentence(tokens: Sequence[Token], index: int) -> bool:
    if index == 0:
        return True
    before = tokens[index - 1]
    return (
        before.kind == "line"
        or before.text in {".", "!", "?", "¡", "¿", "…", "(", "«", '"', "“", "-", ":", "*", "•"}
        or (before.kind == "mark" and not before.text.isascii())
    )


def _is_shouting(tokens: Sequence[Token]) -> bool:
    """Whether most words are in capitals, so that a capital says nothing."""
    words = [token for token in tokens if token.is_word and len(token.text) > 2]
    return len(words) >= 4 and sum(token.text.isupper() for token in words) / len(words) > 0.7
