"""Tells plainly general questions ("¿se puede usar durante el embarazo?") from what is told of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.redaction.tokens import Token

_ENDS = frozenset(".!?¿¡;…")
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class GeneralRules:
    """Folded words. A sentence with a phrase of ``questions`` is general, unless one of ``personal`` stands in
    it; one of ``owners`` anywhere in the message makes all of it personal. ``polite`` words after a personal
    one take it back ("me podéis decir", "mi pedido")."""

    questions: frozenset[tuple[str, ...]]
    owners: frozenset[str]
    personal: frozenset[str]
    polite: frozenset[str]

    def told_of_somebody(self, keys: Sequence[str]) -> bool:
        """Whether the message says that somebody has or had something."""
        return any(key in self.owners for key in keys)

    def holds(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        """Whether the sentence around a term is a general question."""
        start, end = first, last + 1
        while start > 0 and not _ends(tokens[start - 1]):
            start -= 1
        while end < len(tokens) and not _ends(tokens[end]):
            end += 1
        keys = [token.key for token in tokens[start:end]]
        if any(self._is_personal(keys, index) for index in range(len(keys))):
            return False
        return any(
            tuple(keys[index : index + size]) in self.questions
            for index in range(len(keys))
            for size in range(1, _LONGEST + 1)
        )

    def _is_personal(self, keys: Sequence[str], index: int) -> bool:
        following = keys[index + 1] if index + 1 < len(keys) else ""
        return keys[index] in self.personal and following not in self.polite


def _ends(token: Token) -> bool:
    return token.kind == "line" or token.text in _ENDS
