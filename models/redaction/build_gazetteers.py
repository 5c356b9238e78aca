"""Rebuild the name lists and the list of common words from their sources (see gazetteers/README.md)."""

import argparse
import gzip
import importlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.redaction.folding import fold_word

HERE = Path(__file__).parent / "gazetteers"
FAKER_LOCALES = ("es_ES", "es_MX", "es_CO", "es_AR", "es_CL", "es_CA", "pt_PT", "pt_BR")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE_END = re.compile(r"(?:^|[.!?¡¿…:;\"“«(\n-])\s*$")

MIN_LOWER_COUNT = 3
"""Seen in lower case at least this often to count as a common word."""
FREQUENT = 1200
"""Of each sex's list, which runs by frequency, so many count as frequent."""
AMBIGUOUS_SHARE = 0.35
"""A name is ambiguous when at least this share of its occurrences inside sentences is in lower case."""


def _lines(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _entries(lines: Iterable[str]) -> set[str]:
    """Fold the words of name lists; compounds are split into their parts."""
    words = (fold_word(word) for line in lines for word in re.split(r"[\s,;]+", line))
    return {word for word in words if len(word) > 1 and re.fullmatch(r"[a-zñ·'’-]+", word)}


def _faker(kind: str) -> Iterator[str]:
    for locale in FAKER_LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if attribute.startswith(kind) and not isinstance(value, property):
                yield from value


def count_words(paths: Iterable[Path]) -> tuple[Counter[str], Counter[str]]:
    """Count words in lower case, and with a capital inside a sentence, over text files."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for path in paths:
        for line in _lines(path):
            for match in WORD.finditer(line):
                word = match.group()
                if word.islower():
                    lower[fold_word(word)] += 1
                elif (
                    word[0].isupper()
                    and word[1:].islower()
                    and not SENTENCE_END.search(line[: match.start()])
                ):
                    capital[fold_word(word)] += 1
    return lower, capital


def _write(name: str, lines: Iterable[str]) -> None:
    data = "\n".join(sorted(lines)).encode() + b"\n"
    (HERE / name).write_bytes(gzip.compress(data, 9, mtime=0))


def build(names_dir: Path, corpora: list[Path]) -> None:
    """Write the three compressed lists."""
    lower, capital = count_words(corpora)
    given = _entries(_lines(HERE / "extra_given_names.txt")) | _entries(_faker("first_names"))
    for file in ("female_names.txt", "male_names.txt", "names_no_rep.txt"):
        given |= _entries(_lines(names_dir / file))
    surnames = _entries(_lines(HERE / "extra_surnames.txt")) | _entries(_faker("last_names"))
    surnames |= _entries(_lines(names_dir / "surnames.txt"))

    frequent: set[str] = set()
    for file in ("female_names.txt", "male_names.txt"):
        frequent |= _entries(list(_lines(names_dir / file))[:FREQUENT])

    def ambiguous(word: str) -> bool:
        seen = lower[word]
        return seen >= MIN_LOWER_COUNT and seen / (seen + capital[word]) >= AMBIGUOUS_SHARE

    common = {word for word, seen in lower.items() if seen >= MIN_LOWER_COUNT and len(word) > 1}
    common = {word for word in common if lower[word] / (lower[word] + capital[word]) >= AMBIGUOUS_SHARE}
    _write(
        "given_names.txt.gz",
        (word + ("*" if ambiguous(word) else "") + ("+" if word in frequent else "") for word in given),
    )
    _write("surnames.txt.gz", (f"{word}*" if ambiguous(word) else word for word in surnames))
    _write("common_words.txt.gz", common)


def main() -> None:
    """Parse the arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--names", type=Path, required=True, help="folder with female_names.txt, surnames.txt…"
    )
    parser.add_argument("--text", type=Path, nargs="+", required=True, help="running text, one record a line")
    arguments = parser.parse_args()
    build(arguments.names, arguments.text)


if __name__ == "__main__":
    main()
