"""Phones of Spain and Latin America in every grouping, with and without prefix (python phonenumbers)."""

import re
from functools import lru_cache

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_CANDIDATE = re.compile(
    r"(?<![\w.,/-])(?:\(?(?:\+|00)\s?)?\(?\d(?:[ .()·/_~*|\n-]{0,3}\d){6,14}(?:\)(?=\W|$))?(?:,? ?(?:ext|int"
    r"|extensión)\.? ?\d{1,5})?(?![^\W_])"
)
_EXTENSION = re.compile(r",? ?(?:ext|int|extensión).*$")
_GROUPED = re.compile(
    r"\(?\d{2,5}\)?[ ._-]{1,2}\d{3,5}[ ._-]?\d{2,4}[ ._-]?\d{0,4}|[2-9]\d{3}-\d{4}|\d{2,4}-15-\d{4}-\d{4}"
    r"|0\d{2,3}[ -]\d{2,3}[ .-]\d{2,4}[ .-]\d{2,4}|\(0\d{2,4}\) ?15[ -]\d{3,4}[ -]\d{4}"
)
_DICTATED = re.compile(r"(?:\d{1,3}[ /.\n-]{1,2}){3,8}\d")
"""In short groups that end with a single digit ("6 9 1 / 00 32 / 87 4"): read out, with one digit too many."""
_YEARS = re.compile(r"(?:19|20)\d\d[- ](?:19|20)\d\d")
COMPANY_LINES = re.compile(r"(?:34)?(?:90[0-2]|80[0-7])\d{6}|01800\d+|0?800\d{6,8}|0810\d+")
"""Freephone and shared-cost ranges: companies' lines (Plan Nacional de Numeración, RD 2296/2004)."""
REGIONS = (
    "ES",
    "MX",
    "AR",
    "CO",
    "CL",
    "PE",
    "VE",
    "EC",
    "UY",
    "PY",
    "BO",
    "CR",
    "DO",
    "GT",
    "SV",
    "HN",
    "NI",
    "PA",
    "CU",
    "PR",
    "BR",
    "PT",
    "GB",
)


@lru_cache(maxsize=4096)
def _valid_region(digits: str) -> str | None:
    """Return the first region whose plan accepts a national number."""
    import phonenumbers

    for region in REGIONS:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return region
    return None


@lru_cache(maxsize=4096)
def _is_abroad(digits: str) -> bool:
    """Whether digits after "00" can be a country code and a number of its length."""
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


class PhoneRecognizer(Recognizer):
    """Numbers that are a phone by their plan; those known only by a label come from CodeRecognizer."""

    def __init__(self) -> None:
        super().__init__("PhoneRecognizer", ["PHONE_NUMBER"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return phones; freephone and shared-cost numbers are companies' and are left."""
        found = []
        for match in _CANDIDATE.finditer(text):
            score = _score(match.group())
            if score > 0 and not (match.group().startswith("00") and _follows_digits(text, match.start())):
                found.append(self.hit("PHONE_NUMBER", *match.span(), score, "number_plan"))
        return found


def _follows_digits(text: str, start: int) -> bool:
    """Whether digits stand right before: "00" is then a group of a longer number, not the way abroad."""
    return start >= 2 and text[start - 2].isdigit() and not text[start - 1].isalnum()


def _score(candidate: str) -> float:
    candidate = _EXTENSION.sub("", candidate)
    digits = re.sub(r"\D", "", candidate)
    if COMPANY_LINES.fullmatch(digits):
        return 0.0
    lead = candidate.lstrip("( ")
    if lead.startswith("+") and 9 <= len(digits) <= 15:
        return 0.9
    if lead.startswith("00") and _is_abroad(digits[2:]):
        return 0.9
    if len(digits) == 9 and digits[0] in "6789":
        return 0.7
    if len(digits) == 11 and digits.startswith("34") and digits[2] in "6789":
        return 0.7
    if _YEARS.fullmatch(candidate):
        return 0.0
    if _DICTATED.fullmatch(candidate) and len(digits) == 10 and digits[0] in "67":
        return 0.45
    if _GROUPED.fullmatch(candidate) and 8 <= len(digits) <= 13 and _valid_region(digits):
        return 0.6
    return 0.0
