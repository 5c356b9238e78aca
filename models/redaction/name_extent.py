"""Where a name ends: surnames, particles, initials, a nickname in quotation marks."""

import re
from collections.abc import Sequence

from models.redaction.name_words import PARTICLES, NameWords
from models.redaction.person_cues import HONORIFICS
from models.redaction.tokens import Token

_ABBREVIATED = re.compile(r"(?:M\.?ª|Mª|Ma|Fco|Fdez|Hdez|Rguez|Glez|Mtnez|Ant|[A-Z]|Y\.?ª)\.?")
_AND = frozenset({"y", "e", "i"})
MAX_TOKENS = 9


def last_token(words: NameWords, tokens: Sequence[Token], index: int, shouting: bool) -> int:
    """Return the index of the last token of the name that starts at ``index``."""
    last, step = index, index + 1
    capital = tokens[index].is_capital
    while step < len(tokens) and step - index < MAX_TOKENS:
        token = tokens[step]
        abbreviation = token.text == "." and _ABBREVIATED.fullmatch(tokens[step - 1].text)
        if abbreviation or (token.is_word and _continues(words, tokens, step, capital, shouting)):
            last = step
        elif not (_particle_joins(words, tokens, step, capital) or _quotes_nickname(tokens, step)):
            break
        step += 1
    return last


def _continues(words: NameWords, tokens: Sequence[Token], step: int, capital: bool, shouting: bool) -> bool:
    token, key = tokens[step], tokens[step].key
    if key in PARTICLES or key in HONORIFICS:
        return False
    if len(key) == 1:
        following = tokens[step + 1] if step + 1 < len(tokens) else None
        return token.is_capital and (following is None or not following.is_word or following.is_capital)
    if token.is_capital and capital:
        return not shouting or words.lists.is_name(key)
    if capital and not token.is_capital:
        return False
    return words.lists.is_name(key) and not words.is_common(key)


def _particle_joins(words: NameWords, tokens: Sequence[Token], step: int, capital: bool) -> bool:
    """Whether particles here lead to one more name: "de la Hoz", "i Terricabras", but not "y Ana"."""
    after = step
    while after < len(tokens) and tokens[after].key in PARTICLES and after - step < 3:
        after += 1
    if after == step or after >= len(tokens) or not tokens[after].is_capital or not capital:
        return False
    key = tokens[after].key
    full = _has_two_words(tokens, step)
    if key in words.lists.places:
        return full and tokens[step].key in {"de", "del"}
    if tokens[step].key in _AND and after == step + 1:
        family = key in words.lists.surnames or words.is_unknown(key)
        return full and family and key not in words.lists.given
    long_particle = step + 1 < after and len(key) > 1
    surname_before = tokens[step - 1].key in words.lists.surnames
    return words.lists.is_name(key) or long_particle or key == "o" or full or surname_before


def _has_two_words(tokens: Sequence[Token], step: int) -> bool:
    return step >= 2 and tokens[step - 1].is_capital and tokens[step - 2].is_capital


def _quotes_nickname(tokens: Sequence[Token], step: int) -> bool:
    """Whether a quotation mark opens or closes one capitalised word inside a name."""
    opens = step + 2 < len(tokens) and tokens[step + 1].is_capital and tokens[step + 2].text == '"'
    closes = tokens[step - 2].text == '"' and step + 1 < len(tokens) and tokens[step + 1].is_capital
    return tokens[step].text == '"' and (opens or closes)
