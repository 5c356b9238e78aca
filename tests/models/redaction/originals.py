"""The way back from a redacted text, to see that nothing else was changed in it."""

import re
from collections.abc import Mapping

from models.redaction.placeholders import NUMBERED
from models.text import RawText


def restore(text: str, originals: Mapping[str, RawText]) -> RawText:
    """Put originals back in place of their placeholders; unknown ones, masks and pseudonyms stay."""

    def original(match: re.Match[str]) -> str:
        known = originals.get(match.group())
        return match.group() if known is None else known.reveal()

    return RawText(NUMBERED.sub(original, text))
