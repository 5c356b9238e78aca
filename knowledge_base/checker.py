"""Looks over a whole knowledge base for what a person should mend (`kb check`)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np

from knowledge_base.analysis import shingles, terms
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.evidence import Encoder
from knowledge_base.governance import CheckLimits, Governance, RefusalCode, in_force
from knowledge_base.loader import Scan
from knowledge_base.quote import sentences
from knowledge_base.vector_cache import VectorCache

Redactor = Callable[[str], Sequence[str]]
"""Kinds of personal data found in a text (``PHONE_NUMBER``…); the caller brings the one of the models."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence that gives numbers."""

    text: str
    terms: frozenset[str]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is compared of an answer in one language."""

    id: str
    text: str
    questions: frozenset[str]
    shingles: frozenset[tuple[str, ...]]
    claims: tuple[_Claim, ...]


class Severity(StrEnum):
    """Errors keep an answer, or the whole base, out of service; warnings want a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; ``code`` is stable, ``message`` is for people."""

    severity: Severity
    code: str
    answers: tuple[str, ...]
    message: str


def check(
    scan: Scan,
    governance: Governance,
    *,
    on: date,
    encoder: Encoder | None = None,
    redactor: Redactor | None = None,
    cache: VectorCache | None = None,
) -> list[Finding]:
    """Everything to mend in a scanned directory, errors first.

    Args:
        scan: of ``scan_directory``; files that break the format become findings.
        governance: required roles and limits.
        on: today.
        encoder: adds closeness of meaning to the search for duplicates.
        redactor: reports personal data in the texts; none: that check is left out.
        cache: passage vectors kept on disk; used instead of ``encoder``.
    """
    answers = scan.base.answers
    findings = [Finding(Severity.ERROR, "format", (), str(problem)) for problem in scan.problems]
    for answer in answers:
        findings += _check_force(answer, governance, on)
        findings += _check_texts(answer, governance.checks)
        if redactor is not None:
            findings += _check_personal_data(answer, redactor)
    live = [answer for answer in answers if not answer.withdrawn]
    if cache is None and encoder is not None:
        cache = VectorCache(encoder, None)
    findings += _check_pairs(live, governance.checks, cache)
    return sorted(findings, key=lambda finding: (finding.severity, finding.code, finding.answers))


def _check_force(answer: ApprovedAnswer, governance: Governance, on: date) -> Iterator[Finding]:
    refusal = in_force(answer, on, governance.required_roles)
    if refusal is not None and refusal.code is not RefusalCode.WITHDRAWN:
        severity = Severity.WARNING if refusal.code is RefusalCode.NOT_YET_VALID else Severity.ERROR
        yield Finding(severity, str(refusal.code), (answer.id,), refusal.reason)
    if answer.withdrawn or answer.valid_until is None or answer.valid_until < on:
        return
    if answer.valid_until - on <= timedelta(days=governance.checks.expiring_within_days):
        yield Finding(Severity.WARNING, "expires_soon", (answer.id,), f"Caduca el {answer.valid_until}.")


def _check_texts(answer: ApprovedAnswer, limits: CheckLimits) -> Iterator[Finding]:
    for language, text in answer.by_language().items():
        if not text.questions:
            message = f"Sin preguntas de ejemplo ({language}): se encontrará peor."
            yield Finding(Severity.WARNING, "no_questions", (answer.id,), message)
        unsaid = _numbers(text.short) - _numbers(f"{text.full} {text.title} {text.private or ''}")
        if unsaid:
            message = (
                f"El texto corto ({language}) da cifras que el completo no da: {', '.join(sorted(unsaid))}."
            )
            yield Finding(Severity.WARNING, "short_differs", (answer.id,), message)
        for channel, room in limits.channels.items():
            if answer.channels and channel not in answer.channels:
                continue
            for name, length, most in (
                ("corto", len(text.short), room.short),
                ("completo", len(text.full), room.full),
            ):
                if most and length > most:
                    message = f"Texto {name} ({language}): {length} caracteres; en {channel} caben {most}."
                    yield Finding(Severity.WARNING, "too_long", (answer.id,), message)
    if not answer.owner:
        yield Finding(Severity.WARNING, "no_owner", (answer.id,), "Sin responsable.")


def _check_personal_data(answer: ApprovedAnswer, redactor: Redactor) -> Iterator[Finding]:
    for language, text in answer.by_language().items():
        for part in (text.title, *text.questions, text.full, text.short, text.private or ""):
            kinds = sorted(set(redactor(part))) if part else []
            if kinds:  # the kind only: findings are printed and kept
                message = f"Posibles datos personales ({language}): {', '.join(kinds)}."
                yield Finding(Severity.WARNING, "personal_data", (answer.id,), message)
                break


def _check_pairs(
    answers: Sequence[ApprovedAnswer], limits: CheckLimits, cache: VectorCache | None
) -> Iterator[Finding]:
    """Near-duplicates, and sentences of two answers that contradict each other, within one language."""
    for language in sorted({code for answer in answers for code in answer.by_language()}):
        held = [_hold(answer, language) for answer in answers if language in answer.by_language()]
        cosines = _cosines([one.text for one in held], cache)
        for i, one in enumerate(held):
            for j in range(i + 1, len(held)):
                yield from _check_pair(one, held[j], language, float(cosines[i, j]), limits)


def _check_pair(
    one: _Held, other: _Held, language: str, cosine: float, limits: CheckLimits
) -> Iterator[Finding]:
    ids = (one.id, other.id)
    repeated = one.questions & other.questions
    if repeated:
        message = f"La misma pregunta de ejemplo ({language}): «{min(repeated)}»."
        yield Finding(Severity.WARNING, "same_question", ids, message)
    shared = _jaccard(one.shingles, other.shingles)
    if shared >= limits.duplicate_shingles or cosine >= limits.duplicate_cosine:
        message = f"Casi iguales ({language}): {shared:.0%} de palabras comunes, coseno {cosine:.2f}."
        yield Finding(Severity.WARNING, "near_duplicate", ids, message)
    for mine in one.claims:
        for theirs in other.claims:
            if (
                mine.numbers != theirs.numbers
                and _jaccard(mine.terms, theirs.terms) >= limits.contradiction_overlap
            ):
                message = f"Cifras distintas ({language}): «{mine.text}» y «{theirs.text}»"
                yield Finding(Severity.WARNING, "numbers_differ", ids, message)


def _hold(answer: ApprovedAnswer, language: str) -> _Held:
    text = answer.text_for(language)
    whole = f"{text.title}. {text.full}"
    questions = frozenset(question.casefold() for question in text.questions)
    return _Held(answer.id, whole, questions, shingles(whole), _claims(text.full, language))


def _claims(text: str, language: str) -> tuple[_Claim, ...]:
    claims = []
    for sentence in sentences(text):
        stems = frozenset(term for term in terms(sentence, language) if not term[0].isdigit())
        if stems and _numbers(sentence):
            claims.append(_Claim(sentence, stems, _numbers(sentence)))
    return tuple(claims)


def _cosines(texts: Sequence[str], vectors_of: VectorCache | None) -> np.ndarray:
    if vectors_of is None or not texts:
        return np.zeros((len(texts), len(texts)), dtype=np.float32)
    vectors = vectors_of.encode(texts)
    return np.asarray(vectors @ vectors.T)


def _jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(text))
