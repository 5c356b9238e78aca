"""Readings sum types into entities; decoding only gives legal sequences."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.redaction.labels import LabelScheme, Reading

SCHEME = LabelScheme(("AGE", "PATIENT", "STAFF"))
PERSONS = {"PERSON": ("PATIENT", "STAFF")}


def _logits(*rows: dict[int, float]) -> np.ndarray:
    table = np.full((len(rows), SCHEME.size), -20.0, dtype=np.float32)
    for line, row in enumerate(rows):
        for label, value in row.items():
            table[line, label] = value
    return table


def test_a_reading_sums_the_types_of_an_entity_and_leaves_the_rest_outside() -> None:
    begin_patient, begin_staff, begin_age = (
        SCHEME.begin("PATIENT"),
        SCHEME.begin("STAFF"),
        SCHEME.begin("AGE"),
    )
    logits = _logits({begin_patient: 0.0, begin_staff: 0.0, begin_age: 0.0, 0: 0.0})
    (row,) = Reading(SCHEME, PERSONS).probabilities(logits)
    assert row == pytest.approx([0.5, 0.5, 0.0], abs=1e-6)


def test_two_types_that_share_a_span_win_together() -> None:
    logits = _logits({SCHEME.begin("PATIENT"): 1.0, SCHEME.begin("STAFF"): 1.0, 0: 1.3})
    reading = Reading(SCHEME, PERSONS)
    assert reading.decode(reading.probabilities(logits))[0][:3] == ("PERSON", 0, 1)


def test_spans_begin_go_on_and_end() -> None:
    reading = Reading(SCHEME, {"PERSON": ("PATIENT",), "AGE": ("AGE",)})
    begin, age = SCHEME.begin("PATIENT"), SCHEME.begin("AGE")
    rows = [{begin: 5}, {begin + 1: 5}, {begin: 5}, {0: 5}, {age: 5}, {age + 1: 5}]
    spans = reading.decode(reading.probabilities(_logits(*rows)))
    assert [span[:3] for span in spans] == [("PERSON", 0, 2), ("PERSON", 2, 3), ("AGE", 4, 6)]


def test_a_span_cannot_start_inside() -> None:
    reading = Reading(SCHEME, {"PERSON": ("PATIENT",)})
    inside = SCHEME.begin("PATIENT") + 1
    rows = [{0: 5}, {inside: 2, 0: 0, inside - 1: 1}]
    assert [span[:3] for span in reading.decode(reading.probabilities(_logits(*rows)))] == [("PERSON", 1, 2)]


def test_a_bias_against_outside_finds_more() -> None:
    reading = Reading(SCHEME, {"PERSON": ("PATIENT",)})
    probabilities = reading.probabilities(_logits({SCHEME.begin("PATIENT"): 0.0, 0: 1.0}))
    assert reading.decode(probabilities) == []
    assert len(reading.decode(probabilities, outside_bias=-2.0)) == 1


def test_no_parts_no_spans() -> None:
    assert Reading(SCHEME, PERSONS).decode(np.zeros((0, 3), dtype=np.float32)) == []


@given(
    arrays(
        np.float32, st.tuples(st.integers(1, 12), st.just(SCHEME.size)), elements=st.floats(-8, 8, width=32)
    )
)
def test_decoded_spans_are_in_order_apart_and_scored(logits: np.ndarray) -> None:
    reading = Reading(SCHEME, {"PERSON": ("PATIENT", "STAFF"), "AGE": ("AGE",)})
    spans = reading.decode(reading.probabilities(logits))
    assert all(left[2] <= right[1] for left, right in itertools.pairwise(spans))
    assert all(start < end and 0 <= score <= 1 + 1e-6 for _, start, end, score in spans)


def _brute_force(emissions: np.ndarray) -> float:
    size = emissions.shape[1]
    best = {label: emissions[0, label] for label in range(size) if label == 0 or label % 2 == 1}
    for row in emissions[1:]:
        best = {
            label: max(
                score
                for before, score in best.items()
                if label % 2 == 1 or label == 0 or before in {label, label - 1}
            )
            + row[label]
            for label in range(size)
            if label % 2 == 1 or label == 0 or {label, label - 1} & set(best)
        }
    return float(max(best.values()))


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.just(5)), elements=st.floats(-4, 4, width=32)))
def test_decoding_finds_the_best_legal_sequence(logits: np.ndarray) -> None:
    scheme = LabelScheme(("A", "B"))
    reading = Reading(scheme, {"A": ("A",), "B": ("B",)})
    probabilities = reading.probabilities(logits)
    labels = [0] * len(logits)
    for entity, start, end, _ in reading.decode(probabilities):
        labels[start] = scheme.begin(entity)
        labels[start + 1 : end] = [scheme.begin(entity) + 1] * (end - start - 1)
    emissions = np.log(np.maximum(probabilities, 1e-9))
    got = float(sum(emissions[place, label] for place, label in enumerate(labels)))
    assert got == pytest.approx(_brute_force(emissions), abs=1e-3)
