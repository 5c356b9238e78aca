"""JSON Lines in, JSON Lines out: in order, in constant memory, a bad line reported and passed over."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, TypeVar

from pydantic import BaseModel, ValidationError

from api.field_paths import wrong_field
from cases.errors import CaseError, UnknownAccountError
from models.errors import ModelError

T = TypeVar("T", bound=BaseModel)

MAX_LINE_BYTES = 256 * 1024
"""As over HTTP; a longer line is reported and skipped, never held whole."""


class Line(NamedTuple):
    """One line of input: its number from 1, and its text or what is wrong with it."""

    number: int
    text: str | None
    error: str | None


class LineError(Exception):
    """What is wrong with one line, in words that do not quote it."""


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Yield the lines of a stream. Blank ones are skipped; over-long and undecodable ones carry an error."""
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES and not raw.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, None, f"line is over {MAX_LINE_BYTES} bytes")
            continue
        line = decode_line(number, raw)
        if line.text != "":
            yield line


def decode_line(number: int, raw: bytes) -> Line:
    """Decode one line; a blank one has the text ""."""
    try:
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError as error:
        return Line(number, None, f"line is not UTF-8 (byte {error.start})")
    return Line(number, text, None)


def parse_line(text: str, model: type[T]) -> T:
    """Parse one line as a model.

    Raises:
        LineError: naming the field, never its value.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # also a number of more digits than Python converts
        raise LineError("line is not JSON") from None
    if not isinstance(data, dict):
        raise LineError("line is not a JSON object")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise LineError(describe(error)) from None


def describe(error: ValidationError) -> str:
    """The first errors of a validation in one line: field and reason, never the value."""
    found = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{wrong_field(item)}: {item['msg']}" for item in found[:3])


def run_lines(
    source: Path | None, model: type[T], work: Callable[[T], Any], *, out: TextIO = sys.stdout
) -> int:
    """Do the work on each line and print each result as a line of JSON.

    Returns:
        0, or 1 when at least one line was bad.
    """
    failed = False
    with open_source(source) as stream:
        for line in read_lines(stream):
            try:
                result = worked(line, model, work)
            except LineError as error:
                failed = True
                result = {"line": line.number, "error": str(error)}
            out.write(dump(result) + "\n")
            out.flush()
    return int(failed)


def worked(line: Line, model: type[T], work: Callable[[T], Any]) -> Any:  # noqa: ANN401
    """Do the work on one line.

    Raises:
        LineError: the line is bad, or its work failed: the next one may go well.
        CaseError, OSError: the store or a file is gone, for this line and all that follow.
    """
    if line.text is None:
        raise LineError(line.error or "unreadable")
    try:
        return work(parse_line(line.text, model))
    except (ModelError, UnknownAccountError) as error:
        raise LineError(str(error)) from None
    except (LineError, CaseError, OSError):
        raise
    except Exception as error:
        # Its text may quote the customer.
        raise LineError(f"internal error ({type(error).__name__})") from None


def open_source(source: Path | None) -> BinaryIO:
    """Open the file, or standard input when there is none."""
    return sys.stdin.buffer if source is None else source.open("rb")


def dump(result: Any) -> str:  # noqa: ANN401 - a model or plain JSON data
    """Write a result as one line of JSON."""
    if isinstance(result, BaseModel):
        return result.model_dump_json()
    return json.dumps(result, ensure_ascii=False)
