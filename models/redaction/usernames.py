"""Handles of private persons: with an at-sign, or named as one ("mi usuario es pilarin_mg")."""

import re

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_HANDLE = re.compile(r"(?<![\w@.])@((?: (?=[a-z][a-z.]*[_\d]))?[^\W.](?:[\w.]{0,58}\w)?)")
_NAMED = re.compile(
    r"(?<![^\W_])(?:usuari[oa]s?|user(?:name)?|usuaria?|nick|alias|perfil|insta(?:gram)?|ig|tiktok"
    r"|telegram|twitter|login|"
    r"handle|cuenta de (?:insta|ig|x|twitter|tiktok)|sigue(?:nme|me|dme)?|arroba|soy|antes era"
    r"|me llamo en \w+|erabiltzailea)"
    r"(?: (?:es|era|en \w+|de \w+|el|la|mi|:))?[ :]{1,3}@?((?=[\w.]*[\d_.])[a-z0-9][\w.]{2,40}\w)(?![\w@])"
)
_DECLARED = re.compile(
    r"(?<![^\W_])(?:(?:nombre de )?usuari[oa] (?:es|era)|nick es|user es|antes era"
    r"|mi (?:insta(?:gram)?|ig|tiktok|telegram|twitter|facebook|fb|nick|usuario) ?:) ?@?([a-z][\w.]{3,40})(?![\w@])"
)
SCORE = 0.92
"""Above names and labelled codes: a name or "usuario" inside or before a handle does not change its type."""
_MARKED = re.compile(r"[\d_.]")
_PLAIN_NUMBER = re.compile(r"[\d.,]+")


class UsernameRecognizer(Recognizer):
    """Handles, save those whose words say that a company or a service is behind them."""

    def __init__(self, organisation_words: tuple[str, ...]) -> None:
        self._organisation = re.compile("|".join(map(re.escape, organisation_words)))
        super().__init__("UsernameRecognizer", ["USERNAME"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return private handles."""
        folded = artifacts.plain
        found = []
        if "@" in folded:
            for match in _HANDLE.finditer(folded):
                if not self._organisation.search(match[1]):
                    found.append(self.hit("USERNAME", *match.span(), SCORE, "handle"))
        for match in _DECLARED.finditer(folded):
            found.append(self.hit("USERNAME", *match.span(1), SCORE, "declared_handle"))
        for match in _NAMED.finditer(folded):
            if not _PLAIN_NUMBER.fullmatch(match[1]):
                score = SCORE if _MARKED.search(match[1]) else 0.6
                found.append(self.hit("USERNAME", *match.span(1), score, "named_handle"))
        return found
