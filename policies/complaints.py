"""How the stages of a complaint and what customers ask for are told to people: words as data."""

from collections.abc import Collection
from pathlib import Path

from pydantic import Field

from policies.errors import PolicyError
from policies.files import read_bytes, validated, yaml_of
from policies.schema import Practice, Strict

POLICY_FILE = Path(__file__).with_name("complaints.yaml")


class AskWords(Strict):
    """What is asked for, in the languages of the console."""

    es: str = Field(min_length=3)
    en: str = Field(min_length=3)


class StageWords(AskWords):
    """A stage, the practices behind it and what it means for who answers, in Spanish."""

    practices: tuple[Practice, ...] = Field(min_length=1)
    reason: str = Field(min_length=10)


class ComplaintPolicy(Strict):
    """The file."""

    version: int = Field(ge=1)
    title: str
    stages: dict[str, StageWords]
    asks: dict[str, AskWords]

    def check_codes(self, *, stages: Collection[str], asks: Collection[str]) -> None:
        """Refuse a file that leaves out a code that can be found, or names one that cannot.

        Raises:
            PolicyError: names the part and the code.
        """
        for part, told, known in (
            ("stages", set(self.stages), set(stages)),
            ("asks", set(self.asks), set(asks)),
        ):
            if told != known:
                raise PolicyError(f"complaints: {part}: missing or unknown: {sorted(told ^ known)[0]}")


def load_complaints(file: Path = POLICY_FILE) -> ComplaintPolicy:
    """Read the file. Raises PolicyError with file and field."""
    return validated(ComplaintPolicy, yaml_of(file, read_bytes(file)), file)
