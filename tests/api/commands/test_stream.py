"""JSON Lines: order kept, bad lines named by number and passed over, values never repeated."""

import io
import json
from pathlib import Path

import pytest

from api.commands.stream import MAX_LINE_BYTES, read_lines, run_lines
from cases.errors import StoreUnavailableError, UnknownAccountError
from cases.message import Message
from models.errors import ModelError


def run(path: Path, content: bytes) -> tuple[int, list[dict[str, object]]]:
    source = path / "in.jsonl"
    source.write_bytes(content)
    out = io.StringIO()
    code = run_lines(
        source, Message, lambda message: {"id": message.id, "length": len(message.text)}, out=out
    )
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_good_lines_in_order(tmp_path: Path) -> None:
    code, results = run(tmp_path, b'{"id": "a", "text": "hola"}\n\n{"id": "b", "text": "adi\xc3\xb3s"}\n')
    assert code == 0
    assert results == [{"id": "a", "length": 4}, {"id": "b", "length": 5}]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'"texto"', "not a JSON object"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"text": "hola", "channel": "telegram"}', "channel"),
        (b'{"text": "hola", "extra": 1}', "unknown field"),
        (b'{"text": "hola", "Quintanapalla": 1}', "unknown field"),
        (b'{"text": "hola", "id": ' + b"1" * 5000 + b"}", "not JSON"),
        (b'{"text": "hola", "received_at": "0001-01-01T00:00:00Z"}', "2000"),
        (b'{"text": ""}', "text"),
        (b'{"text": "   "}', "empty"),
        (b'{"text": "\\ud800"}', "unicode"),
        (b'{"text": "' + b"a" * 20_001 + b'"}', "20000"),
        (b'{"text": "' + b"a" * MAX_LINE_BYTES + b'"}', "bytes"),
        (b'{"id": "x"}', "text"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(tmp_path: Path, bad: bytes, says: str) -> None:
    code, results = run(tmp_path, b'{"id": "a", "text": "uno"}\n' + bad + b'\n{"id": "c", "text": "tres"}')
    assert code == 1
    assert [result.get("id") for result in results] == ["a", None, "c"]
    assert results[1]["line"] == 2
    assert says in str(results[1]["error"])


def test_an_error_never_repeats_the_value(tmp_path: Path) -> None:
    _, results = run(
        tmp_path, b'{"text": "soy Ana Canario", "channel": "Ana Canario", "language": "Ana Canario"}'
    )
    assert "Canario" not in json.dumps(results)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert run(tmp_path, b'\xef\xbb\xbf{"text": "hola"}\n')[0] == 0


def test_a_line_of_many_megabytes_is_never_held_whole() -> None:
    class Endless(io.BytesIO):
        """Hands out at most what is asked for, and keeps the largest request."""

        largest = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.largest = max(self.largest, size if size is not None else -1)
            assert size is not None
            assert size > 0
            return super().readline(size)

    stream = Endless(b"x" * (5 * MAX_LINE_BYTES) + b'\n{"text": "hola"}\n')
    lines = list(read_lines(stream))
    assert [line.number for line in lines] == [1, 2]
    assert lines[0].error is not None
    assert lines[1].error is None
    assert stream.largest <= MAX_LINE_BYTES + 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("soy Ana Canario"), "internal error (ValueError)"),
        (UnicodeError("soy Ana Canario"), "internal error (UnicodeError)"),
        (ModelError("redaction failed (ValueError); nothing was redacted"), "redaction failed"),
        (UnknownAccountError("the message names an account that is not configured"), "not configured"),
    ],
)
def test_work_that_errs_on_a_line_is_told_without_its_words(
    tmp_path: Path, error: Exception, says: str
) -> None:
    code, results = run_work(tmp_path, b'{"text": "uno"}\n{"text": "falla"}\n{"text": "tres"}', error)
    assert code == 1
    assert [result.get("text") for result in results] == ["uno", None, "tres"]
    assert says in str(results[1]["error"])
    assert "Canario" not in json.dumps(results)


def test_a_store_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError):
        run_work(tmp_path, b'{"text": "falla"}\n{"text": "dos"}', StoreUnavailableError("writing: disk full"))


def run_work(path: Path, content: bytes, error: Exception) -> tuple[int, list[dict[str, object]]]:
    """Run lines through work that raises on one of them."""
    source, out = path / "in.jsonl", io.StringIO()
    source.write_bytes(content)

    def work(message: Message) -> dict[str, str]:
        if message.text == "falla":
            raise error
        return {"text": message.text}

    code = run_lines(source, Message, work, out=out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]
