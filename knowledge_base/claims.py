"""Finds claims that need the medical department, and prescription medicines praised or sold."""

from collections.abc import Iterator

from knowledge_base.answer import AnswerText, ApprovedAnswer
from knowledge_base.check_data import CheckData
from knowledge_base.findings import Finding, Severity
from knowledge_base.quote import sentences


def check_claims(answer: ApprovedAnswer, data: CheckData) -> Iterator[Finding]:
    """At most one finding of each kind a language: the first sentence at fault is shown."""
    approved = {approval.role for approval in answer.approvals}
    for language, text in answer.by_language().items():
        if data.medical_claims.role not in approved:
            claim = _first_claim(text, language, data)
            if claim is not None:
                sentence, words = claim
                message = f"Afirmación de salud sin aprobación médica ({language}): «{words}» en «{sentence}»"
                yield Finding(Severity.ERROR, "medical_claim", (answer.id,), message)
        praised = _first_praised(text, language, data)
        if praised is not None:
            sentence, brand, words = praised
            message = (
                f"Publicidad de un medicamento con receta ({language}): {brand}, «{words}», en «{sentence}»"
            )
            yield Finding(Severity.ERROR, "prescription_advertising", (answer.id,), message)


def _first_claim(text: AnswerText, language: str, data: CheckData) -> tuple[str, str] | None:
    for sentence in _said(text):
        words = data.medical_claims.find(sentence, language)
        if words:
            return sentence, words.strip()
    return None


def _first_praised(text: AnswerText, language: str, data: CheckData) -> tuple[str, str, str] | None:
    """A sentence that praises a brand, or follows the one that names it."""
    rules = data.prescription_advertising
    named: str | None = None
    for part in (text.title, text.short, text.full, text.private or ""):
        named = None
        for sentence in sentences(part):
            match = rules.brand.search(sentence)
            brand = match.group() if match else named
            if brand:
                words = rules.find(
                    rules.brand.sub(lambda found: " " * len(found.group()), sentence), language
                )
                if words:
                    return sentence, brand, words.strip()
            named = match.group() if match else None
    return None


def _said(text: AnswerText) -> Iterator[str]:
    for part in (text.title, text.short, text.full, text.private or ""):
        yield from sentences(part)
