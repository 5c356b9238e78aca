"""Who a Spanish text addresses: tú or usted, by words that only one of them takes (data)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drafting.bank import Treatment


@dataclass(frozen=True, slots=True)
class Treatments:
    """Marks of tú and of usted, by language."""

    tu: Mapping[str, re.Pattern[str]]
    usted: Mapping[str, re.Pattern[str]]

    @classmethod
    def of(cls, words: Mapping[str, Mapping[str, list[str]]]) -> "Treatments":
        """Build from ``{language: {tu: [...], usted: [...]}}``."""

        def compiled(kind: str) -> dict[str, re.Pattern[str]]:
            return {
                language: re.compile(r"(?<!\w)(?:" + "|".join(marks[kind]) + r")(?!\w)", re.IGNORECASE)
                for language, marks in words.items()
                if marks.get(kind)
            }

        return cls(compiled("tu"), compiled("usted"))

    def marks(self, text: str, language: str) -> tuple[str | None, str | None]:
        """The first mark of tú and the first of usted in a text."""
        found = []
        for patterns in (self.tu, self.usted):
            pattern = patterns.get(language)
            match = pattern.search(text) if pattern is not None else None
            found.append(match.group() if match else None)
        return found[0], found[1]

    def of_text(self, text: str, language: str) -> Treatment:
        """``tu`` or ``usted`` where the text shows only that one, else ``any``."""
        tu, usted = self.marks(text, language)
        if tu and not usted:
            return "tu"
        if usted and not tu:
            return "usted"
        return "any"
