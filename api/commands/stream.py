"""JSON Lines in, JSON Lines out: in order, in constant memory, a bad line reported and passed over."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, TypeVar

from pydantic import BaseModel, ValidationError

from api.field_paths import field_path

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
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            yield Line(number, None, f"line is not UTF-8 (byte {error.start})")
            continue
        if text:
            yield Line(number, text, None)


def parse_line(text: str, model: type[T]) -> T:
    """Parse one line as a model.

    Raises:
        LineError: naming the field, never its value.
    """
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
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
    return "; ".join(f"{field_path(item['loc'])}: {item['msg']}" for item in found[:3])


def run_lines(
    source: Path | None, model: type[T], work: Callable[[T], Any], *, out: TextIO = sys.stdout
) -> int:
    """Do the work on each line and print each result as a line of JSON.

    Returns:
        0, or 1 when at least one line was bad.
    """
    failed = False
    with _open(source) as stream:
        for line in read_lines(stream):
            try:
                if line.text is None:
                    raise LineError(line.error or "unreadable")
                result = work(parse_line(line.text, model))
            except LineError as error:
                failed = True
                result = {"line": line.number, "error": str(error)}
            out.write(_dump(result) + "\n")
            out.flush()
    return int(failed)


def _open(source: Path | None) -> BinaryIO:
    return sys.stdin.buffer if source is None else source.open("rb")


def _dump(result: Any) -> str:  # noqa: ANN401 - a model or plain JSON data
    if isinstance(result, BaseModel):
        return result.model_dump_json()
    return json.dumps(result, ensure_ascii=False)
