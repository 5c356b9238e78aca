"""Codes and numbers by what is said before them, and a safety net for those that nothing explains.

"pedido FV-2291834", "colegiada 48/31/07726", "Hª clínica 118.734": the nearest label phrase gives the type.
A long or mixed code without a label is masked as an order or reference number, unless its neighbours show a
price, a measure, a lot, a national drug code, a regulation or the like.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from models.redaction.code_shapes import (
    DATE,
    IPV4,
    THOUSANDS,
    UNITED,
    entity_of,
    fits_badly,
    is_code,
    is_measure,
    is_nobodys,
    is_unexplained,
)
from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_CHUNK = re.compile(r"(?<![^\W_])[#nº]{0,2}[^\W_]+(?:[-./·_&°*]+[^\W_]+)*")
_DIGITS = re.compile(r"\d{3}")
_HAS_DIGIT = re.compile(r"\d")
_JOINT = re.compile(r" ?[ /–-] ?")
_MORE_DIGITS = re.compile(r" \d{2}")
_PREFIX = re.compile(r"(?<![^\W_])(?<!-)[A-Z]{2,5} $")
_GLUED = re.compile(r"[a-z]{3,12}?(?=[xyz]?\d)")
_DEFINITE = re.compile(r"(?:n[.ºo°]{1,2}|num\.?|numero|n\.º|#|ticket|pedido|expediente) ?$")
_AFTER_COMMA = re.compile(r",\d{1,2}(?!\d)")
_EXPLAINED = re.compile(r"[ .:º°#-]{0,3}(?:n[.ºo°]{1,3} ?)?(?:[a-z]{1,3}-?)?\d[\w./-]*(?: \d[\w./-]*)?")
NET_SCORE = 0.45
LABEL_SCORE = 0.75
NEAR_LABEL_SCORE = 0.96
"""A specific label right before a code decides its type against all but a valid check digit."""
FAR_LABEL_SCORE = 0.6
"""An everyday label some words away yields to a phone's or an account's own shape."""
SECOND_SCORE = 0.58
"""After a label and its code, the next code may be of the label's type too: its own shape knows better."""
FOREIGN_SCORE = 0.65
_NEAR = re.compile(
    r"[ :.,=#()º°\n-]{0,4}(?:(?:es|era|el|la|da|is|e|con|de|del|n[.ºo°]{0,3}|num|numero|nro|europea|vista|corriente"
    r"|zenbakia|zk|medico|medica|actual|nuevo|nueva)(?![^\W_])[ :.,=#()º°-]{0,3}){0,3}"
)
_GENERIC = re.compile(r"n[.ºo°]{0,3}|num(?:ero)?|nro|no|zenbakia|zk|codi(?:go)?|referencia")
"""Words for "number": the label before them says of what."""
_FAR = "number"
"""Stands for the gap after a label that says no more than "number": it is no near label."""
DEFAULT_REACH = 40
LOOSE_LABELS = frozenset({"ORDER_ID", "PHONE_NUMBER", "CREDIT_CARD", "BANK_ACCOUNT"})
"""Labels that are everyday words; a short number after them is only taken when it is a code by its shape."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words that announce a code of one type; ``entity`` None: what follows is not personal."""

    entity: str | None
    phrases: tuple[str, ...]
    reach: int


def compile_labels(labels: Sequence[Label]) -> re.Pattern[str]:
    """Compile all label phrases into one pattern whose group name is the label's position. Raises re.error."""
    groups = (
        f"(?P<l{index}>{'|'.join(sorted(label.phrases, key=len, reverse=True))})"
        for index, label in enumerate(labels)
    )
    return re.compile(r"(?<![^\W_])(?:" + "|".join(groups) + r")(?![^\W_])")


class CodeRecognizer(Recognizer):
    """Finds labelled codes and unexplained ones."""

    def __init__(
        self, labels: Sequence[Label], innocent: Mapping[str, str], announcing: frozenset[str] = frozenset()
    ) -> None:
        self._labels = tuple(labels)
        self._announcing = announcing
        self._label = compile_labels(labels)
        self._before = re.compile(rf"(?:{innocent['before']})$")
        self._after = re.compile(innocent["after"])
        entities = sorted({label.entity for label in labels if label.entity} | {"ORDER_ID"})
        super().__init__("CodeRecognizer", entities)

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return codes with the type of their label, or as references."""
        folded = artifacts.plain
        if not _HAS_DIGIT.search(folded):
            return []
        labels = self._labels_in(folded)
        found = []
        for start, end in self._chunks(text, folded):
            prefix = self._label.match(folded, start, end)
            if prefix and folded[prefix.end() : prefix.end() + 1] in {" ", ".", ":"}:
                start = _first_alnum(folded, prefix.end(), end)
            start += 2 if folded.startswith(("nº", "n°"), start) else 0
            label, gap = self._label_of(labels, folded, start)
            glued = self._glued(folded, start, end)
            if glued is not None:
                (label, start), gap = glued, ""
            scored = self._judge(text, folded, start, end, label, gap)
            if scored is not None:
                entity, score, reason = scored
                score = min(score, SECOND_SCORE) if _DIGITS.search(gap) else score
                found.append(self.hit(entity, start, end, score, reason))
        return found

    def innocent_zones(self, text: str, folded: str) -> list[tuple[int, int]]:
        """Return the codes that a label such as "lote" or "CN" explains: no recognizer may claim them."""
        if not _HAS_DIGIT.search(folded):
            return []
        zones = []
        for match in self._label.finditer(folded):
            label = self._labels[int((match.lastgroup or "l0")[1:])]
            if label.entity is None:
                code = _EXPLAINED.match(folded, match.end())
                if code:
                    zones.append((match.start(), code.end()))
        return zones

    def _labels_in(self, folded: str) -> list[tuple[int, int, bool]]:
        """Return the labels of a text by where they end, and whether they say no more than "number".

        "n.º" after a label reads as part of it.
        """
        labels: list[tuple[int, int, bool]] = []
        for match in self._label.finditer(folded):
            number = int((match.lastgroup or "l0")[1:])
            generic = _GENERIC.fullmatch(match.group()) is not None
            if labels and generic:
                end, before, _ = labels[-1]
                if _NEAR.fullmatch(folded, end, match.start()) and self._labels[before].entity is not None:
                    number, generic = before, False
            labels.append((match.end(), number, generic))
        return labels

    def _glued(self, folded: str, start: int, end: int) -> tuple[Label, int] | None:
        """Return the label that a code is written onto ("dni47315286p"), and where the code itself starts."""
        word = _GLUED.match(folded, start, end)
        found = self._label.fullmatch(folded, start, word.end()) if word else None
        return (self._labels[int((found.lastgroup or "l0")[1:])], found.end()) if found else None

    def _chunks(self, text: str, folded: str) -> list[tuple[int, int]]:
        """Return codes with a digit; groups of digits parted by one blank, and a prefix of capitals that
        announces nothing, are joined."""
        joined: list[tuple[int, int]] = []
        for match in _CHUNK.finditer(text):
            if not _HAS_DIGIT.search(match.group()):
                continue
            start, end = match.span()
            if joined and _joins(text, joined[-1], start, end):
                joined[-1] = (joined[-1][0], end)
                continue
            prefix = _PREFIX.search(text, max(0, start - 7), start)
            if prefix and folded[prefix.start() : prefix.end() - 1] not in self._announcing:
                start = prefix.start()
            joined.append((start, end))
        return joined

    def _label_of(
        self, labels: list[tuple[int, int, bool]], folded: str, start: int
    ) -> tuple[Label | None, str]:
        """Return the nearest label before ``start`` that reaches it, and what stands between."""
        index = bisect_right(labels, (start, len(self._labels), True)) - 1
        if index < 0:
            return None, ""
        end, number, generic = labels[index]
        label = self._labels[number]
        gap = folded[end:start]
        reaches = len(gap) <= label.reach and ". " not in gap[1:] and gap.count("\n") < 2
        return (label if reaches else None), (_FAR if generic else gap)

    def _judge(
        self, text: str, folded: str, start: int, end: int, label: Label | None, gap: str
    ) -> tuple[str, float, str] | None:
        chunk = folded[start:end]
        if (label is not None and label.entity is None) or IPV4.fullmatch(chunk):
            return None
        strict = label is not None and label.entity not in LOOSE_LABELS
        if not strict and self._is_innocent(folded, start, end, chunk):
            return None
        digits = sum(char.isdigit() for char in chunk)
        amount = not strict and THOUSANDS.fullmatch(chunk)
        if amount and digits < 7 and not _DEFINITE.search(folded[max(0, start - 14) : start]):
            return None
        if (
            label is not None
            and label.entity
            and is_code(chunk, digits, 3 if strict else 4)
            and not UNITED.fullmatch(chunk)
        ):
            entity = entity_of(label.entity, chunk)
            badly = fits_badly(label.entity, entity, chunk)
            score = FOREIGN_SCORE if badly else _label_score(entity, gap, digits)
            return entity, score, f"label_{entity}"
        if is_unexplained(text[start:end], chunk, digits):
            return "ORDER_ID", NET_SCORE, "unexplained_code"
        return None

    def _is_innocent(self, folded: str, start: int, end: int, chunk: str) -> bool:
        return bool(
            is_nobodys(chunk)
            or is_measure(chunk)
            or self._before.search(folded[max(0, start - 12) : start])
            or self._after.match(folded[end : end + 16])
            or _AFTER_COMMA.match(folded[end : end + 4])
        )


def _label_score(entity: str, gap: str, digits: int) -> float:
    near = _NEAR.fullmatch(gap) is not None
    if entity in {"ORDER_ID", "PHONE_NUMBER"}:
        return LABEL_SCORE if near else FAR_LABEL_SCORE
    if entity in {"BANK_ACCOUNT", "CREDIT_CARD"}:
        return NEAR_LABEL_SCORE if near and digits >= 8 else LABEL_SCORE
    return NEAR_LABEL_SCORE if near else LABEL_SCORE


def _joins(text: str, last: tuple[int, int], start: int, end: int) -> bool:
    between = text[last[1] : start]
    if not between or len(between) > 3 or not _JOINT.fullmatch(between):
        return False
    if DATE.fullmatch(text[last[0] : last[1]]) or DATE.fullmatch(text[start:end]):
        return False
    head, tail = text[last[0] : last[1]], text[start:end]
    return (
        head[-1].isdigit()
        and tail[0].isdigit()
        and len(tail) + sum(1 for _ in islice(_HAS_DIGIT.finditer(head), 4)) >= 4
        and (len(tail) >= 2 or _MORE_DIGITS.match(text, end) is not None)
    )


def _first_alnum(folded: str, start: int, end: int) -> int:
    """Return where the code starts once its label is taken off."""
    while start < end - 1 and not folded[start].isalnum():
        start += 1
    return start
