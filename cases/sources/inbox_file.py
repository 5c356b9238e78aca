"""A file of messages from somewhere else: mails, a table, or JSON Lines, one after the other, each on its own."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from cases.errors import CaseError
from cases.message import MAX_TEXT, Author, Message
from cases.sources.email import MAX_BYTES as MAX_MAIL_BYTES
from cases.sources.email import EmailError, read_email

MAX_LINE = 256 * 1024
"""Bytes of a line of JSON, as over HTTP."""
_MESSAGE_COLUMNS = {
    "text": "text", "texto": "text", "mensaje": "text", "message": "text", "body": "text",
    "id": "id", "channel": "channel", "canal": "channel", "visibility": "visibility",
    "visibilidad": "visibility", "language": "language", "idioma": "language", "account": "account",
    "cuenta": "account", "received_at": "received_at", "fecha": "received_at", "date": "received_at",
    "product": "product", "producto": "product",
}  # fmt: skip
_AUTHOR_COLUMNS = {"author": "name", "autor": "name", "name": "name", "nombre": "name", "handle": "handle"}
_SPANISH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]+(\d{2}:\d{2}(?::\d{2})?))?")
"""Day first; without an offset it is taken on the account's clock."""


class InboxFileError(CaseError):
    """The file cannot be read as what its name says; names the file, quotes nothing of it."""

    code = "inbox_file_invalid"


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a file, or why it is none."""

    number: int
    """Of the line, row or file, from 1."""
    message: Message | None = field(repr=False)
    error: str | None = None
    attachments: tuple[str, ...] = field(default=(), repr=False)


def read_file(file: Path) -> Iterator[Item]:
    """Read a file by its ending: ``.eml`` (or a folder of them), ``.csv``, ``.jsonl``.

    Raises:
        InboxFileError: another ending, no such file, or a table without a column of texts.
    """
    if file.is_dir():
        yield from _mails(sorted(file.glob("*.eml")))
        return
    if not file.is_file():
        raise InboxFileError(f"{file}: no such file")
    match file.suffix.lower():
        case ".eml":
            yield from _mails([file])
        case ".csv":
            yield from _table(file)
        case ".jsonl" | ".ndjson":
            yield from _lines(file)
        case _:
            raise InboxFileError(f"{file}: the ending tells the kind: .eml, .csv or .jsonl")


def _mails(files: list[Path]) -> Iterator[Item]:
    for number, file in enumerate(files, start=1):
        if file.stat().st_size > MAX_MAIL_BYTES:
            yield Item(number, None, f"mail is over {MAX_MAIL_BYTES} bytes")
            continue
        try:
            mail = read_email(file.read_bytes())
        except EmailError as error:
            yield Item(number, None, str(error))
            continue
        if mail.automatic:
            yield Item(number, None, "mail that a machine wrote: not answered")
            continue
        yield Item(number, mail.message, attachments=mail.attachments)


def _lines(file: Path) -> Iterator[Item]:
    with file.open("rb") as stream:
        number = 0
        while raw := stream.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
                while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield Item(number, None, f"line is over {MAX_LINE} bytes")
                continue
            if raw.strip():
                yield _line(number, raw)


def _line(number: int, raw: bytes) -> Item:
    try:
        data = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (ValueError, RecursionError):
        return Item(number, None, "line is not JSON in UTF-8")
    if not isinstance(data, dict):
        return Item(number, None, "line is not a JSON object")
    return _item(number, data)


def _table(file: Path) -> Iterator[Item]:
    with file.open("rb") as binary:
        encoding = _encoding(binary)
        stream = io.TextIOWrapper(binary, encoding=encoding, errors="replace", newline="")
        first = stream.readline()
        stream.seek(0)
        # Spanish spreadsheets export with semicolons.
        delimiter = max(";,\t", key=first.count)
        rows = csv.reader(stream, delimiter=delimiter)
        try:
            header = [name.strip().lower().lstrip("\ufeff") for name in next(rows, [])]
            if "text" not in {_MESSAGE_COLUMNS.get(name) for name in header}:
                raise InboxFileError(f"{file}: no column called text, texto or mensaje")
            for number, row in enumerate(rows, start=2):
                if any(cell.strip() for cell in row):
                    yield _row(number, header, row)
        except csv.Error:
            raise InboxFileError(f"{file}: line {rows.line_num} is no line of a table") from None


def _encoding(stream: io.BufferedReader) -> str:
    """UTF-8 where all of it is; otherwise what Spanish spreadsheets write."""
    try:
        decoder = io.TextIOWrapper(stream, encoding="utf-8")
        while decoder.read(1 << 16):
            pass
        decoder.detach()
        return "utf-8-sig"
    except UnicodeDecodeError:
        decoder.detach()
        return "cp1252"
    finally:
        stream.seek(0)


def _row(number: int, header: list[str], row: list[str]) -> Item:
    fields: dict[str, object] = {}
    author: dict[str, str] = {}
    for name, cell in zip(header, row, strict=False):
        value = cell.strip()
        if not value:
            continue
        if name in _MESSAGE_COLUMNS:
            fields.setdefault(_MESSAGE_COLUMNS[name], _cell(_MESSAGE_COLUMNS[name], value))
        elif name in _AUTHOR_COLUMNS:
            author.setdefault(_AUTHOR_COLUMNS[name], value)
    if author:
        fields["author"] = author
    return _item(number, fields)


def _cell(name: str, value: str) -> str:
    """A cell as the contract writes it: codes in small letters, Spanish dates as ISO 8601."""
    if name in ("channel", "visibility", "language"):
        return value.lower()
    found = _SPANISH_DATE.fullmatch(value) if name == "received_at" else None
    if found is None:
        return value
    day, month, year, time = found.groups()
    return f"{year}-{int(month):02}-{int(day):02}T{time or '00:00'}"


def _item(number: int, fields: dict[str, object]) -> Item:
    try:
        return Item(number, Message.model_validate(fields))
    except ValidationError as error:
        names = {*Message.model_fields, *Author.model_fields}
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = next((str(step) for step in reversed(first["loc"]) if step in names), "a field")
        known = first["type"] == "string_too_long" and place == "text"
        return Item(
            number, None, f"text: over {MAX_TEXT} characters" if known else f"{place}: missing or not valid"
        )
    except RecursionError:
        return Item(number, None, "line is nested too deeply")
