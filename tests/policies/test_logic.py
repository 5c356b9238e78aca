"""Normal forms and implications say nothing that evaluation would deny."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.conditions import (
    AllOf,
    AnyOf,
    Avoids,
    Condition,
    Meets,
    NoneOf,
    OneOf,
    Within,
    negated,
)
from policies.logic import cases
from policies.view import View
from policies.wording import missed

CLOSED = {
    "main_intent": frozenset("abc"),
    "colour": frozenset({"red", "blue"}),
}
CODES = st.frozensets(st.sampled_from("abc"), min_size=1)

LITERALS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(OneOf, st.just("main_intent"), CODES),
    st.builds(NoneOf, st.just("main_intent"), CODES),
    st.builds(OneOf, st.just("colour"), st.frozensets(st.sampled_from(["red", "blue"]), min_size=1)),
    st.builds(NoneOf, st.just("country"), st.frozensets(st.sampled_from(["ES", "MX"]), min_size=1)),
    st.builds(OneOf, st.just("country"), st.frozensets(st.sampled_from(["ES", "MX"]), min_size=1)),
    st.builds(Meets, st.just("intents"), CODES),
    st.builds(Avoids, st.just("intents"), CODES),
    st.builds(Meets, st.just("signals"), st.just(frozenset({"s"}))),
    st.builds(Avoids, st.just("signals"), st.just(frozenset({"s"}))),
    st.builds(Within, st.just("signal.s"), low=st.sampled_from([0.2, 0.5])),
    st.builds(
        Within, st.just("turns"), low=st.sampled_from([0.0, 1.0]), high=st.sampled_from([1.0, 2.0, 3.0])
    ),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@st.composite
def views(draw: st.DrawFn) -> View:
    """Views that could be: the main intent is one of the intents, a scored signal is present."""
    main = draw(st.sampled_from("abc"))
    score = draw(st.sampled_from([None, 0.1, 0.3, 0.9]))
    return View(
        values={
            "main_intent": main,
            "colour": draw(st.sampled_from(["red", "blue"])),
            "country": draw(st.sampled_from(["ES", "MX", "PE"])),
        },
        sets={
            "intents": draw(st.frozensets(st.sampled_from("abc"))) | {main},
            "signals": frozenset() if score is None else frozenset({"s"}),
        },
        numbers={"turns": float(draw(st.integers(0, 4))), **({} if score is None else {"signal.s": score})},
    )


@given(CONDITIONS, views())
@settings(max_examples=500)
def test_a_condition_holds_exactly_when_one_of_its_cases_does(condition: Condition, view: View) -> None:
    for split in (False, True):
        found = cases(condition, closed=CLOSED, split=split)
        assert condition.holds(view) == any(
            all(literal.holds(view) for literal in case.literals()) for case in found
        )


@given(CONDITIONS, views())
@settings(max_examples=500)
def test_a_negation_holds_exactly_when_the_condition_does_not(condition: Condition, view: View) -> None:
    assert negated(condition).holds(view) != condition.holds(view)
    assert negated(negated(condition)).holds(view) == condition.holds(view)


@given(CONDITIONS, CONDITIONS, views())
@settings(max_examples=500)
def test_what_is_implied_holds(first: Condition, second: Condition, view: View) -> None:
    for mine in cases(first, closed=CLOSED):
        for theirs in cases(second, closed=CLOSED):
            if mine.implies(theirs) and all(literal.holds(view) for literal in mine.literals()):
                assert all(literal.holds(view) for literal in theirs.literals())


@given(CONDITIONS, views())
@settings(max_examples=300)
def test_a_miss_is_told_without_failing(condition: Condition, view: View) -> None:
    assert isinstance(missed(condition, view), str)
    if not condition.holds(view):
        assert missed(condition, view)


def test_every_case_implies_itself() -> None:
    condition = AllOf((OneOf("main_intent", frozenset("ab")), Avoids("intents", frozenset("b"))))
    (only,) = cases(condition, closed=CLOSED)
    assert only.values["main_intent"] == {"a"}
    assert only.implies(only)
