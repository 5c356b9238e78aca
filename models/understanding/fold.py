"""Folds a message into plain tokens, so that one pattern fits the ways people type the same words.

Folding is for matching only: lower case, no accents, chat abbreviations spelled out, stretched and leet
letters undone, invisible characters read. Each token keeps its place in the original text.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

STOP = "."
"""Token of the end of a sentence. Gaps of patterns and negations do not cross it."""
PAUSE = ","
QUOTE = '"'

_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+|[^\W_]+|\S")
_MIXED = re.compile(
    r"(?<![^\W_])(?!\d+(?:mg|mcg|ug|ml|cl|l|g|gr|kg|h|hs|hrs|min|cm|mm|m|ui)(?![^\W_]))"
    r"(?:[a-z]+[013457]|[013457]+[a-z])[a-z013457]*(?![^\W_])",
    re.IGNORECASE,
)
"""Words of letters and of digits that stand for letters; not an amount with its unit (``500mg``)."""
_DIGIT_WITHIN = re.compile(r"[a-z][013457]+[a-z]", re.IGNORECASE)
_LEET_WORDS = 3
"""Fewer words with a digit between letters are no way of writing; references (``D3``, ``L24``) have none."""
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_LAUGHTER = re.compile(r"k{3,}|(?:rs){2,}|a*(?:j+a+){2,}j*|a*(?:h+a+){2,}h*|(?:je){2,}j?|(?:ji){2,}j?")
_LEET = str.maketrans("013457", "oieast")
_LOOKALIKES = str.maketrans("аеоѕіјрсухԁһӏνορακιυ", "aeosijpcyxdhlvopakiu")
"""Cyrillic and Greek letters that look like Latin ones; each for one, so that places stay."""
_DISGUISED = re.compile(r"(?<![^\W\d_])(?=[^\W\d_]*[a-z])(?=[^\W\d_]*[аеоѕіјрсухԁһӏνορακιυ])[^\W\d_]+")
_STOPS = frozenset(".!?;:…¡¿\n")
_QUOTES = frozenset('"“”«»„')
_PAUSES = frozenset(",()[]{}—–-/|")
_DROPPED = frozenset("'’`´*_~")

ABBREVIATIONS: Mapping[str, str] = {
    "q": "que", "k": "que", "ke": "que", "qe": "que", "xq": "porque", "pq": "porque", "porq": "porque",
    "xk": "porque", "x": "por", "d": "de", "tb": "tambien", "tmb": "tambien", "tbn": "tambien",
    "toy": "estoy", "toi": "estoy", "pa": "para", "xa": "para", "pal": "para el", "bb": "bebe",
    "m": "me", "t": "te", "s": "se", "tdo": "todo", "tda": "toda", "tdos": "todos", "tdas": "todas",
    "aki": "aqui", "vcs": "voces", "vc": "voce", "nao": "no", "non": "no", "ayudaa": "ayuda",
    "dsd": "desde", "dsde": "desde", "cn": "con", "muxo": "mucho", "mxo": "mucho", "kiero": "quiero",
    "kero": "quiero", "qiero": "quiero", "stoy": "estoy", "sta": "esta", "ta": "esta",
    "pastis": "pastillas", "pasti": "pastilla", "pastilas": "pastillas", "nma": "nada mas", "tngo": "tengo",
    "hrs": "horas", "min": "minutos", "mins": "minutos", "tmp": "tampoco", "urg": "urgencias",
}  # fmt: skip
"""How chats shorten words. Portuguese and Galician ``não``, ``non`` are read as ``no``: one negator."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Tokens joined by single spaces (``line``, with one at the end), and where each came from."""

    line: str
    starts: tuple[int, ...]
    """Offset of each token in ``line``."""
    sources: tuple[int, ...]
    """Offset of each token in the original text."""
    hidden: bool
    """The text carried invisible tag characters that spell something."""

    @property
    def tokens(self) -> list[str]:
        """The tokens, in order."""
        return self.line.split()

    def token_at(self, position: int) -> int:
        """Index of the token that holds an offset in ``line``."""
        return bisect_right(self.starts, position) - 1


def fold(text: str) -> Folded:
    """Fold a text. Never fails: what is neither word nor sign becomes a token of its own."""
    plain, places, hidden = _plain(text)
    plain = without_leet(plain)
    tokens: list[tuple[str, int]] = []
    for found in _TOKEN.finditer(plain):
        for token in _spell(found.group()).split():
            if token in (STOP, PAUSE) and (not tokens or tokens[-1][0] == token):
                continue
            tokens.append((token, places[found.start()]))
    starts, position = [], 0
    for token, _ in tokens:
        starts.append(position)
        position += len(token) + 1
    line = "".join(f"{token} " for token, _ in tokens)
    return Folded(line, tuple(starts), tuple(place for _, place in tokens), hidden)


def without_leet(text: str) -> str:
    """The text with the digits of its words read as letters, one for one, where several words are written so."""
    if sum(_DIGIT_WITHIN.search(word) is not None for word in _MIXED.findall(text)) < _LEET_WORDS:
        return text
    return _MIXED.sub(lambda found: found.group().translate(_LEET), text)


def fold_words(words: str) -> str:
    """Fold the literal words of a pattern the way texts are folded."""
    plain, _, _ = _plain(words)
    return " ".join(_spell(found.group()) for found in _TOKEN.finditer(plain))


def _plain(text: str) -> tuple[str, list[int], bool]:
    """Lower case without accents; each character with its place in the original; invisible text read."""
    out: list[str] = []
    places: list[int] = []
    hidden = 0
    flag_sequence = False
    for place, char in enumerate(text):
        code = ord(char)
        if 0xE0020 <= code <= 0xE007E:  # tag characters: part of a flag (after U+1F3F4), or hidden text
            if flag_sequence:
                continue
            hidden += 1
            char = chr(code - 0xE0000)
        else:
            flag_sequence = code == 0x1F3F4
        for folded in _fold_char(char):
            out.append(folded)
            places.append(place)
    plain = _DISGUISED.sub(lambda found: found.group().translate(_LOOKALIKES), "".join(out))
    return (plain, places, hidden > 3)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _STOPS:
        return f"{STOP}"
    if char in _QUOTES:
        return QUOTE
    if char in _DROPPED:
        return " "
    kept = [c for c in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(c)]
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cc", "Mn") or c in "\t")


def _spell(piece: str) -> str:
    if len(piece) == 1 and not piece.isalnum():
        return PAUSE if piece in _PAUSES else piece
    if _LAUGHTER.fullmatch(piece):
        return "jaja"
    piece = _STRETCHED.sub(r"\1", piece)
    return ABBREVIATIONS.get(piece, piece)
