"""MEDDOCAN scores against tables worked out by hand, after the official script's definitions."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.meddocan import merge, score_documents
from eval.span_scores import Counts, Document, Mention, read_documents, read_predictions

NAME, CITY = "NOMBRE_SUJETO_ASISTENCIA", "TERRITORIO"
TEXT = "Ana Gil, de Soria (Soria). Tel. 900-123"
#       0123456789 1         2         3
ANA, GIL, ANA_GIL = (0, 3), (4, 7), (0, 7)
SORIA, SORIA_2, BOTH_SORIAS = (12, 17), (19, 24), (12, 24)


def spans(*offsets: tuple[int, int], kind: str = NAME) -> frozenset[Mention]:
    return frozenset((start, end, kind) for start, end in offsets)


def counted(gold: frozenset[Mention], found: frozenset[Mention]) -> tuple[Counts, Counts, Counts]:
    scores = score_documents([Document("d", TEXT, gold)], {"d": found})
    return scores.entity.counts, scores.strict.counts, scores.merged.counts


@pytest.mark.parametrize(
    ("gold", "found", "entity", "strict", "merged"),
    [
        pytest.param([ANA], [ANA], (1, 0, 0), (1, 0, 0), (1, 0, 0), id="equal"),
        pytest.param([ANA], [], (0, 0, 1), (0, 0, 1), (0, 0, 1), id="missed"),
        pytest.param([], [ANA], (0, 1, 0), (0, 1, 0), (0, 1, 0), id="made up"),
        pytest.param([ANA], [(0, 4)], (0, 1, 1), (0, 1, 1), (0, 1, 1), id="one blank too long"),
        pytest.param([ANA_GIL], [ANA], (0, 1, 1), (0, 1, 1), (0, 1, 1), id="a piece alone stays wrong"),
        # One gold span in two pieces: joined they agree; the pieces lie in it, so nothing is wrong.
        pytest.param([ANA_GIL], [ANA, GIL], (0, 2, 1), (0, 2, 1), (1, 0, 0), id="pieces of one"),
        # Two gold spans read as one: the joined pair is one right span, and both gold ones lie in it.
        pytest.param([ANA, GIL], [ANA_GIL], (0, 1, 2), (0, 1, 2), (1, 0, 0), id="two read as one"),
        # The same two on both sides agree before joining and after it: three right ones, as the script counts.
        pytest.param([ANA, GIL], [ANA, GIL], (2, 0, 0), (2, 0, 0), (3, 0, 0), id="joined counts besides"),
        # A bracket is no letter: the two places join.
        pytest.param([BOTH_SORIAS], [SORIA, SORIA_2], (0, 2, 1), (0, 2, 1), (1, 0, 0), id="over a bracket"),
        # "de" stands between: nothing joins.
        pytest.param([(0, 17)], [ANA_GIL, SORIA], (0, 2, 1), (0, 2, 1), (0, 2, 1), id="a word between"),
        # One agrees strictly; the other gold one is not in any right span.
        pytest.param([ANA, SORIA], [ANA], (1, 0, 1), (1, 0, 1), (1, 0, 1), id="half"),
    ],
)
def test_tracks(gold: list[tuple[int, int]], found: list[tuple[int, int]], entity, strict, merged) -> None:
    expected = (Counts(*entity), Counts(*strict), Counts(*merged))
    assert counted(spans(*gold), spans(*found)) == expected


def test_a_wrong_type_counts_in_track_1_only() -> None:
    entity, strict, merged = counted(spans(SORIA, kind=CITY), spans(SORIA, kind=NAME))
    assert (entity, strict, merged) == (Counts(0, 1, 1), Counts(1, 0, 0), Counts(1, 0, 0))


def test_micro_figures_and_types_over_documents() -> None:
    gold = [
        Document("a", TEXT, spans(ANA, GIL) | spans(SORIA, kind=CITY)),
        Document("b", TEXT, spans(ANA_GIL)),
        Document("c", TEXT, frozenset()),
    ]
    found = {"a": spans(ANA) | spans(SORIA, kind=CITY), "b": spans(ANA_GIL, SORIA), "c": frozenset()}
    scores = score_documents(gold, found)
    assert scores.documents == 3
    assert scores.entity.counts == Counts(3, 1, 1)
    assert (scores.entity.precision.value, scores.entity.recall.value) == (0.75, 0.75)
    assert scores.entity.f1.value == pytest.approx(0.75)
    assert {kind: score.counts for kind, score in scores.by_type.items()} == {
        NAME: Counts(2, 1, 1),
        CITY: Counts(1, 0, 0),
    }
    assert scores.entity.f1.low <= 0.75 <= scores.entity.f1.high


def test_nothing_at_all_scores_zero() -> None:
    scores = score_documents([Document("a", TEXT, frozenset())], {"a": frozenset()})
    assert (scores.entity.precision.value, scores.entity.recall.value, scores.entity.f1.value) == (0, 0, 0)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, "1 ids are in gold or predictions only, first 'd'"),
        ({"d": [], "x": []}, "first 'x'"),
        ({"d": [(0, 99, NAME)]}, "no span of the text from 0 to 99"),
        ({"d": [(3, 3, NAME)]}, "no span of the text from 3 to 3"),
    ],
)
def test_what_cannot_be_scored_is_refused(found: dict[str, list[Mention]], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        score_documents([Document("d", TEXT, spans(ANA))], found)


def test_two_documents_of_one_id_are_refused() -> None:
    twice = [Document("d", TEXT, frozenset())] * 2
    with pytest.raises(ValueError, match="two documents of one id"):
        score_documents(twice, {"d": []})


def test_merge_joins_in_order_and_as_the_script_does_inside_another() -> None:
    assert merge(TEXT, [GIL, ANA, SORIA_2, SORIA]) == {ANA_GIL, BOTH_SORIAS}
    assert merge(TEXT, [(0, 17), ANA]) == {(0, 17)}
    assert merge(TEXT, [(0, 17), GIL]) == {(0, 7)}
    assert merge(TEXT, [(27, 30), (32, 35), (36, 39)]) == {(27, 39)}


OFFSETS = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda at: (at[0], at[0] + at[1]))


@given(st.frozensets(OFFSETS, max_size=6), st.frozensets(OFFSETS, max_size=6))
def test_bounds_hold_for_any_spans(
    gold: frozenset[tuple[int, int]], found: frozenset[tuple[int, int]]
) -> None:
    entity, strict, merged = counted(spans(*gold), spans(*found))
    assert entity == strict
    assert strict.right + strict.missed == len(gold)
    assert strict.right + strict.wrong == len(found)
    assert merged.right >= strict.right
    assert merged.wrong <= strict.wrong
    assert merged.missed <= strict.missed


def test_command_reads_files_and_prints_all_tracks(tmp_path: Path) -> None:
    gold, found = tmp_path / "gold.jsonl", tmp_path / "found.jsonl"
    gold.write_text(json.dumps({"id": "d", "text": TEXT, "spans": [[0, 3, NAME], [4, 7, NAME]]}) + "\n")
    found.write_text(json.dumps({"id": "d", "spans": [[0, 7, NAME]]}) + "\n")
    assert read_documents(gold) == [Document("d", TEXT, spans(ANA, GIL))]
    done = subprocess.run(
        [sys.executable, "-m", "eval.meddocan", str(gold), str(found)],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {
        line.split("|")[1].strip(): line.split("|")[2:5] for line in done.stdout.splitlines() if "|" in line
    }
    assert [int(cell) for cell in rows["track 2, strict"]] == [0, 1, 2]
    assert [int(cell) for cell in rows["track 2, merged"]] == [1, 0, 0]


def test_two_lines_for_one_document_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "found.jsonl"
    file.write_text('{"id": "d", "spans": []}\n{"id": "d", "spans": []}\n')
    with pytest.raises(ValueError, match="two lines of predictions for 'd'"):
        read_predictions(file)
