"""Language identification for very short social messages: es, ca, gl, eu, pt, en, and the rest by name.

Four witnesses are added up as log-odds: a general identifier (py3langid, 97 languages), function words that
only one of the six languages has, spelling (``ñ``, ``l·l``, ``tx``, ``ão``…), and a prior for Spanish that
decides when a message is too short to tell.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import ArtifactError
from models.redaction.folding import fold_word
from models.redaction.normaliser import fold
from models.yaml_files import read_yaml

SUPPORTED = ("es", "ca", "gl", "eu", "pt", "en")
OTHERS = (
    "fr",
    "it",
    "de",
    "nl",
    "ro",
    "pl",
    "ru",
    "uk",
    "bg",
    "ar",
    "fa",
    "he",
    "zh",
    "ja",
    "ko",
    "tr",
    "sv",
    "hu",
    "el",
    "hi",
    "la",
    "cs",
    "da",
    "fi",
    "ur",
    "bn",
    "vi",
)
PRIOR: Mapping[str, float] = {"es": 2.0, "ca": -0.3, "gl": -0.8, "eu": -0.3, "pt": -0.3, "en": -0.2}
OTHER_PRIOR = -3.5
GENERAL_WEIGHT = 0.12
"""Of py3langid's log-probabilities, which are far too sure of themselves on short text."""
WORD_WEIGHT = 2.2
SPELLING_WEIGHT = 1.2
MIN_WORDS_OTHER = 4
"""Below this many words a language outside the six needs its own script to be believed."""
WORDS_FILE = Path(__file__).parent / "language_words.yaml"
SHARED_WEIGHT = 0.3
SCRIPT_PRIOR = 8.0
"""Of the first language of a script, over its neighbours."""
MAX_CHARACTERS = 2000

_NOISE = re.compile(r"\[[A-ZÑ][A-ZÑ_]*_[\w•]+\]|https?://\S+|www\.\S+|\S+@\S+|[@#][\w.]+|\S*\d\S*")
_SPACED = re.compile(r"(?<!\w)\w(?: \w){3,}(?!\w)")
_SHOUTED = re.compile(r"(?<![^\W\d_])(?:(?![\d_])[^\Wa-zà-öø-ÿ]){3,}(?![^\W\d_])")
"""Words in capitals: the general identifier knows languages by their small letters."""
_WORD = re.compile(r"[^\W\d_]+(?:['’·-][^\W\d_]+)*")
_SCRIPTS = {
    "CYRILLIC": ("ru", "uk", "bg"),
    "ARABIC": ("ar", "fa", "ur"),
    "HEBREW": ("he",),
    "CJK": ("zh",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "GREEK": ("el",),
    "DEVANAGARI": ("hi",),
    "BENGALI": ("bn",),
}


class _Spelling(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: re.Pattern[str]
    weights: dict[str, float]


class _WordFile(BaseModel):
    """language_words.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[str, str]
    others: dict[str, str]
    spelling: tuple[_Spelling, ...]


class _General(Protocol):
    """The part of py3langid's identifier in use."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Return languages with log-probabilities, best first."""
        ...


@dataclass(frozen=True, slots=True)
class LanguageMarks:
    """Function words by language, those that several languages share, and weighed spellings."""

    words: Mapping[str, frozenset[str]]
    shared: frozenset[str]
    others: Mapping[str, frozenset[str]]
    spelling: tuple[tuple[re.Pattern[str], Mapping[str, float]], ...]


def load_marks(path: Path = WORDS_FILE) -> LanguageMarks:
    """Read the word file. Raises ArtifactError naming the file and the field."""
    try:
        file = _WordFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ArtifactError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    words = {code: frozenset(text.split()) for code, text in file.words.items()}
    seen = Counter(word for known in words.values() for word in known)
    return LanguageMarks(
        words=words,
        shared=frozenset(word for word, count in seen.items() if count > 1),
        others={code: frozenset(text.split()) for code, text in file.others.items()},
        spelling=tuple((item.pattern, item.weights) for item in file.spelling),
    )


class LanguageIdentifier:
    """Says which language a message is in. Holds no state between calls."""

    def __init__(self, general: _General, marks: LanguageMarks) -> None:
        self._general = general
        self._marks = marks

    @classmethod
    def load(cls) -> "LanguageIdentifier":
        """Load py3langid's model, which comes inside its wheel, and the word file. Raises ArtifactError."""
        module = import_module("py3langid.langid")
        identifier = module.LanguageIdentifier.from_model_file(module.MODEL_FILE, norm_probs=False)
        identifier.set_languages([*SUPPORTED, *OTHERS])
        return cls(identifier, load_marks())

    def identify(self, text: str) -> tuple[str, float]:
        """Return the ISO 639-1 code and a score from 0 to 1; ``und`` when there is nothing to tell from."""
        clean = _NOISE.sub(" ", fold(text[:MAX_CHARACTERS]).text).strip()
        clean = _SPACED.sub(lambda match: match.group().replace(" ", ""), clean)
        words = [word.lower() for word in _WORD.findall(clean)]
        if not words:
            return "und", 0.0
        script = _foreign_script(clean)
        general = dict(self._general.rank(_SHOUTED.sub(lambda match: match.group().lower(), clean)))
        if script:
            return max(
                script, key=lambda code: general.get(code, float("-inf")) + SCRIPT_PRIOR * (code == script[0])
            ), 0.95
        scores = self._scores(words, general)
        best = max(scores, key=lambda code: scores[code])
        return best, round(_softmax(scores)[best], 4)

    def _scores(self, words: list[str], general: Mapping[str, float]) -> dict[str, float]:
        top = max(general.values())
        scores = {
            code: PRIOR[code] + GENERAL_WEIGHT * (float(general[code]) - float(top)) for code in SUPPORTED
        }
        evidence = self._word_evidence(words)
        for code in SUPPORTED:
            scores[code] += WORD_WEIGHT * evidence[code] + SPELLING_WEIGHT * self._spelling(words, code)
        if len(words) >= MIN_WORDS_OTHER:
            known = max(evidence.values()) / len(words)
            for code in OTHERS:
                penalty = 8.0 * known * len(words) ** 0.5
                own = sum(fold_word(word) in self._marks.others.get(code, ()) for word in words)
                scores[code] = (
                    WORD_WEIGHT * own
                    + OTHER_PRIOR
                    + GENERAL_WEIGHT * 2.0 * (float(general[code]) - float(top))
                    - penalty
                    + 0.35 * min(len(words), 20)
                )
        return scores

    def _word_evidence(self, words: list[str]) -> dict[str, float]:
        """Count function words: those of one language in full, shared ones in part."""
        evidence = dict.fromkeys(SUPPORTED, 0.0)
        for word in words:
            key = fold_word(word)
            weight = SHARED_WEIGHT if key in self._marks.shared else 1.0
            for code in SUPPORTED:
                if key in self._marks.words[code]:
                    evidence[code] += weight
        return evidence

    def _spelling(self, words: list[str], code: str) -> float:
        """Add up what the spelling says for one language; each pattern counts three times at most."""
        joined = " ".join(words)
        return sum(
            weights[code] * min(3, len(pattern.findall(joined)))
            for pattern, weights in self._marks.spelling
            if code in weights
        )


def _foreign_script(text: str) -> tuple[str, ...]:
    """Return the languages of a script other than Latin, when most letters are of it."""
    letters = [char for char in text if char.isalpha()]
    counts: dict[str, int] = {}
    for char in letters:
        if not char.isascii():
            name = unicodedata.name(char, "").partition(" ")[0]
            if name in _SCRIPTS:
                counts[name] = counts.get(name, 0) + 1
    if not counts:
        return ()
    best = max(counts, key=lambda name: counts[name])
    if "HIRAGANA" in counts or "KATAKANA" in counts:
        best = "HIRAGANA"
    return _SCRIPTS[best] if sum(counts.values()) * 2 > len(letters) else ()


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    top = max(scores.values())
    weights = {code: math.exp(score - top) for code, score in scores.items()}
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}
