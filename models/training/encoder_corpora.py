"""Read any corpus named on the command line as plain sentences, and hold some of them apart."""

import csv
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

HOLD_OUT_SHARE = 20
"""One sentence in so many is held out, by the hash of its text: the same ones on every machine."""

_MARKUP = re.compile(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]+>")
_MAX_CHARACTERS = 2_000


def texts_of(path: Path) -> Iterator[str]:
    """Yield every text of a file, or of every readable file below a folder, in the order of their names."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        reader = _READERS.get(file.suffix.lower())
        if reader is not None:
            yield from (text for text in map(str.strip, reader(file)) if text)


def is_held_out(text: str) -> bool:
    """Whether a text is kept apart from choosing the vocabulary, to measure on it later."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") % HOLD_OUT_SHARE == 0


def _plain(file: Path) -> Iterator[str]:
    for line in _text(file).splitlines():
        yield line[:_MAX_CHARACTERS]


def _markup(file: Path) -> Iterator[str]:
    for line in _MARKUP.sub("\n", _text(file)).splitlines():
        yield html.unescape(line)[:_MAX_CHARACTERS]


def _json_lines(file: Path) -> Iterator[str]:
    for line in _text(file).split("\n"):
        if line.strip():
            yield from _strings(json.loads(line))


def _json(file: Path) -> Iterator[str]:
    yield from _strings(json.loads(_text(file)))


def _table(file: Path) -> Iterator[str]:
    csv.field_size_limit(10_000_000)
    delimiter = "\t" if file.suffix == ".tsv" else ","
    for row in csv.reader(_text(file).splitlines(), delimiter=delimiter):
        yield from (cell[:_MAX_CHARACTERS] for cell in row if len(cell) > 3)


def _sheet(file: Path) -> Iterator[str]:
    import openpyxl

    for sheet in openpyxl.load_workbook(file, read_only=True).worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield from (cell[:_MAX_CHARACTERS] for cell in row if isinstance(cell, str))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        for line in value.splitlines():
            yield line[:_MAX_CHARACTERS]
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _text(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # some gazetteers of names are


_READERS: dict[str, Callable[[Path], Iterator[str]]] = {
    ".txt": _plain,
    ".md": _plain,
    ".html": _markup,
    ".jsonl": _json_lines,
    ".json": _json,
    ".csv": _table,
    ".tsv": _table,
    ".xlsx": _sheet,
}
