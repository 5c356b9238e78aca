"""Name lists in memory: given names, surnames, common words, places."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import ArtifactError
from models.redaction.folding import fold_word

HERE = Path(__file__).parent / "gazetteers"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Folded words. ``ambiguous`` names are common words too and need context; ``frequent`` are
    the given names that count also in lower case without one."""

    given: frozenset[str]
    frequent: frozenset[str]
    surnames: frozenset[str]
    ambiguous: frozenset[str]
    common: frozenset[str]
    places: frozenset[str]
    before_places: frozenset[str]

    def is_name(self, key: str) -> bool:
        """Whether a word is a given name or a surname."""
        return key in self.given or key in self.surnames


def _compressed(name: str) -> list[str]:
    try:
        return gzip.decompress((HERE / name).read_bytes()).decode().split()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ArtifactError(f"gazetteer {name}: {error}") from error


def _plain(name: str) -> frozenset[str]:
    try:
        lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ArtifactError(f"gazetteer {name}: {error}") from error
    return frozenset(fold_word(word) for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Read the lists. Raises ArtifactError when one is missing or damaged."""
    given, surnames = _compressed("given_names.txt.gz"), _compressed("surnames.txt.gz")
    everyday = _plain("everyday_words.txt")
    marked = {entry.rstrip("*+") for entry in (*given, *surnames) if "*" in entry}
    return Gazetteer(
        given=frozenset(entry.rstrip("*+") for entry in given) | _plain("more_given_names.txt"),
        frequent=frozenset(entry.rstrip("*+") for entry in given if entry.endswith("+")),
        surnames=frozenset(entry.rstrip("*") for entry in surnames) | _plain("more_surnames.txt"),
        ambiguous=frozenset(marked) | _plain("ambiguous.txt") | everyday,
        common=frozenset(_compressed("common_words.txt.gz")) | everyday,
        places=_plain("places.txt"),
        before_places=_plain("not_people.txt"),
    )
