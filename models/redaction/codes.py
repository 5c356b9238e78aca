"""Codes and numbers by what is said before them, and a safety net for those that nothing explains.

"pedido FV-2291834", "colegiada 48/31/07726", "Hª clínica 118.734": the nearest label phrase gives the type.
A long or mixed code without a label is masked as an order or reference number, unless its neighbours show a
price, a measure, a lot, a national drug code, a regulation or the like.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.redaction.phones import COMPANY_LINES
from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_CHUNK = re.compile(r"(?<![^\W_])[#nº]{0,2}[^\W_]+(?:[-./·_&°*]+[^\W_]+)*")
_HAS_DIGIT = re.compile(r"\d")
_JOINT = re.compile(r" ?[ /–-] ?")
_PREFIX = re.compile(r"(?<![^\W_])[A-Z]{2,5} $")
_DATE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})|(?:19|20)\d\d[-/]\d{2}[-/]\d{2}|\d{1,2}/\d{1,2}|(?:19"
    r"|20)\d\d|(?:0?[1-9]|1[0-2])[-/.](?:20)\d\d|20\d\d[-/](?:0[1-9]|1[0-2]|20\d\d)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_DEFINITE = re.compile(r"(?:n[.ºo°]{1,2}|num\.?|numero|n\.º|#|ticket|pedido|expediente) ?$")
_PROMOTION = re.compile(r"[a-z]{4,}\d{2,3}")
_VERSION = re.compile(r"\d{1,2}(?:\.\d{1,4}){2,4}")
_TIME = re.compile(r"\d{1,2}[.:h]\d{2}h?")
_UNITED = re.compile(
    r"\d+(?:mg|g|gr|ml|l|kg|cm|mm|h|hs|hrs|min|x\d+|x|k|º|ª|er|ero|do|ta|th|st|nd|rd|d|p|m|am|pm|eur"
    r"|ui|ug|mcg|s|a|€|ko|an|etan|tik|etik|ra|ean|n|rekin)"
)
_SPACE_LETTERS = re.compile(r"[a-z]+\d{1,3}[a-z]*|\d{1,2}[a-z]+\d?")
_AFTER_COMMA = re.compile(r",\d{1,2}(?!\d)")
_EXPLAINED = re.compile(r"[ .:º°#-]{0,3}(?:n[.ºo°]{1,3} ?)?(?:[a-z]{1,3}-?)?\d[\w./-]*(?: \d[\w./-]*)?")
NET_SCORE = 0.45
LABEL_SCORE = 0.75
NEAR_LABEL_SCORE = 0.96
"""A specific label right before a code decides its type against all but a valid check digit."""
FAR_LABEL_SCORE = 0.6
"""An everyday label some words away yields to a phone's or an account's own shape."""
FOREIGN_SCORE = 0.65
_NEAR = re.compile(
    r"[ :.,=#()º°\n-]{0,4}(?:(?:es|era|el|la|da|is|e|con|de|del|n[.ºo°]{0,3}|num|numero|nro|europea|vista|corriente"
    r"|zenbakia|medico|medica|actual|nuevo|nueva)(?![^\W_])[ :.,=#()º°-]{0,3}){0,3}"
)
_GENERIC = re.compile(r"n[.ºo°]{0,3}|num(?:ero)?|nro|no|zenbakia|codi(?:go)?|referencia")
"""Words for "number": the label before them says of what."""
_FAR = "number"
"""Stands for the gap after a label that says no more than "number": it is no near label."""
_NIF_SHAPE = re.compile(r"(?:n?[#º])?(?=.*[a-z])[a-z]?[ .-]?\d(?:[ .·-]?\d){5,7}[ .,·/-]{0,2}[a-z]?")
_IPV4 = re.compile(r"(?:[a-z]+ )?(?:\d{1,3}\.){3}\d{1,3}")
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
    groups = (f"(?P<l{index}>{'|'.join(label.phrases)})" for index, label in enumerate(labels))
    return re.compile(r"(?<![^\W_])(?:" + "|".join(groups) + r")(?![^\W_])")


class CodeRecognizer(Recognizer):
    """Finds labelled codes and unexplained ones."""

    def __init__(self, labels: Sequence[Label], innocent: Mapping[str, str]) -> None:
        self._labels = tuple(labels)
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
        for start, end in _chunks(text):
            prefix = self._label.match(folded, start, end)
            if prefix and folded[prefix.end() : prefix.end() + 1] in {" ", ".", ":"}:
                start = _first_alnum(folded, prefix.end(), end)
            label, gap = self._label_of(labels, folded, start)
            scored = self._judge(text, folded, start, end, label, gap)
            if scored is not None:
                entity, score, reason = scored
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
        if (label is not None and label.entity is None) or _IPV4.fullmatch(chunk):
            return None
        strict = label is not None and label.entity not in LOOSE_LABELS
        if not strict and self._is_innocent(folded, start, end, chunk):
            return None
        digits = sum(char.isdigit() for char in chunk)
        amount = not strict and _THOUSANDS.fullmatch(chunk)
        if amount and digits < 7 and not _DEFINITE.search(folded[max(0, start - 14) : start]):
            return None
        if label is not None and _is_code(chunk, digits, 3 if strict else 4) and not _UNITED.fullmatch(chunk):
            entity = _entity_of(label, chunk)
            score = FOREIGN_SCORE if entity != label.entity else _label_score(entity, gap, digits)
            return entity, score, f"label_{entity}"
        if _is_unexplained(text[start:end], chunk, digits):
            return "ORDER_ID", NET_SCORE, "unexplained_code"
        return None

    def _is_innocent(self, folded: str, start: int, end: int, chunk: str) -> bool:
        return bool(
            COMPANY_LINES.fullmatch(re.sub(r"\D", "", chunk))
            or _PROMOTION.fullmatch(chunk)
            or _VERSION.fullmatch(chunk)
            or (len(chunk) > 30 and chunk.isalnum())
            or self._before.search(folded[max(0, start - 12) : start])
            or self._after.match(folded[end : end + 16])
            or _AFTER_COMMA.match(folded[end : end + 4])
            or _DATE.fullmatch(chunk)
            or _TIME.fullmatch(chunk)
            or _UNITED.fullmatch(chunk)
        )


def _entity_of(label: Label, chunk: str) -> str:
    """Return the label's type; a "DNI" or "NIF" that cannot be a Spanish one is another country's."""
    foreign = label.entity == "ES_NIF" and not _NIF_SHAPE.fullmatch(chunk)
    return "NATIONAL_ID" if foreign else str(label.entity)


def _label_score(entity: str, gap: str, digits: int) -> float:
    near = _NEAR.fullmatch(gap) is not None
    if entity in {"ORDER_ID", "PHONE_NUMBER"}:
        return LABEL_SCORE if near else FAR_LABEL_SCORE
    if entity in {"BANK_ACCOUNT", "CREDIT_CARD"}:
        return NEAR_LABEL_SCORE if near and digits >= 8 else LABEL_SCORE
    return NEAR_LABEL_SCORE if near else LABEL_SCORE


def _chunks(text: str) -> list[tuple[int, int]]:
    """Return codes with a digit; groups of digits parted by one blank, and a prefix of capitals, are joined."""
    joined: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(text):
        if not _HAS_DIGIT.search(match.group()):
            continue
        start, end = match.span()
        if joined and _joins(text, joined[-1], start, end):
            joined[-1] = (joined[-1][0], end)
            continue
        prefix = _PREFIX.search(text[max(0, start - 7) : start])
        joined.append((start - len(prefix.group()) if prefix else start, end))
    return joined


def _joins(text: str, last: tuple[int, int], start: int, end: int) -> bool:
    between = text[last[1] : start]
    if not between or len(between) > 3 or not _JOINT.fullmatch(between):
        return False
    if _DATE.fullmatch(text[last[0] : last[1]]) or _DATE.fullmatch(text[start:end]):
        return False
    head, tail = text[last[0] : last[1]], text[start:end]
    return (
        head[-1].isdigit()
        and tail[0].isdigit()
        and len(re.sub(r"\D", "", head)) + len(tail) >= 4
        and len(tail) >= 2
    )


def _first_alnum(folded: str, start: int, end: int) -> int:
    """Return where the code starts once its label is taken off."""
    while start < end - 1 and not folded[start].isalnum():
        start += 1
    return start


def _is_code(chunk: str, digits: int, least: int) -> bool:
    return digits >= least or (digits >= 2 and len(chunk) >= 5 and any(char.isalpha() for char in chunk))


def _is_unexplained(original: str, chunk: str, digits: int) -> bool:
    """Whether a code without a label is an identifier by its shape."""
    letters = any(char.isalpha() for char in chunk)
    marks = any(char in "-/._·" for char in chunk)
    if letters:
        capital = any(char.isupper() for char in original)
        return digits >= 5 or (digits >= 4 and (marks or capital) and not _SPACE_LETTERS.fullmatch(chunk))
    if marks:
        return (digits >= 5 and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", chunk)) or digits >= 7
    return digits >= 5
