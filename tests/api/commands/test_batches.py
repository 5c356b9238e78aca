"""Lines in batches: the same results as one by one, in order, as they arrive, in constant memory."""

import io
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.commands.batches import MOST, read_batches, run_batches
from api.commands.stream import MAX_LINE_BYTES, read_lines, run_lines
from cases.message import Message
from models.errors import ModelError


def lengths(messages):
    return [{"id": message.id, "length": len(message.text)} for message in messages]


def run(path: Path, content: bytes, work=lengths):
    source = path / "in.jsonl"
    source.write_bytes(content)
    out = io.StringIO()
    code = run_batches(source, Message, work, out=out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


LINES = [
    b'{"id": "a", "text": "hola"}', b"", b"   ", b"{", b"[1]", b"\xff\xfe{}", b'{"text": "adi\xc3\xb3s"}\r',
    b'{"text": ""}', b'{"text": "' + b"a" * (MAX_LINE_BYTES + 1) + b'"}', b'{"id": "z", "text": "fin"}',
]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(LINES), max_size=8), st.booleans())
def test_batches_give_what_single_lines_give(tmp_path_factory, lines, ended):
    content = b"\n".join(lines) + (b"\n" if ended else b"")
    folder = tmp_path_factory.mktemp("lines")
    code, results = run(folder, content)
    out = io.StringIO()
    assert run_lines(folder / "in.jsonl", Message, lambda message: lengths([message])[0], out=out) == code
    assert results == [json.loads(line) for line in out.getvalue().splitlines()]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(1, 50))
def test_where_the_stream_is_cut_does_not_matter(lines, size):
    content = b"\n".join(lines)

    class Slow(io.BytesIO):
        def read1(self, most=-1, /):
            return super().read1(min(most, size * 4099))

    read = [line for batch in read_batches(Slow(content)) for line in batch]
    assert read == list(read_lines(io.BytesIO(content)))


def test_one_bad_text_spoils_its_own_line_only(tmp_path):
    def work(messages):
        if any(message.text == "mal" for message in messages):
            raise ModelError("redaction failed (ValueError); nothing was redacted")
        return lengths(messages)

    code, results = run(tmp_path, b'{"text": "uno"}\n{"text": "mal"}\n{"text": "tres"}\n', work)
    assert code == 1
    assert [result.get("length") for result in results] == [3, None, 4]
    assert results[1] == {"line": 2, "error": "redaction failed (ValueError); nothing was redacted"}


def test_an_unexpected_error_is_told_by_its_type_only(tmp_path):
    def work(messages):
        raise ValueError(messages[0].text)

    code, results = run(tmp_path, b'{"text": "soy Ana Canario"}\n', work)
    assert (code, results) == (1, [{"line": 1, "error": "internal error (ValueError)"}])


def test_a_lost_disk_stops_the_run(tmp_path):
    def work(messages):
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        run(tmp_path, b'{"text": "uno"}\n', work)


def test_a_step_has_no_more_lines_than_fit(tmp_path):
    sizes = []

    def work(messages):
        sizes.append(len(messages))
        return lengths(messages)

    code, results = run(tmp_path, b'{"text": "x"}\n' * 10_000, work)
    assert (code, len(results), sum(sizes)) == (0, 10_000, 10_000)
    assert max(sizes) <= MOST


def test_what_has_arrived_is_answered_before_the_rest_comes():
    """A program at the other end of a pipe that waits for its answer gets it."""
    reading, writing = os.pipe()
    stream = os.fdopen(reading, "rb")
    batches = read_batches(stream)
    os.write(writing, b'{"text": "uno"}\n{"text": "do')
    first: list[str | None] = []
    thread = threading.Thread(target=lambda: first.extend(line.text for line in next(batches)))
    thread.start()
    thread.join(10)
    assert first == ['{"text": "uno"}']
    os.write(writing, b's"}')
    os.close(writing)
    assert [line.text for batch in batches for line in batch] == ['{"text": "dos"}']
    stream.close()
