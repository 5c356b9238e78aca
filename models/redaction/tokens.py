"""The light tokenizer behind the redactor: words, numbers and marks with their offsets and keys."""

import re
from dataclasses import dataclass

from models.redaction.folding import fold_word

# What stands before the first digit is bounded: a long run without one would be read again from each character.
_TOKEN = re.compile(
    r"(?P<placeholder>\[[A-ZÁÉÍÓÚÑ_]+_\d+\])"
    r"|(?P<word>[^\W\d_]+(?:['·-][^\W\d_]+)*[ªº]?)"
    r"|(?P<mixed>[^\W\d]{0,64}+\d\w*)"
    r"|(?P<mark>[^\w\s])"
    r"|(?P<line>\n)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a view: half-open offsets, its folded key, and its kind."""

    text: str
    key: str
    start: int
    end: int
    kind: str
    """placeholder · word · mixed (has a digit) · mark · line (a line break)"""

    @property
    def is_word(self) -> bool:
        """Whether the token is made of letters."""
        return self.kind == "word"

    @property
    def is_capital(self) -> bool:
        """Whether the token starts with a capital letter."""
        return self.kind == "word" and self.text[0].isupper()


def tokenize(text: str) -> list[Token]:
    """Split a text into tokens, in linear time; blanks other than line breaks are left out."""
    return [
        Token(match.group(), fold_word(match.group()), match.start(), match.end(), match.lastgroup or "mark")
        for match in _TOKEN.finditer(text)
    ]
