"""Finds the orders to the software in a message: lexicon, words and vectors together."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.understanding.encoding import MessageReader
from models.understanding.lexicon import Lexicon
from models.understanding.order_edges import Score, Stretch
from models.understanding.order_judge import OrderJudge
from models.understanding.orders import stretches
from models.understanding.signals import NEEDS_EXPERT
from models.vocabulary import SignalCode

SURELY = 2.5
"""What the surest piece of a message may lack when the message as a whole was taken for an attack."""

ALONE = 0.5
"""What a piece must have beyond the limit when nothing else speaks for an attack; by hand on dev."""


@dataclass(frozen=True, slots=True)
class OrderFinder:
    """Asks the encoder only of messages whose words are suspicious, or that were taken for an attack as a whole."""

    lexicon: Lexicon
    judge: OrderJudge
    reader: MessageReader

    def find(self, text: str, *, signalled: bool) -> tuple[Stretch, ...]:
        """Stretches that are orders, in order and apart.

        Args:
            signalled: whether the message as a whole was taken for an attack; then its surest piece is one, too.
        """
        cues = self.lexicon.places(text, (SignalCode.PROMPT_INJECTION,))
        suspicious, likely = self.judge.suspects(text, cues)
        if not (suspicious or signalled):
            return ()
        score = self._score(text, cues)
        # A stretch with a cue of a danger is never left out as an order.
        dangers = [start for start, _ in self.lexicon.places(text, NEEDS_EXPERT)]
        found: tuple[Stretch, ...] = ()
        for lowest in (0.0, -SURELY) if signalled else (ALONE,):
            found = found or stretches(
                text,
                cues,
                dangers=dangers,
                openers=self.lexicon.order_openers,
                score=score,
                likely=likely,
                limit=lowest,
            )
        return found

    def _score(self, text: str, cues: Sequence[Stretch]) -> Score:
        """Scores of stretches of a text; each is read once."""
        known: dict[Stretch, float] = {}

        def score(asked: Sequence[Stretch]) -> list[float]:
            new = [part for part in dict.fromkeys(asked) if part not in known]
            if new:
                pieces = [text[start:end] for start, end in new]
                inside = [[(a - start, b - start) for a, b in cues if start <= a < end] for start, end in new]
                values = self.judge.scores(pieces, inside, self.reader.read(pieces)[0])
                known.update(zip(new, values, strict=True))
            return [known[part] for part in asked]

        return score
