"""Exports answers to JSONL, CSV or XLSX, one row a language; the importer reads it back."""

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.tables import COLUMNS, LISTS

MAX_CELL = 32_767
"""Characters of an XLSX cell (Excel's limit)."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def export_answers(answers: Iterable[ApprovedAnswer], file: Path) -> int:
    """Write answers to a file whose ending decides the kind; returns the number of rows.

    Approvals are not exported: who approves an import is said when importing.

    Raises:
        KnowledgeBaseError: unknown ending, a text too long for a cell, or the file cannot be written.
    """
    writers = {".jsonl": _jsonl, ".csv": _csv, ".xlsx": _xlsx}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise KnowledgeBaseError.at(file.name, f"export files end in {', '.join(writers)}")
    rows = [row for answer in answers for row in _rows(answer)]
    data = writer(rows, file.name)
    try:
        handle, temporary = tempfile.mkstemp(prefix=".export-", dir=file.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, file)
    except OSError as error:
        raise KnowledgeBaseError.at(file.name, error.strerror or "cannot be written") from None
    return len(rows)


def _rows(answer: ApprovedAnswer) -> Iterator[dict[str, object]]:
    shared = answer.model_dump(mode="json")
    for language, text in answer.by_language().items():
        values = {**shared, "language": language, **text.model_dump(mode="json"), "answer": text.full}
        yield {column: values[column] for column in COLUMNS}


def _jsonl(rows: list[dict[str, object]], name: str) -> bytes:
    del name
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _csv(rows: list[dict[str, object]], name: str) -> bytes:
    del name
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(column, row[column]) for column in COLUMNS] for row in rows)
    return stream.getvalue().encode("utf-8-sig")  # the mark makes Excel read it as UTF-8


def _xlsx(rows: list[dict[str, object]], name: str) -> bytes:
    import openpyxl  # takes long to import, and most runs write no spreadsheet

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    sheet.append(list(COLUMNS))
    for row in rows:
        cells = [_cell(column, row[column]) for column in COLUMNS]
        for column, cell in zip(COLUMNS, cells, strict=True):
            if len(cell) > MAX_CELL:
                raise KnowledgeBaseError.at(name, f"{row['id']}: too long for a cell", field=column)
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(column: str, value: object) -> str:
    """Text of a cell; what a spreadsheet would run as a formula gets a quote before it (CSV injection)."""
    if value is None:
        return ""
    if column in LISTS and isinstance(value, list):
        text = "\n".join(map(str, value))
        if len(value) == 1 and re.search(r"[|;]", text):
            text += "\n"  # a line break says that the items are lines
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text
