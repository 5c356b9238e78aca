"""Looks over a whole knowledge base for what a person should mend (`kb check`)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from knowledge_base.analysis import shingles, terms
from knowledge_base.answer import AnswerText, ApprovedAnswer
from knowledge_base.check_data import CheckData
from knowledge_base.claims import check_claims
from knowledge_base.evidence import Encoder
from knowledge_base.findings import Finding, Severity
from knowledge_base.governance import CheckLimits, Governance, RefusalCode, Room, in_force
from knowledge_base.lifecycle import State, review_day, state_of
from knowledge_base.links import Ask, check_links
from knowledge_base.loader import Scan
from knowledge_base.quantities import Figures, differing, figures
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
    figures: Figures | None = None


def check(
    scan: Scan,
    governance: Governance,
    *,
    on: date,
    encoder: Encoder | None = None,
    redactor: Redactor | None = None,
    cache: VectorCache | None = None,
    data: CheckData | None = None,
    ask: Ask | None = None,
) -> list[Finding]:
    """Everything to mend in a scanned directory, errors first.

    Args:
        scan: of ``scan_directory``; files that break the format become findings.
        governance: required roles and limits.
        on: today.
        encoder: adds closeness of meaning to the search for duplicates.
        redactor: reports personal data in the texts; none: that check is left out.
        cache: passage vectors kept on disk; used instead of ``encoder``.
        data: lexicons: adds claims, advertising, links, terms that are over, and quantities that differ.
        ask: asks the network for each address; none: they are judged by their form.
    """
    answers = scan.base.answers
    findings = [
        Finding(Severity.ERROR, "format", (), str(problem), (str(problem).split(":", 1)[0],))
        for problem in scan.problems
    ]
    for answer in answers:
        findings += _check_force(answer, governance, on)
        findings += _check_texts(answer, governance.checks)
        if redactor is not None:
            findings += _check_personal_data(answer, redactor)
        if data is not None and not answer.withdrawn:
            findings += check_claims(answer, data)
            findings += check_links(answer, data.links, on, ask)
    live = [answer for answer in answers if not answer.withdrawn]
    if cache is None and encoder is not None:
        cache = VectorCache(encoder, None)
    findings += _check_pairs(live, governance.checks, cache, data)
    placed = (_placed(finding, scan, data) for finding in findings)
    return sorted(placed, key=lambda finding: (finding.severity, finding.code, finding.answers))


def _placed(finding: Finding, scan: Scan, data: CheckData | None) -> Finding:
    """The finding with the files that it is about and what to do."""
    named = (scan.base.files[answer] for answer in finding.answers if answer in scan.base.files)
    remedy = data.remedies.get(finding.code, "") if data is not None else ""
    return replace(finding, files=finding.files or tuple(named), remedy=remedy)


def _check_force(answer: ApprovedAnswer, governance: Governance, on: date) -> Iterator[Finding]:
    refusal = in_force(answer, on, governance.required_roles)
    if refusal is not None and refusal.code is not RefusalCode.WITHDRAWN:
        severity = Severity.WARNING if refusal.code is RefusalCode.NOT_YET_VALID else Severity.ERROR
        changed = refusal.code is RefusalCode.NOT_APPROVED and any(
            approval.content not in (None, answer.seal) for approval in answer.approvals
        )
        code = "unrecorded_change" if changed else str(refusal.code)
        yield Finding(severity, code, (answer.id,), refusal.reason)
    if state_of(answer, on, governance.required_roles) in (State.APPROVED, State.IN_FORCE):
        review = review_day(answer, on, governance)
        if review < on:
            message = f"Había que revisarla antes del {review.isoformat()}."
            yield Finding(Severity.WARNING, "review_due", (answer.id,), message)
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
        channels = answer.channels or tuple(limits.channels)
        rooms = [limits.channels[channel] for channel in channels if channel in limits.channels]
        if rooms and not any(_fits(text, room) for room in rooms):
            message = f"No cabe entera en ningún canal ({language}): ni el texto corto ni el completo."
            yield Finding(Severity.ERROR, "too_long_everywhere", (answer.id,), message)
    if not answer.owner:
        yield Finding(Severity.WARNING, "no_owner", (answer.id,), "Sin responsable.")


def _fits(text: AnswerText, room: Room) -> bool:
    """Whether one of the texts fits; 0 is no limit, and where the short one has a limit it is the one used."""
    if not room.short or len(text.short) <= room.short:
        return True
    return bool(room.full) and len(text.full) <= room.full


def _check_personal_data(answer: ApprovedAnswer, redactor: Redactor) -> Iterator[Finding]:
    for language, text in answer.by_language().items():
        for part in (text.title, *text.questions, text.full, text.short, text.private or ""):
            kinds = sorted(set(redactor(part))) if part else []
            if kinds:  # the kind only: findings are printed and kept
                message = f"Posibles datos personales ({language}): {', '.join(kinds)}."
                yield Finding(Severity.WARNING, "personal_data", (answer.id,), message)
                break


def _check_pairs(
    answers: Sequence[ApprovedAnswer], limits: CheckLimits, cache: VectorCache | None, data: CheckData | None
) -> Iterator[Finding]:
    """Near-duplicates, and sentences of two answers that contradict each other, within one language."""
    for language in sorted({code for answer in answers for code in answer.by_language()}):
        held = [_hold(answer, language, data) for answer in answers if language in answer.by_language()]
        cosines = _cosines([one.text for one in held], cache)
        for i, one in enumerate(held):
            for j in range(i + 1, len(held)):
                cosine = float(cosines[i, j])
                yield from _check_pair(one, held[j], language, cosine, limits)
                if data is not None:
                    yield from _check_quantities(one, held[j], language, cosine, data)


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


def _check_quantities(
    one: _Held, other: _Held, language: str, cosine: float, data: CheckData
) -> Iterator[Finding]:
    if one.figures is None or other.figures is None:
        return
    for mine, theirs in differing(one.figures, other.figures, cosine, data.quantities):
        message = f"Cifras que no casan ({language}): «{mine}» y «{theirs}»"
        yield Finding(Severity.WARNING, "quantities_differ", (one.id, other.id), message)
        return  # one pair of sentences says enough


def _hold(answer: ApprovedAnswer, language: str, data: CheckData | None) -> _Held:
    text = answer.text_for(language)
    whole = f"{text.title}. {text.full}"
    questions = frozenset(question.casefold() for question in text.questions)
    told = None if data is None else figures(answer, language, data.quantities)
    return _Held(answer.id, whole, questions, shingles(whole), _claims(text.full, language), told)


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
