"""Tells plainly general questions ("¿se puede usar durante el embarazo?") from what is told of somebody."""

from bisect import bisect_left, bisect_right
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

    def holds(self, keys: Sequence[str]) -> bool:
        """Whether a sentence, given by its keys, is a general question."""
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


class Sentences:
    """The sentences of one text, each judged once: a long one may hold hundreds of terms."""

    def __init__(self, rules: GeneralRules, tokens: Sequence[Token]) -> None:
        self._rules = rules
        self._tokens = tokens
        self._ends = [index for index, token in enumerate(tokens) if _ends(token)]
        self._judged: dict[tuple[int, int], bool] = {}

    def general(self, first: int, last: int) -> bool:
        """Whether the sentence around the tokens from ``first`` to ``last`` (included) is a general question."""
        before = bisect_left(self._ends, first)
        after = bisect_right(self._ends, last)
        start = self._ends[before - 1] + 1 if before else 0
        end = self._ends[after] if after < len(self._ends) else len(self._tokens)
        known = self._judged.get((start, end))
        if known is None:
            known = self._rules.holds([token.key for token in self._tokens[start:end]])
            self._judged[(start, end)] = known
        return known


def _ends(token: Token) -> bool:
    return token.kind == "line" or token.text in _ENDS
