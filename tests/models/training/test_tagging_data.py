"""From labelled rows to windows: offsets, what a part may be, other writings."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.encoder import DEFAULT_DIRECTORY as ENCODER
from models.redaction.pieces import PieceCutter
from models.redaction.span_scheme import CORPUS_TYPES, MESSAGE_ENTITIES, MESSAGE_TYPES, SCHEME
from models.training.tagging_augment import HIDDEN, hidden, rewritten
from models.training.tagging_corpora import annotated_types, from_generated, read_messages, read_spans
from models.training.tagging_data import TaggedSpan, TaggedText
from models.training.tagging_windows import batches, to_example, windows

CUTTER = PieceCutter(Tokenizer.from_file(str(ENCODER / "tokenizer.json")))
ROWS = [
    {
        "id": "a-1",
        "text": "Soy Ana, de Ana y Eva; tomo Tensarol",
        "personal": ["Ana", "Eva"],
        "health": ["tomo Tensarol"],
    },
    {"id": "a-2", "text": "Sin nada", "personal": [], "health": []},
    {
        "id": "a-3",
        "text": "DNI 1\u200b2345678Z",
        "entities": [{"start": 4, "end": 14, "type": "ES_NIF"}],
    },
]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "messages.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def _values(text: TaggedText) -> list[tuple[str, str]]:
    return [(span.entity, text.text[span.start : span.end]) for span in text.spans]


def test_strings_become_spans_wherever_they_stand_as_words(rows: Path) -> None:
    (first,) = read_messages([rows], {"a-1": "train", "a-2": "dev"}, "train")
    assert _values(first) == [
        ("strings:personal", "Ana"),
        ("strings:personal", "Ana"),
        ("strings:personal", "Eva"),
        ("strings:health", "tomo Tensarol"),
    ]


def test_a_side_gives_only_its_own_rows(rows: Path) -> None:
    sides = {"a-1": "test", "a-2": "dev", "a-3": "train"}
    assert [text.id for text in read_messages([rows], sides, "train")] == ["a-3"]


def test_spans_follow_the_folded_text(rows: Path) -> None:
    (row,) = read_messages([rows], {"a-3": "train"}, "train")
    assert _values(row) == [("messages:ES_NIF", "12345678Z")]


def test_documents_with_spans(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(
        json.dumps({"id": "d", "text": "Edad: 53 años", "spans": [[6, 13, "EDAD_SUJETO_ASISTENCIA"]]})
    )
    (document,) = read_spans(path, "meddocan")
    assert _values(document) == [("meddocan:EDAD_SUJETO_ASISTENCIA", "53 años")]


def test_the_longest_of_overlapping_spans_stays() -> None:
    text = TaggedText(
        "g", "calle Ana 3", (TaggedSpan("PERSON", 6, 9), TaggedSpan("POSTAL_ADDRESS", 0, 11)), frozenset()
    )
    assert _values(from_generated(text)) == [("messages:POSTAL_ADDRESS", "calle Ana 3")]


def test_parts_may_be_what_the_corpus_does_not_mark() -> None:
    text = TaggedText("m", "Ana 53", (TaggedSpan("messages:PERSON", 0, 3),), annotated_types("messages"))
    name, age = to_example(text, CUTTER).allowed
    assert {int(label) for label in name.nonzero()[0]} == {
        SCHEME.begin("PATIENT_NAME"),
        SCHEME.begin("STAFF_NAME"),
    }
    assert age[0]
    assert age[SCHEME.begin("AGE")]
    assert not age[SCHEME.begin("PATIENT_NAME")]


def test_the_second_part_of_a_span_goes_on_with_it() -> None:
    text = TaggedText("m", "Ana García", (TaggedSpan("messages:PERSON", 0, 10),), annotated_types("messages"))
    allowed = to_example(text, CUTTER).allowed
    assert allowed[1, SCHEME.begin("PATIENT_NAME") + 1]
    assert allowed[1].sum() == 2


@pytest.mark.parametrize("corpus", sorted(CORPUS_TYPES))
def test_every_corpus_type_maps_into_the_scheme(corpus: str) -> None:
    assert {kind for kinds in CORPUS_TYPES[corpus].values() for kind in kinds} <= set(SCHEME.types)


def test_messages_are_read_for_what_they_are_labelled_with() -> None:
    labelled = {kind for kinds in MESSAGE_TYPES.values() for kind in kinds}
    assert {kind for kinds in MESSAGE_ENTITIES.values() for kind in kinds} == labelled


def test_windows_hold_every_part_once() -> None:
    text = TaggedText("m", "tomo una al día " * 90, (), annotated_types("messages"))
    example = to_example(text, CUTTER)
    rows = windows(example, CUTTER, limit=64, chance=random.Random(3))
    assert sum(len(row.firsts) for row in rows) == len(example.pieces)
    assert all(len(row.ids) <= 64 for row in rows)
    assert all(row.empty for row in rows)


def test_batches_hold_every_window_once_within_the_limit() -> None:
    example = to_example(TaggedText("m", "una dos tres " * 60, (), frozenset()), CUTTER)
    rows = [
        row
        for size in (20, 40, 64)
        for row in windows(example, CUTTER, limit=size, chance=random.Random(size))
    ]
    groups = batches(rows, tokens=256, chance=random.Random(1))
    assert sorted(map(id, (row for group in groups for row in group))) == sorted(map(id, rows))
    assert all(max(len(row.ids) for row in group) * len(group) <= 256 for group in groups)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_other_writings_keep_the_spans_apart_from_hidden_ones(seed: int) -> None:
    text = TaggedText(
        "m",
        "Soy ANA Núñez, DNI 1Z",
        (TaggedSpan("messages:PERSON", 4, 13), TaggedSpan("messages:ES_NIF", 19, 21)),
        frozenset(),
    )
    changed = rewritten(text, random.Random(seed))
    values = [value.lower().translate(str.maketrans("úñ", "un")) for _, value in _values(changed)]
    assert [value for value in ("ana nunez", "1z") if value in values] == values
    assert len(values) + changed.text.count(HIDDEN) == 2


def test_hidden_spans_are_one_mark_in_no_span() -> None:
    text = TaggedText("m", "a Ana b Eva c", (TaggedSpan("x", 2, 5), TaggedSpan("x", 8, 11)), frozenset())
    seen = {hidden(text, random.Random(seed)).text for seed in range(20)}
    assert seen == {"a Ana b Eva c", "a ¤ b Eva c", "a Ana b ¤ c", "a ¤ b ¤ c"}
