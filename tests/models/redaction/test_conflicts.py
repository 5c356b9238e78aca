from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.redaction.conflicts import resolve
from models.spans import Span

TEXT = "x" * 40
SPANS = st.lists(
    st.builds(
        lambda start, size, entity, score: Span(entity, start, start + size, score),
        st.integers(0, 30),
        st.integers(1, 9),
        st.sampled_from(["PERSON", "ES_NIF", "SYMPTOM"]),
        st.sampled_from([0.5, 0.7, 1.0]),
    ),
    max_size=8,
)


@given(SPANS)
def test_union_covers_every_finding_and_nothing_else(spans):
    resolved = resolve(spans, TEXT)
    covered = {i for span in resolved for i in range(span.start, span.end)}
    assert covered == {i for span in spans for i in range(span.start, span.end)}
    assert all(left.end <= right.start for left, right in pairwise(resolved))


@given(SPANS, st.randoms())
def test_order_does_not_matter(spans, random):
    shuffled = list(spans)
    random.shuffle(shuffled)
    assert resolve(spans, TEXT) == resolve(shuffled, TEXT)


def test_higher_score_then_longer_decides_the_type():
    assert resolve([Span("ORDER_ID", 0, 9, 0.5), Span("ES_NIF", 2, 9, 1.0)], TEXT) == [
        Span("ES_NIF", 0, 9, 1.0)
    ]
    assert (
        resolve([Span("ORDER_ID", 0, 9, 0.7), Span("ES_NIF", 2, 9, 0.7)], TEXT)[0].entity_type == "ORDER_ID"
    )
    assert resolve([Span("SYMPTOM", 0, 4, 0.7), Span("PERSON", 0, 4, 0.7)], TEXT)[0].entity_type == "PERSON"


def test_neighbouring_names_join_and_other_types_do_not():
    assert resolve([Span("PERSON", 0, 3, 0.7), Span("PERSON", 4, 9, 0.7)], "Ana López") == [
        Span("PERSON", 0, 9, 0.7)
    ]
    assert len(resolve([Span("ES_NIF", 0, 3, 0.7), Span("ES_NIF", 4, 9, 0.7)], "123 45678")) == 2


def span(entity, start, end, score=0.7):
    return Span(entity, start, end, score)


@pytest.mark.parametrize(
    ("name", "found", "resolved"),
    [
        (
            "partial overlap: the union, the better one's type",
            [span("PERSON", 0, 6), span("ES_NIF", 4, 9, 0.9)],
            [span("ES_NIF", 0, 9, 0.9)],
        ),
        (
            "nested, inner better: the union, the inner one's type",
            [span("ORDER_ID", 0, 9, 0.5), span("ES_NIF", 2, 5, 1.0)],
            [span("ES_NIF", 0, 9, 1.0)],
        ),
        (
            "chain: each overlaps the next",
            [span("ES_NIF", 0, 4), span("IBAN_CODE", 3, 7, 0.9), span("ES_NIE", 6, 9)],
            [span("IBAN_CODE", 0, 9, 0.9)],
        ),
        ("the same twice", [span("ES_NIF", 0, 4), span("ES_NIF", 0, 4)], [span("ES_NIF", 0, 4)]),
        (
            "touching numbers are two",
            [span("ES_NIF", 0, 4), span("ES_NIF", 4, 9)],
            [span("ES_NIF", 0, 4), span("ES_NIF", 4, 9)],
        ),
        (
            "touching numbers of two types are two",
            [span("ES_NIF", 0, 4), span("PHONE_NUMBER", 4, 9)],
            [span("ES_NIF", 0, 4), span("PHONE_NUMBER", 4, 9)],
        ),
        (
            "names with one blank are one",
            [span("PERSON", 0, 3), span("PERSON", 4, 9, 0.9)],
            [span("PERSON", 0, 9, 0.9)],
        ),
        (
            "a name and an address side by side are two",
            [span("PERSON", 0, 3), span("POSTAL_ADDRESS", 4, 9)],
            [span("PERSON", 0, 3), span("POSTAL_ADDRESS", 4, 9)],
        ),
        (
            "a name inside an address is a street's",
            [span("PERSON", 3, 7, 0.9), span("POSTAL_ADDRESS", 0, 9, 0.7)],
            [span("POSTAL_ADDRESS", 0, 9, 0.7)],
        ),
        (
            "a name that an address only begins in is a name",
            [span("PERSON", 0, 7, 0.9), span("POSTAL_ADDRESS", 5, 9, 0.7)],
            [span("PERSON", 0, 9, 0.9)],
        ),
        ("nothing", [], []),
    ],
)
def test_table(name, found, resolved):
    text = "xxx xxxxx" if "blank" in name or "side" in name else TEXT
    assert resolve(found, text) == resolved, name


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ana López", 1),
        ("Ana  López", 1),
        ("Ana\nLópez", 2),
        ("Ana   López", 2),
        ("Ana, López", 2),
        ("Ana y López", 2),
    ],
)
def test_names_join_over_blanks_of_one_line_only(text, count):
    start = text.index("López")
    assert len(resolve([span("PERSON", 0, 3), span("PERSON", start, len(text))], text)) == count


KEPT = frozenset({"ORDER_ID", "URL"})


@pytest.mark.parametrize(
    ("found", "entity"),
    [
        ([span("ORDER_ID", 0, 9, 0.9)], "ORDER_ID"),
        ([span("ORDER_ID", 0, 9, 0.9), span("PERSON", 2, 5)], "ORDER_ID"),
        ([span("ORDER_ID", 0, 6, 0.9), span("PERSON", 4, 9)], "PERSON"),
        ([span("ORDER_ID", 2, 5, 0.9), span("PERSON", 0, 9)], "PERSON"),
        ([span("ORDER_ID", 0, 9, 0.5), span("PERSON", 2, 5)], "PERSON"),
        ([span("ORDER_ID", 0, 6, 0.9), span("URL", 4, 9, 0.5)], "ORDER_ID"),
    ],
)
def test_what_is_kept_never_uncovers_what_another_finding_hides(found, entity):
    (resolved,) = resolve(found, TEXT, KEPT)
    assert resolved.entity_type == entity
    assert (resolved.start, resolved.end) == (min(s.start for s in found), max(s.end for s in found))


@given(SPANS, st.frozensets(st.sampled_from(["PERSON", "ES_NIF", "SYMPTOM"])))
def test_a_kept_span_lies_in_kept_findings_or_is_one_that_outranks(spans, kept):
    for one in resolve(spans, TEXT, kept):
        if one.entity_type in kept:
            inside = [
                s for s in spans if one.start <= s.start and s.end <= one.end and s.entity_type not in kept
            ]
            whole = any((s.start, s.end) == (one.start, one.end) and s.entity_type in kept for s in spans)
            assert whole or not inside
