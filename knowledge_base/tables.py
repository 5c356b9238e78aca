"""Reads the rows of a CSV, XLSX or JSONL file of answers, each with its line for error messages."""

import csv
import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.analysis import fold
from knowledge_base.errors import KnowledgeBaseError

MAX_FILE_BYTES = 32_000_000
"""Size of an import file, and of what an XLSX unpacks to: about ten thousand long answers."""

COLUMNS = (
    "id", "language", "title", "questions", "answer", "short", "private", "tags", "products", "audience",
    "channels", "accounts", "valid_from", "valid_until", "owner", "withdrawn", "review_by",
)  # fmt: skip
REQUIRED = ("id", "title", "answer")
LISTS = ("questions", "tags", "products", "channels", "accounts")

# Headings that Spanish spreadsheets carry, folded.
_ALIASES = {
    "identificador": "id", "idioma": "language", "titulo": "title", "preguntas": "questions",
    "respuesta": "answer", "corta": "short", "respuesta corta": "short", "privada": "private",
    "etiquetas": "tags", "productos": "products", "publico": "audience", "canales": "channels",
    "cuentas": "accounts", "valida desde": "valid_from", "valida hasta": "valid_until",
    "responsable": "owner", "retirada": "withdrawn", "revisar antes de": "review_by",
}  # fmt: skip
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_BOOLEANS = {"true": True, "si": True, "1": True, "verdadero": True,
             "false": False, "no": False, "0": False, "falso": False}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``values`` by column, lists as tuples, empty cells left out; ``columns`` that the file has."""

    line: int
    values: Mapping[str, Any]
    columns: frozenset[str]
    place: str = ""
    """The file, or the file and article, that it comes from, where it is not a line of the import file."""


def read_rows(file: Path) -> list[Row]:
    """Read every row of a file; its ending decides the kind.

    Raises:
        KnowledgeBaseError: naming the file, the line or row, and the column.
    """
    readers = {".csv": _read_csv, ".tsv": _read_csv, ".xlsx": _read_xlsx, ".jsonl": _read_jsonl}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise KnowledgeBaseError.at(file.name, f"import files end in {', '.join(readers)}")
    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        raise KnowledgeBaseError.at(file.name, error.strerror or "cannot be read") from None
    if size > MAX_FILE_BYTES:
        raise KnowledgeBaseError.at(file.name, f"{size} bytes, at most {MAX_FILE_BYTES} are accepted")
    rows = list(reader(data, file.name))
    if not rows:
        raise KnowledgeBaseError.at(file.name, "holds no answers")
    return rows


def split_list(cell: str) -> tuple[str, ...]:
    """Items of a cell: by line, or else by ``|``, or else by ``;`` (so an item may hold the later signs)."""
    separator = next((sign for sign in ("\n", "|") if sign in cell), ";")
    return tuple(item.strip() for item in cell.split(separator) if item.strip())


def _read_csv(data: bytes, name: str) -> Iterator[Row]:
    text = _decode(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = _header(cells, name, line)
            elif any(cell.strip() for cell in cells):
                yield _row(header, cells, name, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise KnowledgeBaseError.at(name, f"not valid CSV: {error}", line=line) from None


def _decode(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with its mark (Excel's Unicode text), or else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _delimiter(text: str) -> str:
    """The sign that parts the first line into the most known columns; Spanish Excel writes ``;``."""
    first = text.split("\n", 1)[0]

    def known(sign: str) -> int:
        return sum(column_of(cell.strip('" \r')) in COLUMNS for cell in first.split(sign))

    return max(",;\t", key=known)


def _read_xlsx(data: bytes, name: str) -> Iterator[Row]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_FILE_BYTES:
                raise KnowledgeBaseError.at(name, f"unpacks to more than {MAX_FILE_BYTES} bytes")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not know
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            table = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]
            book.close()
    except KnowledgeBaseError:
        raise
    except Exception as error:  # openpyxl lets many kinds of errors of zip and XML through
        raise KnowledgeBaseError.at(name, f"not a readable XLSX file ({type(error).__name__})") from None
    header: list[str] | None = None
    for number, cells in enumerate(table, start=1):
        texts = [_cell_text(value, kind, name, number) for value, kind in cells]
        if not any(text.strip() for text in texts):
            continue
        if header is None:
            header = _header(texts, name, number)
        else:
            yield _row(header, texts, name, number)


def _cell_text(value: object, kind: str, name: str, row: int) -> str:
    if kind == "e":
        raise KnowledgeBaseError.at(name, f"a cell holds the error {value}", line=row)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "date"):
        return str(value.date().isoformat())
    return str(value)


def _read_jsonl(data: bytes, name: str) -> Iterator[Row]:
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            values = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise KnowledgeBaseError.at(name, "not valid UTF-8", line=number) from None
        except (ValueError, RecursionError):
            raise KnowledgeBaseError.at(name, "not valid JSON", line=number) from None
        if not isinstance(values, dict):
            raise KnowledgeBaseError.at(name, "an object of fields is expected", line=number)
        for key in values:
            if key not in COLUMNS:
                raise KnowledgeBaseError.at(name, "unknown field", field=str(key)[:80], line=number)
        kept = {key: _json_value(key, value) for key, value in values.items() if value not in (None, "", [])}
        yield _complete(Row(number, kept, frozenset(values)), name)


def _json_value(key: str, value: object) -> object:
    if key in LISTS:
        if isinstance(value, str):
            return split_list(value)
        return tuple(value) if isinstance(value, list) else value
    return value


def _header(cells: list[str], name: str, line: int) -> list[str]:
    header = [column_of(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    for index, column in enumerate(header):
        if column not in COLUMNS:
            shown = cells[index].strip()[:80] or f"(column {index + 1} without a name)"
            raise KnowledgeBaseError.at(name, "unknown column", field=shown, line=line)
        if column in header[:index]:
            raise KnowledgeBaseError.at(name, "column given twice", field=column, line=line)
    for column in REQUIRED:
        if column not in header:
            raise KnowledgeBaseError.at(name, "column missing", field=column, line=line)
    return header


def column_of(cell: str) -> str:
    """The column that a heading names: its own name, or what Spanish spreadsheets call it."""
    folded = " ".join(fold(cell).split())
    return _ALIASES.get(folded.replace("_", " "), folded.replace(" ", "_"))


def _row(header: list[str], cells: list[str], name: str, line: int) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise KnowledgeBaseError.at(name, f"{len(cells)} cells, {len(header)} columns", line=line)
    values: dict[str, object] = {}
    for column, raw in zip(header, cells, strict=False):
        cell = raw[1:] if _GUARDED.match(raw) else raw
        if cell.strip():
            values[column] = _cell_value(column, cell, name, line)
    return _complete(Row(line, values, frozenset(header)), name)


def _cell_value(column: str, cell: str, name: str, line: int) -> object:
    if column in LISTS:
        return split_list(cell)
    if column == "withdrawn":
        folded = fold(cell).strip()
        if folded not in _BOOLEANS:
            raise KnowledgeBaseError.at(name, "true or false is expected", field=column, line=line)
        return _BOOLEANS[folded]
    return cell.strip()


def _complete(row: Row, name: str) -> Row:
    for column in REQUIRED:
        if column not in row.values:
            raise KnowledgeBaseError.at(name, "empty", field=column, line=row.line)
    return row
