"""What the name lists and the neighbours say of a token."""

from collections.abc import Sequence

from models.redaction.gazetteer import Gazetteer
from models.redaction.tokens import Token

PARTICLES = frozenset(
    """de del la las los y i e da do das dos von van ap el al""".split()  # noqa: SIM905
)
_BASQUE_ENDINGS = ("ek", "k", "ri", "i", "ren", "rekin", "rentzat", "en", "ekin", "entzat", "s")
"""Case endings glued to Basque names ("Amaiak", "Andoniri"), and the plural ("Begoñas")."""
_OPENERS = frozenset({".", "!", "?", "¡", "¿", "…", "(", "«", '"', "“", "-", ":", "*", "•"})
_CLOSERS = frozenset({".", "!", "?", "\n", ","})
MAX_SIGNATURE = 8
"""Words of a signature at most."""


class NameWords:
    """Judges words by the gazetteer and by where they stand."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.lists = gazetteer

    def is_given(self, key: str) -> bool:
        """Whether a word is a given name, a compound of one, or one with a Basque case ending."""
        if key in self.lists.given:
            return True
        if len(key) > 4 and key.endswith(_BASQUE_ENDINGS) and key not in self.lists.common:
            bases = {key[: -len(ending)] for ending in _BASQUE_ENDINGS if key.endswith(ending)}
            return any(len(base) > 3 and base in self.lists.given for base in bases)
        head, dash, tail = key.partition("-")
        return bool(dash and tail) and head in self.lists.given

    def is_common(self, key: str) -> bool:
        """Whether a word is an everyday word or may be one."""
        return key in self.lists.common or key in self.lists.ambiguous

    def is_sure_surname(self, key: str) -> bool:
        """Whether a word is a surname and nothing else."""
        return key in self.lists.surnames and not self.is_common(key)

    def is_unknown(self, key: str) -> bool:
        """Whether no list explains a word as anything but a name."""
        singulars = {key, key.removesuffix("s"), key.removesuffix("es")}
        known = key in self.lists.places or key in self.lists.before_places
        return len(key) > 2 and not known and not singulars & self.lists.common

    def follows_surname(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the next word, past particles, reads as a surname in the same case as this one."""
        step = index + 1
        while step < len(tokens) and tokens[step].key in PARTICLES and step - index < 4:
            step += 1
        if step >= len(tokens) or not tokens[step].is_word:
            return False
        token, key = tokens[step], tokens[step].key
        if tokens[index].is_capital:
            named = self.lists.is_name(key) or key not in self.lists.common
            return token.is_capital and key not in self.lists.places and named
        if token.is_capital or step > index + 1:
            return False
        known = key in self.lists.surnames or (key in self.lists.given and len(key) >= 4)
        return known and not self.is_common(key)

    def after_place_word(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the token belongs to "Farmacia X", "calle de la X", "San X"."""
        previous = index - 1
        while previous > 0 and tokens[previous].key in {"de", "del", "la", "los", "las", "el"}:
            previous -= 1
        return previous >= 0 and tokens[previous].is_word and tokens[previous].key in self.lists.before_places


def alone_on_line(tokens: Sequence[Token], index: int) -> bool:
    """Whether capitalised words from here to the end of the line stand alone: a signature."""
    step = index + 1
    while step < len(tokens) and step - index < MAX_SIGNATURE and _in_signature(tokens[step]):
        step += 1
    ends_line = step >= len(tokens) or tokens[step].kind == "line"
    if not ends_line or index == 0:
        return False
    before = tokens[index - 1]
    return before.kind == "line" or (step >= len(tokens) - 1 and before.text in _CLOSERS)


def _in_signature(token: Token) -> bool:
    return token.is_capital or token.key in PARTICLES or token.text == "."


def starts_sentence(tokens: Sequence[Token], index: int) -> bool:
    """Whether a capital may be due to the place in the sentence alone."""
    if index == 0:
        return True
    before = tokens[index - 1]
    emoji = before.kind == "mark" and not before.text.isascii()
    return before.kind == "line" or before.text in _OPENERS or emoji


def is_shouting(tokens: Sequence[Token]) -> bool:
    """Whether most words are in capitals, so that a capital says nothing."""
    words = [token for token in tokens if token.is_word and len(token.text) > 2]
    return len(words) >= 4 and sum(token.text.isupper() for token in words) / len(words) > 0.7
