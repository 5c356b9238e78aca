"""The small pattern language of the lexicons, compiled to regular expressions over folded tokens.

``word`` is that word; ``word*`` any ending; ``(a|b c|d*)`` one of several; a trailing ``?`` makes a word or
a group optional; ``#`` is any number; ``...`` skips up to four words and ``..7`` up to seven, never past
the end of a sentence; ``{name}`` is a group declared in the file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.understanding.fold import fold_words

GAP = 4
_ELEMENT = re.compile(r"\([^()]*\)\??|\.\.(?:\.|\d+)|[^\s()]+")
_GROUP = re.compile(r"\{([a-z0-9_]+)\}")
KEY = 3
"""Length of the word starts that the index of patterns is looked up by."""


class PatternError(ValueError):
    """A pattern that cannot be compiled. The message says why."""


@dataclass(slots=True)
class Pattern:
    """A pattern, and the word starts (at most three letters) that it can begin with."""

    source: str
    """As a regular expression."""
    keys: frozenset[str]
    _compiled: re.Pattern[str] | None = None

    @property
    def regex(self) -> re.Pattern[str]:
        """Compiled when first needed: of some thousands most never are, and all of them would take a second."""
        if self._compiled is None:
            self._compiled = re.compile(self.source)
        return self._compiled


@dataclass(frozen=True, slots=True)
class _Element:
    regex: str
    keys: frozenset[str]
    optional: bool


def expand(pattern: str, groups: Mapping[str, tuple[str, ...]], depth: int = 0) -> str:
    """Put declared groups in the place of their names."""
    if depth > 3:
        raise PatternError(f"groups nested too deeply in {pattern!r}")

    def alternatives(found: re.Match[str]) -> str:
        if found.group(1) not in groups:
            raise PatternError(f"unknown group {found.group(1)!r}")
        options = [expand(option, groups, depth + 1) for option in groups[found.group(1)]]
        flat = [o[1:-1] if o.startswith("(") and o.endswith(")") else o for o in options]
        if any(set(option) & set("()?.") for option in flat):
            raise PatternError(f"group {found.group(1)!r} may hold words only")
        return "(" + "|".join(flat) + ")"

    return _GROUP.sub(alternatives, pattern)


def compile_pattern(pattern: str, groups: Mapping[str, tuple[str, ...]] | None = None) -> Pattern:
    """Make a pattern of its source. Raises PatternError when it is empty or does not begin with a word."""
    expanded = expand(pattern, groups or {})
    if set(_ELEMENT.sub("", expanded)) & set("()"):
        raise PatternError(f"{pattern!r} has a bracket too many or nested (or an unquoted # cut it short)")
    elements = [_element(found.group()) for found in _ELEMENT.finditer(expanded)]
    if not elements or not elements[0].keys:
        raise PatternError(f"{pattern!r} must begin with a word")
    keys: set[str] = set()
    for element in elements:
        keys |= element.keys
        if not element.optional:
            break
    else:
        raise PatternError(f"{pattern!r} is all optional")
    return Pattern("".join(element.regex for element in elements), frozenset(keys))


def _element(source: str) -> _Element:
    if source.startswith(".."):
        most = GAP if source == "..." else int(source[2:])
        return _Element(rf"(?:(?!\. )[^ ]+ ){{0,{most}}}?", frozenset(), optional=False)
    optional = source.endswith("?")
    body = source.removesuffix("?")
    options = body[1:-1].split("|") if body.startswith("(") else [body]
    sequences = [_sequence(option) for option in options if option.strip()]
    if not sequences:
        raise PatternError(f"empty group in {source!r}")
    regex = "(?:" + "|".join(regex for regex, _ in sequences) + ")" + ("?" if optional else "")
    return _Element(regex, frozenset(key for _, key in sequences), optional)


def _sequence(words: str) -> tuple[str, str]:
    """A run of words as a regex, and the start that it is looked up by."""
    atoms = [_atom(word) for word in words.split()]
    return "".join(regex for regex, _ in atoms), atoms[0][1]


def _atom(word: str) -> tuple[str, str]:
    if word == "#":
        return r"\d[\d.,:/]* ", "#"
    prefix = word.endswith("*")
    folded = fold_words(word.removesuffix("*"))
    if not folded:
        raise PatternError(f"{word!r} folds to nothing")
    first = folded.split()[0]
    regex = re.escape(folded) + ("[^ ]* " if prefix else " ")
    if prefix and len(folded) < KEY:
        if len(folded) < KEY - 1:
            raise PatternError(f"{word!r} is too short for an open ending")
        return regex, f"{folded}*"
    return regex, first[:KEY]


def keys_of(token: str) -> tuple[str, ...]:
    """Keys under which patterns that may begin with this token are looked up."""
    keys = (token[:KEY], f"{token[: KEY - 1]}*")
    return (*keys, "#") if token[0].isdigit() else keys
