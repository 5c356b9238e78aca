"""Choosing phrases for one step of a draft: by conditions first, closeness second, chance (seeded) third."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from drafting.bank import Bank, Phrase, Treatment
from drafting.closeness import Closeness
from drafting.draft import Sentence
from drafting.joining import normal
from drafting.plans import Plans, Step
from drafting.request import ComposeRequest
from drafting.situation import Labels
from drafting.slots import NAMED_ONCE, PLACES, fill

_JITTER = 0.55
"""Less than the step between two specific conditions, more than between two general ones."""
_MAIN = 0.8
"""Among phrases for one intent or another, those for the main one come first: more than chance decides."""
_FIRST = {"condolence": 4.0}
"""Purposes that come before their alternatives in a step: a death comes before anything else that is told."""
_REPEAT = {"acknowledge": 4.0, "empathy": 4.0, "thanks": 4.0, "next_step": 1.0, "time_estimate": 0.5}
"""What it costs a phrase that stands in the other draft of a pair, by role: openers give way to less specific
ones, a term only to its equals, so that no pair names two terms."""
_SLOT_BONUS = {
    "nombre": 0.6,
    "producto": 0.4,
    "codigo_seguimiento": 0.0,
    "linea_ayuda": 1.0,
    "telefono_toxicologia": 1.0,
    **dict.fromkeys(PLACES, 0.7),
}
"""A phrase that names what is known, or where to go, beats one that does not; other slots add 0.1."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that could fill a step, with how well it fits."""

    sentence: Sentence
    score: float
    words: frozenset[str]
    places: frozenset[str] = frozenset()
    """Slots of the addresses and links that it names: no draft gives the same one twice."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one draft asks of its phrases."""

    request: ComposeRequest
    labels: Labels
    language: str
    treatment: Treatment
    values: Mapping[str, str]
    sent: frozenset[str]
    """What agents already said in the thread, normalised."""
    round: int
    """0 is the best try; later rounds vary the wording."""
    beside: frozenset[str] = frozenset()
    """Sources of the draft for the other audience, read together with this one."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Ranks the phrases of the bank for a step."""

    bank: Bank
    plans: Plans
    closeness: Closeness

    def choices(self, step: Step, wanted: Wanted) -> list[Choice]:
        """Every phrase that may fill the step, best first."""
        fitting = [
            (phrase, text)
            for purpose in step.purposes
            for phrase in self.bank.phrases(wanted.language, purpose, wanted.treatment)
            if (text := self._text(phrase, wanted)) is not None
        ]
        main = frozenset(f"intent:{code[5:]}" for code in wanted.labels if code.startswith("main:"))
        nudges = self.closeness.nudges([phrase for phrase, _ in fitting], wanted.request.vector)
        salt = _salt(wanted)
        choices = [
            Choice(
                Sentence(text, phrase.source, phrase.role),
                phrase.condition.weight
                + (_MAIN if phrase.condition.names(main) else 0.0)
                + sum(_SLOT_BONUS.get(slot, 0.1) for slot in phrase.slots)
                + nudges.get(phrase.id, 0.0)
                + _FIRST.get(phrase.purpose, 0.0)
                - _repeat(phrase, wanted)
                + _chance(salt, phrase.id),
                phrase.words,
                NAMED_ONCE.intersection(phrase.slots),
            )
            for phrase, text in fitting
        ]
        return sorted(choices, key=lambda choice: (-choice.score, choice.sentence.source))

    def _text(self, phrase: Phrase, wanted: Wanted) -> str | None:
        """The phrase filled, or None when it does not fit."""
        if not phrase.ruled_out_by.isdisjoint(wanted.labels) or not phrase.condition.holds(wanted.labels):
            return None
        text = fill(phrase.text, wanted.values)
        return None if text is None or normal(text) in wanted.sent else text


def _repeat(phrase: Phrase, wanted: Wanted) -> float:
    """What it costs to say the same in both drafts of a pair; advice on safety stays the same in both."""
    return _REPEAT.get(phrase.role, 0.0) if phrase.source in wanted.beside else 0.0


def _salt(wanted: Wanted) -> int:
    """Of one message and round, well spread: messages numbered in a row must not choose alike."""
    key = f"{wanted.request.seed}:{wanted.round}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=4).digest(), "big")


def _chance(salt: int, phrase_id: str) -> float:
    """The same for one message and phrase, different from message to message."""
    # Multiplied by 2^32 over the golden ratio (Knuth): a checksum alone is linear, and would keep the order.
    mixed = ((zlib.crc32(phrase_id.encode()) ^ salt) * 2_654_435_761) & 0xFFFFFFFF
    return _JITTER * mixed / 0xFFFFFFFF
