"""Phones of Spain and Latin America in every grouping, with and without prefix (python phonenumbers)."""

import re
from functools import lru_cache

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_CANDIDATE = re.compile(
    r"(?<![\w.,/-])(?:\(?(?:\+|00)\s?)?\(?\d(?:[ .()·/\n-]{0,3}\d){6,14}(?:,? ?(?:ext|int"
    r"|extensión)\.? ?\d{1,5})?(?![^\W_])"
)
_EXTENSION = re.compile(r",? ?(?:ext|int|extensión).*$")
_GROUPED = re.compile(r"\(?\d{2,4}\)?[ .-]\d{3,4}[ .-]?\d{3,4}")
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


class PhoneRecognizer(Recognizer):
    """Numbers that are a phone by their plan; those known only by a label come from CodeRecognizer."""

    def __init__(self) -> None:
        super().__init__("PhoneRecognizer", ["PHONE_NUMBER"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return phones; freephone and shared-cost numbers are companies' and are left."""
        found = []
        for match in _CANDIDATE.finditer(text):
            score = _score(match.group())
            if score > 0:
                found.append(self.hit("PHONE_NUMBER", *match.span(), score, "number_plan"))
        return found


def _score(candidate: str) -> float:
    candidate = _EXTENSION.sub("", candidate)
    digits = re.sub(r"\D", "", candidate)
    if COMPANY_LINES.fullmatch(digits):
        return 0.0
    if candidate.lstrip("( ").startswith(("+", "00")) and 9 <= len(digits) <= 15:
        return 0.9
    if len(digits) == 9 and digits[0] in "6789":
        return 0.7
    if len(digits) == 11 and digits.startswith("34") and digits[2] in "6789":
        return 0.7
    if _GROUPED.fullmatch(candidate) and 8 <= len(digits) <= 11 and _valid_region(digits):
        return 0.6
    return 0.0
