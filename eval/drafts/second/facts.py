"""Facts in a draft that nothing approved holds, and data of persons."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from eval.drafts.second.approved import Approved
from eval.drafts.second.finding import Finding, Said, Seen

_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|es|org|net|eu|example|info|io)\b\S*", re.I
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_HANDLE = re.compile(r"(?<![\w.])@\w{2,}")
_NUMBER = re.compile(r"(?<![^\W\d_])(?:\d[\d.,:/·\u00a0 -]*\d|\d)")
_PRICE = re.compile(r"\d[\d.,]*\s?(?:€|\$|euros?|EUR|USD|%)|[€$]\s?\d", re.I)
_SPELLED = re.compile(
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|diez|quince|veinte|treinta|dues|quatre|cinc|sis|dous|catro|dois|duas|"
    r"quatro|two|three|four|five|six|seven|ten|bi|hiru|lau)\s+"
    r"(?:horas?|d[ií]as?|semanas?|mes(?:es)?|años?|hores|dies|setmanes|mesos|hours?|days?|weeks?|months?|egun|ordu|"
    r"aste|hilabete|euros?|veces|times|vegades|vezes)\b",
    re.I,
)
_PLACEHOLDER = re.compile(r"\[[A-ZÑ]{3,}[A-ZÑ_]*(?:_\w+)?\]")
_PERSONAL = {
    "identity_number": re.compile(r"\b(?:\d{8}-?[A-HJ-NP-TV-Z]|[XYZ]\d{7}-?[A-Z])\b"),
    "bank_account": re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?\d{4}){3,}"),
    "card": re.compile(r"\b(?:\d{4}[ -]?){3}\d{4}\b"),
    "street": re.compile(
        r"\b(?:C/|[Cc]alle|[Aa]venida|Avda\.|Rúa|Carrer|Rua|Plaza)\s+[A-ZÁÉÍÓÚ][\w.]+[^.]{0,20}\d"
    ),
}
_GREETED = re.compile(
    r"\b(?:[Hh]ola|[Ee]stimad[oa]s?|[Qq]uerid[oa]|[Dd]ear|[Hh]i|[Hh]ello|[Kk]aixo|[Oo]lá|[Oo]la|[Bb]envolgut|[Gg]racias|"
    r"[Gg]ràcies|[Gg]razas|[Oo]brigad[oa]|[Tt]hanks|[Tt]hank you|[Ss]eñora?|[Dd]on|[Dd]oña|[Ss]r\.|[Ss]ra\.),?\s+"
    r"([A-ZÁÉÍÓÚÑ][a-záéíóúñçü]{2,})"
)


def fold(text: str) -> str:
    """Lower case, without accents, any white space one blank."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def without_ground(seen: Seen, approved: Approved) -> Iterator[Finding]:
    """Numbers, dates, prices, addresses, phones and terms that are in no source of the sentence."""
    for said in seen.sentences:
        ground = fold("\n".join(_ground(said, seen, approved)))
        for rule, words in _stated(said.text, seen.own_values):
            if not holds(ground, fold(words)):
                yield Finding(rule, words)
    named = fold("\n".join((seen.customer, *_answers(seen, approved), *seen.own_values)))
    for product in approved.products:
        if fold(product) in fold(seen.text) and fold(product) not in named:
            yield Finding("product_out_of_nowhere", product)


def _stated(text: str, own_values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What a sentence states, each thing once: a number that is part of an address or of a code is not stated."""
    for value in own_values:
        text = text.replace(value, " ")
    patterns = (
        ("mail_not_approved", _MAIL), ("address_not_approved", _ADDRESS), ("price_not_approved", _PRICE),
        ("number_not_approved", _NUMBER), ("term_not_approved", _SPELLED),
    )  # fmt: skip
    for rule, pattern in patterns:
        for found in pattern.finditer(text):
            yield rule, found[0].strip(' .,;:)»"-')
        text = pattern.sub(" ", text) if pattern in (_ADDRESS, _MAIL) else text


def holds(ground: str, words: str) -> bool:
    """Whether a folded text holds folded words as whole words."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", ground) is not None


def _ground(said: Said, seen: Seen, approved: Approved) -> Iterator[str]:
    yield approved.contacts
    yield from seen.safety_numbers
    yield from seen.own_values
    yield from _answers(seen, approved)
    if not said.quoted:
        name = said.source.rsplit("/", 1)[0] if said.source.startswith("bank:") else said.source
        yield from (re.sub(r"\{\w+\}", " ", text) for text in approved.phrases.get(name, ()))


def _answers(seen: Seen, approved: Approved) -> Iterator[str]:
    for name, _ in seen.evidence:
        if name in approved.answers:
            yield from approved.answers[name].texts.get(seen.language, ())


def personal(seen: Seen, approved: Approved) -> Iterator[Finding]:
    """Data of somebody: placeholders, identity and bank numbers, streets, phones, mails, names after a greeting."""
    allowed = fold("\n".join((approved.contacts, *seen.safety_numbers, *_answers(seen, approved))))
    own = seen.own_values if seen.audience == "private" else ()
    for found in _PLACEHOLDER.finditer(seen.text):
        if found[0] not in own:
            yield Finding("personal_placeholder", found[0])
    for rule, pattern in _PERSONAL.items():
        yield from (Finding(f"personal_{rule}", found[0]) for found in pattern.finditer(seen.text))
    for found in (*_MAIL.finditer(seen.text), *_HANDLE.finditer(seen.text)):
        if fold(found[0]).rstrip(".") not in allowed:
            yield Finding("personal_contact", found[0])
    for found in _GREETED.finditer(seen.text):
        if found[1] in seen.customer:
            yield Finding("personal_name", found[1])


def echoed(seen: Seen, approved: Approved) -> Iterator[Finding]:
    """What the customer wrote and only the customer: an address, a number, a price, a name said back."""
    ground = fold(
        "\n".join((approved.contacts, *seen.safety_numbers, *seen.own_values, *_answers(seen, approved)))
    )
    texts = fold("\n".join(text for said in seen.sentences for text in _ground(said, seen, approved)))
    for pattern in (_ADDRESS, _MAIL, _PRICE, _NUMBER, _HANDLE):
        for found in pattern.finditer(seen.customer):
            words = fold(found[0].strip(' .,;:)»"'))
            if holds(fold(seen.text), words) and not holds(ground, words) and not holds(texts, words):
                yield Finding("echo_of_the_customer", found[0])
