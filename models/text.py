"""The two kinds of customer text: raw, which hides itself, and redacted, which may be stored."""

from dataclasses import dataclass


class RawText:
    """A customer's own words. Lives in memory and in the encrypted vault only.

    It hides its value in ``repr``, ``str`` and formatting, and cannot be pickled or turned into JSON by
    accident; ``reveal()`` is the one way out, so that every use can be found by searching for it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself. Never pass it to a log, an error, a metric or a file."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return f"RawText(<{len(self._value)} characters hidden>)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        raise TypeError("RawText cannot be pickled: raw customer text stays in memory and in the vault")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawText) and other._value == self._value

    def __hash__(self) -> int:
        return hash((RawText, self._value))


@dataclass(frozen=True, slots=True)
class RedactedText:
    """Text whose personal and health spans were replaced by placeholders such as ``[PERSON_1]``.

    Only the redactor makes one from customer text.
    """

    value: str

    def __str__(self) -> str:
        return self.value
