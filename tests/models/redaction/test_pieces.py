"""Parts keep the text's borders, and every part has pieces."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.encoder import DEFAULT_DIRECTORY
from models.redaction.pieces import PieceCutter, parts_of


@pytest.fixture(scope="module")
def cutter() -> PieceCutter:
    return PieceCutter(Tokenizer.from_file(str(DEFAULT_DIRECTORY / "tokenizer.json")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ("Ana", ["Ana"]),
        ("DNI:12345678Z.", ["DNI", ":", "12345678", "Z", "."]),
        ("53 años", ["53", "años"]),
        ("a_b", ["a", "_", "b"]),
        ("uno\ndos", ["uno", "\n", "dos"]),
        ("ana@x.es", ["ana", "@", "x", ".", "es"]),
        ("9" * 45, ["9" * 20, "9" * 20, "9" * 5]),
        ("á🙂!", ["á", "🙂", "!"]),
    ],
)
def test_parts(text: str, expected: list[str]) -> None:
    assert [text[part.start : part.end] for part in parts_of(text)] == expected


def test_a_part_knows_whether_a_blank_stands_before_it() -> None:
    assert [part.spaced for part in parts_of("el 8.º")] == [True, True, False, False]


@given(st.text(max_size=80))
def test_parts_cover_all_but_blanks_in_order(text: str) -> None:
    parts = parts_of(text)
    covered = {place for part in parts for place in range(part.start, part.end)}
    assert all(left.end <= right.start for left, right in itertools.pairwise(parts))
    assert all(char.isspace() for place, char in enumerate(text) if place not in covered)


@given(text=st.text(max_size=60))
def test_every_part_has_pieces(cutter: PieceCutter, text: str) -> None:
    parts = parts_of(text)
    ids = cutter.ids(text, parts)
    assert len(ids) == len(parts)
    assert all(ids)


def test_a_blank_before_a_part_changes_its_pieces(cutter: PieceCutter) -> None:
    glued, apart = cutter.ids("1a", parts_of("1a"))[1], cutter.ids("1 a", parts_of("1 a"))[1]
    assert glued != apart
