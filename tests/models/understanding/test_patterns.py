"""The pattern language of the lexicons."""

import pytest

from models.understanding.fold import fold
from models.understanding.patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("no puedo respirar", "no puedo respirar", True),
        ("no puedo respirar", "no puedo ya respirar", False),
        ("no puedo ... respirar", "no puedo ya casi ni un poco respirar", False),
        ("no puedo ... respirar", "no puedo ya respirar", True),
        ("no puedo ..6 respirar", "no puedo. Respirar bien", False),
        ("hinch*", "hinchadísimo", True),
        ("hinch*", "deshinchado", False),
        ("me (pica|arde mucho)", "me arde mucho", True),
        ("me (pica|arde mucho)", "me arde", False),
        ("muy? mal", "mal", True),
        ("muy? mal", "muy mal", True),
        ("a (los|las)? # días", "a 3 días", True),
        ("lengua", "lenguado", False),
        ("{body} roja", "cara roja", True),
        ("{body} roja", "mano roja", False),
    ],
)
def test_match(pattern: str, text: str, found: bool) -> None:
    compiled = compile_pattern(pattern, {"body": ("(cara|piel)",)})
    assert (compiled.regex.match(fold(text).line) is not None) is found


@pytest.mark.parametrize("pattern", ["", "... mal", "z*", "*", "()", "{nothing} mal", "muy?"])
def test_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)
