"""Files of messages: each line on its own, a bad one told and passed over."""

from datetime import datetime
from pathlib import Path

import pytest

from cases.message import MAX_TEXT
from cases.sources.inbox_file import MAX_LINE, InboxFileError, read_file
from policies.vocabulary import Channel


def write(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def texts(file: Path) -> list[str | None]:
    return [item.message.text if item.message else item.error for item in read_file(file)]


def test_json_lines(tmp_path: Path):
    file = write(
        tmp_path, "a.jsonl", '\ufeff{"text": "Hola", "channel": "x"}\n\nnada\n[1]\n{"texto": "Hola"}\n'
    )
    assert texts(file) == [
        "Hola",
        "line is not JSON in UTF-8",
        "line is not a JSON object",
        "text: missing or not valid",
    ]
    assert [item.number for item in read_file(file)] == [1, 3, 4, 5]


def test_a_line_too_long_is_passed_over(tmp_path: Path):
    file = write(tmp_path, "a.jsonl", "x" * (3 * MAX_LINE) + '\n{"text": "Hola"}\n')
    assert texts(file) == [f"line is over {MAX_LINE} bytes", "Hola"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_tables_as_spreadsheets_write_them(tmp_path: Path, delimiter: str, encoding: str):
    rows = [
        ["Mensaje", "Canal", "Fecha", "Autor", "Otra"],
        [f'"¿Añade{delimiter} algo?"', "Instagram", "18/11/2026 10:05", "Remedios", "x"],
    ]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    (item,) = read_file(write(tmp_path, "a.csv", content))
    assert item.message is not None
    assert item.message.text == f"¿Añade{delimiter} algo?"
    assert item.message.channel is Channel.INSTAGRAM
    assert item.message.received_at == datetime(2026, 11, 18, 10, 5)
    assert item.message.author is not None
    assert item.message.author.name == "Remedios"


def test_a_bad_row_is_told_and_the_next_is_read(tmp_path: Path):
    content = f"text,channel\nuno,web\nZacarías,fax\n{'a' * (MAX_TEXT + 1)},web\n\n,web\nfin,web\n"
    found = texts(write(tmp_path, "a.csv", content))
    assert found == [
        "uno",
        "channel: missing or not valid",
        f"text: over {MAX_TEXT} characters",
        "text: missing or not valid",
        "fin",
    ]


def test_several_lines_in_a_cell(tmp_path: Path):
    assert texts(write(tmp_path, "a.csv", 'text\n"uno\ndos"\n')) == ["uno\ndos"]


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", "id,canal\n1,x\n"), ("a.csv", ""), ("a.xls", "x"), ("a.txt", "Hola")]
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, name: str, content: str):
    with pytest.raises(InboxFileError, match="a\\."):
        list(read_file(write(tmp_path, name, content)))


def test_no_file(tmp_path: Path):
    with pytest.raises(InboxFileError, match="no such file"):
        list(read_file(tmp_path / "nada.csv"))


def test_a_folder_of_mails(tmp_path: Path):
    write(tmp_path, "1.eml", "From: a@b.example\n\nHola")
    write(tmp_path, "2.eml", "From: a@b.example\nAuto-Submitted: auto-replied\n\nFuera")
    write(tmp_path, "3.eml", "")
    write(tmp_path, "4.txt", "no")
    assert texts(tmp_path) == ["Hola", "mail that a machine wrote: not answered", "mail without text"]
    assert texts(tmp_path / "1.eml") == ["Hola"]


def test_nothing_of_a_message_shows_in_repr(tmp_path: Path):
    (item,) = read_file(write(tmp_path, "a.jsonl", '{"text": "Zacarías"}'))
    assert "Zacarías" not in repr(item)
