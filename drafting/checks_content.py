"""Rules on what a draft says: words never to be said, data asked or shown, facts without ground."""

import re
from collections.abc import Iterable, Iterator

from drafting.bank import Bank
from drafting.channels import URL
from drafting.context import Context
from drafting.draft import Draft, Sentence, Violation
from drafting.joining import split
from drafting.lexicon import Lexicon, found
from drafting.slots import CASE_SLOTS, SLOT, whole_name
from drafting.topics import fold, fold_name

_PLACEHOLDER = re.compile(r"\[[A-ZÑ][A-ZÑ_]*_[\w•]+\]|\[[A-ZÑ_]{4,}\]")
# A number with what follows it: "3 días" is not grounded by the 3 of another sentence.
_NUMBER = re.compile(r"(?<![\w-])\d+(?![\w-])(?:[.,:/ ]\d+)*(?: ?[%€$]| [^\W\d_]+)?")
_UNIT = re.compile(r" [^\W\d_]+$")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BANK_DATA = re.compile(
    r"iban|tarjeta|targeta|tarxeta|txartel|cartão|card|contrase|password|senha|diagn", re.IGNORECASE
)


def words(draft: Draft, context: Context, lexicon: Lexicon, bank: Bank) -> Iterator[Violation]:
    """Words that no draft may have, or not in this situation."""
    language = context.language or "es"
    for sentence in draft.sentences:
        quoted = sentence.source.startswith("answer:")
        for number, match in lexicon.findings(sentence.text, language, keep=_caseless(sentence, bank)):
            rule = lexicon.words[number]
            if (not rule.when or context.has(*rule.when)) and (rule.answers_too or not quoted):
                yield Violation(rule.name, rule.message, match)


def _caseless(sentence: Sentence, bank: Bank) -> bool:
    """Whether a sentence is a phrase of the bank filled with the account's facts only, nothing of a case."""
    phrase = bank.by_id.get(sentence.source.removeprefix("bank:"))
    return phrase is not None and CASE_SLOTS.isdisjoint(phrase.slots)


def personal_data(draft: Draft, context: Context, bank: Bank) -> Iterator[Violation]:
    """Nobody's personal or health data: no placeholder in public, in private only the customer's own name.

    The redactor reads what could hold something of the case. Approved texts and phrases filled with the
    company's own facts cannot, and they do speak of fever and doctors.
    """
    for match in _PLACEHOLDER.finditer(draft.text):
        if context.audience == "public" or match.group() != context.customer_name:
            yield Violation("personal_data", "Lleva un dato personal del mensaje", match.group())
    read = " ".join(sentence.text for sentence in draft.sentences if not _approved(sentence, bank))
    if context.find_personal_data is None or not read:
        return
    phrases = (bank.by_id.get(sentence.source.removeprefix("bank:")) for sentence in draft.sentences)
    known = fold(
        "  ".join((*_company_texts(context), *(phrase.text for phrase in phrases if phrase is not None)))
    )
    for text in context.find_personal_data(_PLACEHOLDER.sub(" ", read)):
        if fold(text).strip() not in known:
            yield Violation("personal_data", "Lleva datos personales o de salud", text)


def _approved(sentence: Sentence, bank: Bank) -> bool:
    """Whether a sentence can hold no word of the customer's: a tracking code is ours."""
    phrase = bank.by_id.get(sentence.source.removeprefix("bank:"))
    ours = phrase is not None and not {"producto", "nombre"} & set(phrase.slots)
    return ours or sentence.source.startswith(("answer:", "policy:"))


def data_request(draft: Draft, context: Context, lexicon: Lexicon) -> Iterator[Violation]:
    """Never in public; in the strict profile, in private through the secure link only (M32, X3)."""
    language = context.language or "es"
    secure = context.values.get("enlace_seguro")
    for sentence in draft.sentences:
        for part in split(sentence.text):
            for match in found(part, language, lexicon.asks, lexicon.asks_allow):
                if context.audience == "private" and (
                    (secure is not None and secure in part)
                    or (context.has("constraint:private_dm_allowed") and not _BANK_DATA.search(match))
                ):
                    continue
                yield Violation("data_request_public", lexicon.request_message, match)


def private_without_reason(draft: Draft, context: Context, lexicon: Lexicon) -> Iterator[Violation]:
    """A move to the private channel gives its reason in the same sentence or the next (M14)."""
    language = context.language or "es"
    if context.audience != "public" or language not in lexicon.moves:
        return
    parts = split(draft.text)
    for index, part in enumerate(parts):
        match = lexicon.moves[language].search(part)
        around = " ".join(parts[index : index + 2])
        if match is not None and not lexicon.reasons[language].search(around):
            yield Violation("private_without_reason", lexicon.move_message, match.group())


def unknown_fact(draft: Draft, context: Context, lexicon: Lexicon, bank: Bank) -> Iterator[Violation]:
    """A number, term, price, address, phone or product that no source gives."""
    given = {fold(value) for value in (*context.values.values(), *context.safety_numbers)}
    for sentence in draft.sentences:
        facts = list(_facts(sentence.text, context.language or "es", lexicon))
        ground = fold("  ".join(_grounds(sentence, context, bank))) if facts else ""
        for fact in facts:
            if not _grounded(fold(fact), ground, given):
                yield Violation("unknown_fact", "Dato que no está en las fuentes", fact)
    text = fold(draft.text)
    named = [product for product in context.account.products if fold_name(product) in text]
    allowed = (
        fold(" ".join((*_evidence_texts(context), *context.values.values(), context.customer_text)))
        if named
        else ""
    )
    for product in named:
        if fold_name(product) not in allowed and whole_name(product, text):
            yield Violation("unknown_fact", "Producto que no está en las fuentes", product)


def _facts(text: str, language: str, lexicon: Lexicon) -> Iterator[str]:
    for pattern in (URL, _EMAIL):
        for match in pattern.finditer(text):
            yield match.group()
        text = pattern.sub(" ", text)
    for match in _NUMBER.finditer(text):
        yield match.group()
    if language in lexicon.amounts:
        for match in lexicon.amounts[language].finditer(text):
            yield match.group()


def _grounded(fact: str, ground: str, given: set[str]) -> bool:
    """Whether the sources hold the fact: with its unit, or else a number that is a whole given value."""
    if re.search(rf"(?<![\w]){re.escape(fact)}(?![\w])", ground):
        return True
    number = _UNIT.sub("", fact)
    return number != fact and number in given


def _grounds(sentence: Sentence, context: Context, bank: Bank) -> Iterable[str]:
    """What may ground a sentence: its own phrase, the slots' values, the evidence, the safety numbers."""
    yield from context.values.values()
    yield from context.safety_numbers
    yield from _evidence_texts(context)
    kind, _, name = sentence.source.partition(":")
    phrase = bank.by_id.get(name) if kind == "bank" else None
    if phrase is not None:
        yield SLOT.sub(" ", phrase.text)


def _evidence_texts(context: Context) -> Iterator[str]:
    for found_answer in context.evidence:
        text = dict(found_answer.answer.texts).get(context.language or "es")  # type: ignore[call-overload]
        if text is not None:
            yield from (" ".join(value.split()) for value in (text.full, text.short, text.private or ""))


def _company_texts(context: Context) -> Iterator[str]:
    account = context.account
    yield from (
        account.name,
        account.signature or "",
        *account.public_contacts,
        *account.brands,
        *account.products,
    )
    yield from account.handles
    yield from context.values.values()
    yield from context.safety_numbers
    yield from _evidence_texts(context)
