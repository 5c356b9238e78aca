"""JSON Lines in, JSON Lines out, many lines a step: for work that is quicker on several items at once.

A step takes what has arrived, so that a program that waits for its answer gets it, and no more than ``MOST``
lines, so that memory stays the same however long the file is.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeVar

from pydantic import BaseModel

from api.commands.stream import (
    MAX_LINE_BYTES,
    Line,
    LineError,
    decode_line,
    dump,
    open_source,
    parse_line,
    worked,
)

T = TypeVar("T", bound=BaseModel)
Work = Callable[[Sequence[T]], Sequence[Any]]

CHUNK = 64 * 1024
"""Bytes asked for at once; what has arrived is given, however little."""
MOST = 256
"""Lines of one step."""


def read_batches(stream: BinaryIO) -> Iterator[list[Line]]:
    """Yield the lines of a stream as they arrive, in batches. Errors as in ``read_lines``."""
    number, pending, skipping = 0, b"", False
    while chunk := stream.read1(CHUNK):  # type: ignore[attr-defined] # buffered streams have it
        *whole, pending = (pending + chunk).split(b"\n")
        batch: list[Line] = []
        for raw in whole:
            number += 1
            batch.append(_too_long(number) if skipping else _line(number, raw))
            skipping = False
        if len(pending) > MAX_LINE_BYTES:
            pending, skipping = b"", True
        yield from _parts(batch)
    if pending or skipping:
        yield from _parts([_too_long(number + 1) if skipping else _line(number + 1, pending)])


def run_batches(source: Path | None, model: type[T], work: "Work[T]", *, out: TextIO = sys.stdout) -> int:
    """Do the work on batches of lines and print each result as a line of JSON, in order.

    Returns:
        0, or 1 when at least one line was bad.
    """
    failed = False
    with open_source(source) as stream:
        for batch in read_batches(stream):
            for line, result in zip(batch, _results(batch, model, work), strict=True):
                if isinstance(result, LineError):
                    failed = True
                    result = {"line": line.number, "error": str(result)}
                out.write(dump(result) + "\n")
            out.flush()
    return int(failed)


def _results(batch: Sequence[Line], model: type[T], work: "Work[T]") -> list[Any]:
    """Return each line's result, or what is wrong with it."""
    items = [_parsed(line, model) for line in batch]
    good = [item for item in items if not isinstance(item, LineError)]
    try:
        results = iter(work(good)) if good else iter(())
    except OSError:
        raise
    except Exception:
        # One text spoils the batch: each alone, so that the others get their result and that one its error.
        return [_alone(line, model, work) for line in batch]
    return [item if isinstance(item, LineError) else next(results) for item in items]


def _parsed(line: Line, model: type[T]) -> T | LineError:
    try:
        return parse_line(line.text, model) if line.text is not None else LineError(line.error)
    except LineError as error:
        return error


def _alone(line: Line, model: type[T], work: "Work[T]") -> Any:  # noqa: ANN401 - a result of any kind
    try:
        return worked(line, model, lambda item: work([item])[0])
    except LineError as error:
        return error


def _line(number: int, raw: bytes) -> Line:
    return _too_long(number) if len(raw) > MAX_LINE_BYTES else decode_line(number, raw)


def _too_long(number: int) -> Line:
    return Line(number, None, f"line is over {MAX_LINE_BYTES} bytes")


def _parts(batch: Sequence[Line]) -> Iterator[list[Line]]:
    """Leave out blank lines and cut what remains into steps."""
    lines = [line for line in batch if line.text != ""]
    for start in range(0, len(lines), MOST):
        yield list(lines[start : start + MOST])
