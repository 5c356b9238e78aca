"""Putting sentences together: what must hold whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.learning.wordings import Known, gather, names_a_fact, names_a_person, wording
from tests.cases.learning.history import POLICY

OPPOSITES = POLICY.phrases.opposites
SENTENCES = st.lists(st.text(alphabet="aeinostr ñá0NO.¡", max_size=40), max_size=15)


@given(SENTENCES, st.floats(0.1, 1))
def test_each_sentence_is_in_one_cluster_and_order_does_not_matter(texts: list[str], least: float) -> None:
    def groups(order: list[str]) -> set[frozenset[str]]:
        said = [(wording(text, "es", OPPOSITES), number) for number, text in enumerate(order)]
        found = gather(said, least)
        assert sorted(n for one in found for _, n in one.members) == list(range(len(order)))
        return {frozenset(made.text for made, _ in one.members) for one in found}

    assert groups(texts) == groups(texts[::-1])


@given(st.text(max_size=60), st.text(max_size=60))
def test_closeness_is_a_share_and_the_same_both_ways(first: str, second: str) -> None:
    one, other = wording(first, "es", OPPOSITES), wording(second, "es", OPPOSITES)
    assert one.closeness(other) == other.closeness(one)
    assert 0 <= one.closeness(other) <= 1
    assert one.closeness(one) == (1 if one.grams else 0)


@given(SENTENCES, st.text(alphabet="aeinostr ñá0NO.", max_size=40), st.floats(0.3, 1))
def test_what_is_known_is_found_as_by_looking_at_each(texts: list[str], asked: str, least: float) -> None:
    known = [wording(text, "es", OPPOSITES) for text in texts]
    wanted = wording(asked, "es", OPPOSITES)
    assert Known(known).has(wanted, least) == any(wanted.closeness(one) >= least for one in known)


def test_two_languages_never_meet() -> None:
    said = [(wording("Gracias por escribirnos.", code, OPPOSITES), code) for code in ("es", "gl")]
    assert len(gather(said, 0.1)) == 2


@pytest.mark.parametrize("text", ["son 3 días", "a@b", "http://x", "mira ejemplo.com", "www.algo", "٣ cajas"])
def test_facts(text: str) -> None:
    assert names_a_fact(text)


@pytest.mark.parametrize("text", ["son tres días", "¿y eso?", "Punto.Y seguido"])
def test_no_facts(text: str) -> None:
    assert not names_a_fact(text)


@pytest.mark.parametrize(
    "text", ["[PERSONA_1]", "hola [CORREO_k7qxab2cdefghij]", "600••••12", "[TEXTO_RETENIDO]"]
)
def test_what_was_redacted_names_somebody(text: str) -> None:
    assert names_a_person(text)
