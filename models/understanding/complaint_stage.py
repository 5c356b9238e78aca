"""Where a complaint stands (M42-M51), told turn by turn from the marks of its words. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.understanding.complaint_marks import ComplaintMark


class Stage(StrEnum):
    """Where a complaint stands once the customer's last message is in."""

    OPENED = "opened"
    COLLECTING = "collecting"
    """We asked for what is missing, and the customer answers (M43)."""
    SCOPE_EXPLAINED = "scope_explained"
    """We told how far the company answers for it (M46)."""
    WAITING = "waiting"
    """An answer was announced (M47)."""
    OVERDUE = "overdue"
    """The time promised is over, or the customer asks again (M49)."""
    SOLUTION_OFFERED = "solution_offered"
    CONFIRMED = "confirmed"
    """The customer agrees or says that it is solved: only now it may be closed in public (M48)."""
    REOPENED = "reopened"
    """What was solved or offered is not: it failed again, or the customer turns it down."""
    CLOSED = "closed"


OVER = frozenset({Stage.CONFIRMED, Stage.CLOSED})
"""Nothing is owed any more."""
_M = ComplaintMark
_STILL_OWED = frozenset({_M.CHASE, _M.LATE})
_BAD = frozenset({_M.GRIEVANCE, _M.CHASE, _M.LATE, _M.REJECTS, _M.AGAIN})
_GOOD = frozenset({_M.AGREES, _M.THANKS, _M.SOLVED})
COMPLAINS = _BAD | {_M.OPEN_CASE}
"""Marks that make a thread a complaint whatever else it is."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn shows."""

    ours: bool
    marks: frozenset[ComplaintMark] = frozenset()
    timed: bool = False
    """Ours only: it promises something by a time."""
    asks: bool = False
    """It holds a question, or the customer asks for something."""
    upset: bool = False
    """The customer is angry, sad or frustrated; known of the last message only."""
    glad: bool = False
    praises: bool = False
    """Glad, and there is nothing else in it."""


def stage_of(turns: Iterable[Turn]) -> Stage:
    """Stage after the last turn. The first turn of the customer opens it; ours before that count for nothing."""
    stage: Stage | None = None
    raised = replied = chased = False
    for turn in turns:
        if not turn.ours:
            stage = _after_theirs(stage, turn, replied=replied)
            if stage is Stage.WAITING and chased and turn.asks:
                stage = Stage.OVERDUE
            chased = chased or stage is Stage.OVERDUE
            raised = raised or turn.asks or not turn.marks.isdisjoint(_BAD)
        elif stage is not None:
            stage, replied = _after_ours(stage, turn), raised
    return stage or Stage.OPENED


def _after_ours(stage: Stage, turn: Turn) -> Stage:
    """Courtesies leave the stage as it is; a question to the customer comes before an answer announced."""
    marks = turn.marks
    asked = turn.asks and _M.MORE_HELP not in marks
    if _M.CLOSED in marks:
        return Stage.CLOSED
    if stage in OVER:
        return stage
    found = (
        (_M.SOLUTION in marks, Stage.SOLUTION_OFFERED),
        (_M.ASKS in marks or asked, Stage.COLLECTING),
        (_M.SCOPE in marks, Stage.SCOPE_EXPLAINED),
        (_M.WAIT in marks or turn.timed, Stage.WAITING),
    )
    # What was asked for is in, and the reply to it brings nothing: it stands as at the start.
    kept = Stage.OPENED if stage is Stage.COLLECTING and _M.MORE_HELP not in marks else stage
    return next((to for holds, to in found if holds), kept)


def _after_theirs(stage: Stage | None, turn: Turn, *, replied: bool) -> Stage:
    """A reply to what was asked that brought nothing, and an upset answer to it: the customer asks again."""
    marks = turn.marks
    said = not marks.isdisjoint(_BAD)
    # The tone is read of the whole thread and lags behind: "vale, espero" after a quarrel is heard as angry still.
    bad = said or (turn.upset and marks.isdisjoint({_M.AGREES, _M.THANKS}))
    if _M.SOLVED in marks and not said and not turn.upset:
        return Stage.CLOSED if _M.CLOSES in marks else Stage.CONFIRMED
    if _M.SOLVED in marks and stage is not None:
        # Solved in words and an unhappy tone, which may be misread: nothing is closed, nothing opened again.
        return Stage.REOPENED if said else Stage.SOLUTION_OFFERED
    owed = not marks.isdisjoint(_STILL_OWED)
    if turn.praises and stage is not None and marks & _GOOD and not marks & _BAD:
        return Stage.CONFIRMED
    if stage is None or stage is Stage.OPENED:
        return Stage.OVERDUE if owed or (replied and turn.upset) else Stage.OPENED
    return _MOVES[stage](turn, bad, owed)


def _collecting(turn: Turn, bad: bool, owed: bool) -> Stage:
    return Stage.OVERDUE if owed else Stage.COLLECTING


def _waiting(turn: Turn, bad: bool, owed: bool) -> Stage:
    return Stage.OVERDUE if bad or _M.GIVES_UP in turn.marks else Stage.WAITING


def _overdue(turn: Turn, bad: bool, owed: bool) -> Stage:
    return Stage.OVERDUE


def _reopened(turn: Turn, bad: bool, owed: bool) -> Stage:
    return Stage.OVERDUE if owed else Stage.REOPENED


def _scope(turn: Turn, bad: bool, owed: bool) -> Stage:
    agreed = not bad and not turn.upset and _M.AGREES in turn.marks
    return Stage.CONFIRMED if agreed else Stage.SCOPE_EXPLAINED


def _solution(turn: Turn, bad: bool, owed: bool) -> Stage:
    if not turn.marks.isdisjoint({_M.REJECTS, _M.AGAIN}):
        return Stage.REOPENED
    if owed:
        return Stage.OVERDUE
    if not turn.marks.isdisjoint(_BAD):
        return Stage.REOPENED
    # Words, not a tone that seems glad: a farewell may be read as satisfied, and is no agreement.
    agreed = not turn.upset and not turn.marks.isdisjoint(_GOOD)
    return Stage.CONFIRMED if agreed else Stage.SOLUTION_OFFERED


def _over(turn: Turn, bad: bool, owed: bool) -> Stage:
    if bad and not turn.glad:
        return Stage.REOPENED
    return Stage.CLOSED if _M.CLOSES in turn.marks else Stage.CONFIRMED


def _closed(turn: Turn, bad: bool, owed: bool) -> Stage:
    return Stage.REOPENED if bad and not turn.glad else Stage.CLOSED


_MOVES: Mapping[Stage, Callable[[Turn, bool, bool], Stage]] = {
    Stage.COLLECTING: _collecting,
    Stage.SCOPE_EXPLAINED: _scope,
    Stage.WAITING: _waiting,
    Stage.OVERDUE: _overdue,
    Stage.SOLUTION_OFFERED: _solution,
    Stage.CONFIRMED: _over,
    Stage.REOPENED: _reopened,
    Stage.CLOSED: _closed,
}
"""What a turn of the customer makes of each stage: (turn, it is bad news, something is still owed)."""
