"""Shapes of codes, on folded text: what a code can be by its characters alone, and what none is."""

import re

from models.redaction.phones import COMPANY_LINES

DATE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})|(?:19|20)\d\d[-/]\d{2}[-/]\d{2}|\d{1,2}/\d{1,2}|(?:19"
    r"|20)\d\d|(?:0?[1-9]|1[0-2])[-/.](?:20)\d\d|20\d\d[-/](?:0[1-9]|1[0-2]|20\d\d)"
)
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
UNITED = re.compile(
    r"\d{1,5}(?:mg|g|gr|ml|l|kg|cm|mm|h|hs|hrs|min|x\d+|x|k|º|ª|er|ero|do|ta|th|st|nd|rd|d|p|m|am|pm|eur"
    r"|ui|ug|mcg|s|a|€|ko|an|etan|tik|etik|ra|ean|n|rekin)"
)
"""A number and its unit. With six digits the letter after them is no unit: it is a control letter."""
IPV4 = re.compile(r"(?:[a-z]+ )?(?:\d{1,3}\.){3}\d{1,3}")
_PROMOTION = re.compile(r"[a-z]{4,}\d{2,3}")
_VERSION = re.compile(r"\d{1,2}(?:\.\d{1,4}){2,4}")
_TIME = re.compile(r"\d{1,2}[.:h]\d{2}h?")
_SPACE_LETTERS = re.compile(r"[a-z]+\d{1,3}[a-z]*|\d{1,2}[a-z]+\d?")
_SEVEN = r"[ .-]?\d(?:[ .-]?\d){6}[ .-]?"
_TAX_SHAPES = {
    "ES_CIF": re.compile(
        rf"(?:es[ -]?)?(?:[abeh]{_SEVEN}\d|[npqrsw]{_SEVEN}[a-j]|[cdfgjuv]{_SEVEN}[0-9a-j])"
    ),
    "ES_NIE": re.compile(r"[xyz][ .-]?\d(?:[ .-]?\d){6,7}[ .-]?[a-z]?"),
    "ES_NIF": re.compile(
        r"[klm][ .-]?\d(?:[ .-]?\d){6}[ .-]?[a-z]|[a-z][ .-]?\d{8}|\d(?:[ .,·-]?\d){6,7}[ .,·/-]{0,2}[a-z]"
    ),
}
"""NIF is the name of all three since 2008 (RD 1065/2007, art. 18-22): the first letter tells which. Companies
and entities have A-H, J, N, P-S, U, V, W, the last character a digit, a letter or either by the first (Orden
EHA/451/2008); foreigners X, Y, Z; K, L and M are persons without a DNI."""
_NIF_SHAPE = re.compile(r"(?:n?[#º])?(?=.*[a-z])[a-z]?[ .-]?\d(?:[ .·-]?\d){5,7}[ .,·/-]{0,2}[a-z]?")


def entity_of(label: str, code: str) -> str:
    """Return the type that a label gives, or the one that the code's own shape tells.

    "NIF" and "CIF" are said of persons, foreigners and companies alike. A "DNI" or "NIF" that cannot be a
    Spanish one is another country's.
    """
    if label not in {"ES_NIF", "ES_CIF"}:
        return label
    shape = next((entity for entity, shape in _TAX_SHAPES.items() if shape.fullmatch(code)), None)
    foreign = label == "ES_NIF" and not _NIF_SHAPE.fullmatch(code)
    return shape or ("NATIONAL_ID" if foreign else label)


def fits_badly(label: str, entity: str, code: str) -> bool:
    """Whether a code fits its label so badly that any recognizer of its shape knows better."""
    letters = sum(map(str.isalpha, code))
    return (label == "ES_NIF" and entity == "NATIONAL_ID") or (entity == "CREDIT_CARD" and letters >= 2)


def is_nobodys(code: str) -> bool:
    """Whether a code is by its shape no person's: a company's line, a promotion, a version, a product."""
    return bool(
        COMPANY_LINES.fullmatch(re.sub(r"\D", "", code))
        or _PROMOTION.fullmatch(code)
        or _VERSION.fullmatch(code)
        or _is_medicine_barcode(code)
        or (len(code) > 30 and code.isalnum())
    )


def is_measure(code: str) -> bool:
    """Whether a code is a date, a time, or a number with its unit."""
    return any(shape.fullmatch(code) for shape in (DATE, _TIME, UNITED))


def is_code(code: str, digits: int, least: int) -> bool:
    """Whether what follows a label can be its code: digits enough, or a mix of letters and digits."""
    return digits >= least or (digits >= 2 and len(code) >= 5 and any(char.isalpha() for char in code))


def is_unexplained(original: str, code: str, digits: int) -> bool:
    """Whether a code without a label is an identifier by its shape."""
    letters = any(char.isalpha() for char in code)
    marks = any(char in "-/._·" for char in code)
    if letters:
        capital = any(char.isupper() for char in original)
        return digits >= 5 or (digits >= 4 and (marks or capital) and not _SPACE_LETTERS.fullmatch(code))
    if marks:
        return (digits >= 5 and not THOUSANDS.fullmatch(code)) or digits >= 7
    return digits >= 5


def _is_medicine_barcode(code: str) -> bool:
    """Whether a code is the EAN-13 of a product of Spanish pharmacies: 847000, national code, check digit."""
    return len(code) == 13 and code.startswith("847000") and code.isdigit() and _ean_is_valid(code)


def _ean_is_valid(code: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0
