from itertools import pairwise

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
