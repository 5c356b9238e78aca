"""The stages of a complaint as a table of turns, without words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.understanding.complaint_marks import AGENT_MARKS, CUSTOMER_MARKS, ComplaintMark
from models.understanding.complaint_stage import Stage, Turn, stage_of

M = ComplaintMark


def them(*marks: ComplaintMark, upset: bool = False, glad: bool = False, asks: bool = False) -> Turn:
    return Turn(ours=False, marks=frozenset(marks), upset=upset, glad=glad, asks=asks)


def us(*marks: ComplaintMark, timed: bool = False, asks: bool = False) -> Turn:
    return Turn(ours=True, marks=frozenset(marks), timed=timed, asks=asks)


OPEN = them(M.GRIEVANCE)


@pytest.mark.parametrize(
    ("turns", "stage"),
    [
        ([OPEN], Stage.OPENED),
        ([them(M.CHASE)], Stage.OVERDUE),
        ([us(M.CLOSED), OPEN], Stage.OPENED),  # what we said before the customer spoke is no reply
        ([OPEN, us(asks=True), them()], Stage.COLLECTING),
        ([OPEN, us(M.ASKS), them(upset=True)], Stage.COLLECTING),
        ([OPEN, us(M.ASKS), them(M.CHASE)], Stage.OVERDUE),
        ([OPEN, us(M.MORE_HELP, asks=True), them()], Stage.OPENED),
        (
            [OPEN, us(M.ASKS), them(), us(), them(upset=True)],
            Stage.OVERDUE,
        ),  # asked, told, and nothing came of it
        ([OPEN, us(M.SCOPE), them(upset=True)], Stage.SCOPE_EXPLAINED),
        ([OPEN, us(M.SCOPE), them(M.AGREES)], Stage.CONFIRMED),
        ([OPEN, us(M.SCOPE), them(M.THANKS)], Stage.SCOPE_EXPLAINED),  # a curt "gracias" agrees with nothing
        ([OPEN, us(timed=True), them(M.THANKS)], Stage.WAITING),
        ([OPEN, us(M.WAIT), them(M.LATE)], Stage.OVERDUE),
        ([OPEN, us(M.WAIT), them(M.GIVES_UP)], Stage.OVERDUE),
        ([OPEN, us(M.WAIT), them(upset=True)], Stage.OVERDUE),
        ([OPEN, us(M.WAIT), them(glad=True)], Stage.WAITING),
        ([OPEN, us(M.WAIT), them(M.LATE), us(M.WAIT), them(asks=True)], Stage.OVERDUE),  # chased before
        ([OPEN, us(M.WAIT), them(M.LATE), us(M.WAIT), them()], Stage.WAITING),
        ([OPEN, us(M.WAIT), them(M.SOLVED)], Stage.CONFIRMED),
        ([OPEN, us(M.WAIT), them(M.SOLVED, M.GRIEVANCE)], Stage.REOPENED),
        ([OPEN, us(M.WAIT), them(M.SOLVED, upset=True)], Stage.SOLUTION_OFFERED),
        ([OPEN, us(M.WAIT), them(M.SOLVED, M.CLOSES)], Stage.CLOSED),
        ([OPEN, us(M.SOLUTION), them()], Stage.SOLUTION_OFFERED),
        ([OPEN, us(M.SOLUTION, M.SCOPE, asks=True), them()], Stage.SOLUTION_OFFERED),
        ([OPEN, us(M.SOLUTION), them(M.AGREES)], Stage.CONFIRMED),
        ([OPEN, us(M.SOLUTION), them(glad=True)], Stage.SOLUTION_OFFERED),  # a tone agrees with nothing
        ([OPEN, us(M.SOLUTION), them(M.AGREES, M.REJECTS)], Stage.REOPENED),
        ([OPEN, us(M.SOLUTION), them(M.AGAIN)], Stage.REOPENED),
        ([OPEN, us(M.SOLUTION), them(M.THANKS, upset=True)], Stage.SOLUTION_OFFERED),  # "gracias por nada"
        ([OPEN, us(M.SOLUTION), them(upset=True)], Stage.SOLUTION_OFFERED),
        ([OPEN, us(M.WAIT), them(M.AGREES, upset=True)], Stage.WAITING),  # the tone lags behind the words
        ([OPEN, us(M.CLOSED), them(M.AGREES, upset=True)], Stage.CLOSED),
        ([OPEN, us(M.CLOSED), them(upset=True)], Stage.REOPENED),
        ([OPEN, us(M.SOLUTION), them(M.CHASE)], Stage.OVERDUE),
        ([OPEN, us(M.SOLUTION), them(M.AGREES), us(), them(M.AGAIN)], Stage.REOPENED),
        ([OPEN, us(M.CLOSED), them()], Stage.CLOSED),
        ([OPEN, us(M.CLOSED), them(M.GRIEVANCE)], Stage.REOPENED),
        ([OPEN, us(), them(upset=True)], Stage.OVERDUE),
        ([them(), us(), them(upset=True)], Stage.OPENED),  # nobody had asked for anything
    ],
)
def test_stages(turns: list[Turn], stage: Stage) -> None:
    assert stage_of(turns) is stage


TURNS = st.one_of(
    st.builds(us_turn := (lambda marks, timed, asks: us(*marks, timed=timed, asks=asks)),
              st.sets(st.sampled_from(sorted(AGENT_MARKS)), max_size=4), st.booleans(), st.booleans()),
    st.builds(lambda marks, upset, asks: them(*marks, upset=upset, asks=asks),
              st.sets(st.sampled_from(sorted(CUSTOMER_MARKS)), max_size=4), st.booleans(), st.booleans()),
)  # fmt: skip


@given(st.lists(TURNS, max_size=12))
def test_nothing_is_confirmed_by_an_upset_customer_or_by_us(turns: list[Turn]) -> None:
    """M48: only what the customer says confirms; our turns and an upset last one never do."""
    before, after = stage_of(turns), stage_of([*turns, us(*AGENT_MARKS)])
    assert after is not Stage.CONFIRMED or before is Stage.CONFIRMED
    if before not in (Stage.CONFIRMED, Stage.CLOSED):
        assert stage_of([*turns, them(M.THANKS, M.AGREES, upset=True)]) is not Stage.CONFIRMED
