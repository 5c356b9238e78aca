"""Invented personal data, planted wherever a text may stand, and the search for what got out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

CANARIES = {
    "name": "Quintanapalla",
    "phone": "677 918 243",
    "phone_joined": "677918243",
    "dni": "53184266K",
    "email": "zq.canario@buzon.example",
}
"""All of plain ASCII, so that no escape of JSON hides one from a search of bytes."""
SENTENCE = (
    "Me llamo Zacarías Quintanapalla, mi DNI es 53184266K, mi móvil es el 677 918 243 y mi correo es "
    "zq.canario@buzon.example."
)
_WANTED = {name: value.casefold().encode("ascii") for name, value in CANARIES.items()}
CHUNK = 1 << 22


def found_in(content: bytes) -> tuple[str, ...]:
    """The names of the canaries in some bytes, whatever their case."""
    folded = content.lower()
    return tuple(name for name, value in _WANTED.items() if value in folded)


@dataclass(slots=True)
class Findings:
    """What must not be: errors of the server, and canaries. Told by place and number, never by text."""

    errors: list[str] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    nonconforming: list[str] = field(default_factory=list)
    """Answers that the API's own document does not allow."""

    def look(self, content: bytes, place: str) -> None:
        """Search what came out at a place."""
        self.canaries += [f"{name} in {place}" for name in found_in(content)]

    @property
    def clean(self) -> bool:
        """Whether there is none."""
        return not (self.errors or self.canaries or self.nonconforming)


def look_in_files(folders: Iterable[Path], findings: Findings) -> int:
    """Search every file under some folders; give the number of bytes read."""
    read = 0
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            found: set[str] = set()
            tail = b""
            with file.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    read += len(chunk)
                    found.update(found_in(tail + chunk))
                    tail = chunk[-64:]
            findings.canaries += [f"{name} in file {file.name}" for name in sorted(found)]
    return read
