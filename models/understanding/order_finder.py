"""Finds the orders to the software in a message: lexicon, words and their context together."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.understanding.encoding import MessageReader
from models.understanding.lexicon import Lexicon
from models.understanding.order_edges import Stretch
from models.understanding.order_judge import OrderJudge
from models.understanding.orders import stretches
from models.understanding.signals import NEEDS_EXPERT
from models.vocabulary import SignalCode

SIGNALLED = 2.0
"""Log-odds that all words gain when the message as a whole was taken for an attack and no order was found in it."""


@dataclass(frozen=True, slots=True)
class OrderFinder:
    """Asks the encoder only of messages whose words are suspicious, or that were taken for an attack as a whole."""

    lexicon: Lexicon
    judge: OrderJudge
    reader: MessageReader

    def find(self, text: str, *, signalled: bool, cued: bool = True) -> tuple[Stretch, ...]:
        """Stretches that are orders, in order and apart.

        Args:
            signalled: whether the message as a whole was taken for an attack; then less is needed.
            cued: False where the lexicon is known to have no cue of an order in it.
        """
        cues = self.lexicon.places(text, (SignalCode.PROMPT_INJECTION,)) if cued else ()
        found = self._cut(text, cues, leaning=0.0)
        return found or (self._cut(text, cues, leaning=SIGNALLED) if signalled else ())

    def _cut(self, text: str, cues: Sequence[Stretch], *, leaning: float) -> tuple[Stretch, ...]:
        orders = self.judge.orders(text, cues, self.reader.states, leaning=leaning)
        if not (orders or cues):
            return ()
        # A stretch with a cue of a danger is never left out as an order.
        dangers = [start for start, _ in self.lexicon.places(text, NEEDS_EXPERT)]
        return stretches(text, cues, orders, dangers=dangers, openers=self.lexicon.order_openers)
