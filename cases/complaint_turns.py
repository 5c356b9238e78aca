"""The turns of a thread as a complaint is read from them: marks with places, promises, counts. Redacted text only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cases.complaint import CaseAsk, CaseComplaint, CasePromised, ComplaintPlace, PromisedTime
from cases.places import Remasking
from cases.timekeeping.phrases import Found, Unit
from models.understanding.complaint_marks import ComplaintMark, Wants
from models.understanding.complaint_stage import COMPLAINS, OVER, Stage, Turn
from models.understanding.lexicon_file import Entry
from models.understanding.types import Understanding
from models.vocabulary import Emotion, Intent

MOST_PLACES = 5
"""Places shown of one finding: the first ones."""
MOST_DAYS_OVER = 180
"""A date named longer ago than this is next year's."""
OPEN_CASE, COMPLAINT_OPEN, COMPLAINT_OVERDUE = "open_case", "complaint_open", "complaint_overdue"
COMPLAINT_SAID, REQUEST_SAID = "complaint_said", "request_said"
"""Tags for policy: what the message itself says, and whether the thread's complaint is not settled (M53)."""
_M = ComplaintMark
_UPSET = frozenset({Emotion.ANGRY, Emotion.SAD, Emotion.FRUSTRATED})
_SERVICE = frozenset(
    {
        Intent.ORDER_OR_DELIVERY,
        Intent.BILLING_OR_REFUND,
        Intent.ACCOUNT_OR_APP,
        Intent.OPENING_HOURS_OR_CONTACT,
    }
)
_FAULTS = frozenset({Intent.COMPLAINT, Intent.PRODUCT_QUALITY})
_QUESTIONS = frozenset(
    {
        Intent.MEDICAL_ADVICE, Intent.ADVERSE_EVENT, Intent.PRODUCT_INFORMATION, Intent.PRODUCT_RECOMMENDATION,
        Intent.JOB_OR_COMMERCIAL,
    }
)  # fmt: skip
"""Main intents that words of a complaint ("it broke", "nobody is open") do not make one."""
_PRESSING = frozenset({Stage.OVERDUE, Stage.REOPENED})
_GOODS = frozenset({Wants.REFUND, Wants.REPLACEMENT})
"""Solutions that the customer waits for."""
_SAID = frozenset({_M.GRIEVANCE, _M.CHASE, _M.LATE, _M.REJECTS, _M.AGAIN, _M.OPEN_CASE})


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as it is read: redacted."""

    ours: bool
    text: str


@dataclass(frozen=True, slots=True)
class ComplaintText:
    """What a complaint is read from."""

    turns: tuple[Said, ...]
    """Earlier turns, oldest first."""
    message: str
    """The redacted message without any orders to the software."""
    understanding: Understanding
    received_on: date
    shown: Remasking | None = None
    """To the redacted message as the case shows it, where that is another: places are offsets into it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A cue found, and where."""

    entry: Entry
    place: ComplaintPlace


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """A turn with what was found in it."""

    said: Said
    marks: tuple[Mark, ...]
    promises: tuple[Found, ...] = ()
    number: int | None = None

    @property
    def codes(self) -> frozenset[ComplaintMark]:
        """The marks of the turn, of its role only."""
        return frozenset(mark.entry.complaint for mark in self.marks if mark.entry.complaint is not None)


def moves(turns: Sequence[ReadTurn], understanding: Understanding, *, passed: bool) -> list[Turn]:
    """Turns as the stages see them: the tone is known of the last one alone."""
    moves = [
        Turn(
            ours=turn.said.ours,
            marks=turn.codes,
            timed=bool(turn.promises),
            asks="?" in turn.said.text or (not turn.said.ours and _asks_for_something(turn)),
        )
        for turn in turns[:-1]
    ]
    text = turns[-1].said.text
    wordless = not any(map(str.isalnum, text)) and ("?" in text or "…" in text)
    marks = (
        turns[-1].codes | ({_M.LATE} if passed else frozenset()) | ({_M.CHASE} if wordless else frozenset())
    )
    return [
        *moves,
        Turn(
            ours=False,
            marks=marks,
            asks="?" in text or _asks_for_something(turns[-1]),
            upset=understanding.emotion in _UPSET,
            glad=understanding.emotion is Emotion.SATISFIED,
            praises=understanding.emotion is Emotion.SATISFIED
            and understanding.intents[0][0] is Intent.PRAISE,
        ),
    ]


def opening_heard(turns: tuple[ReadTurn, ...]) -> tuple[ReadTurn, ...]:
    """The turns without a bare "hola?" in the customer's first one: later it asks again, there it greets."""
    first = next(index for index, turn in enumerate(turns) if not turn.said.ours)
    kept = tuple(
        mark for mark in turns[first].marks if not (mark.entry.alone and mark.entry.complaint is not None)
    )
    return (*turns[:first], replace(turns[first], marks=kept), *turns[first + 1 :])


def complains(turns: Sequence[ReadTurn], understanding: Understanding, *, passed: bool) -> bool:
    """Whether the case is a complaint at all: by what is said, or by intent and tone."""
    intents = {intent for intent, _ in understanding.intents}
    if not intents.isdisjoint(_FAULTS):
        return True
    if understanding.intents[0][0] in _QUESTIONS:
        return False
    said = any(not turn.codes.isdisjoint(COMPLAINS) for turn in turns if not turn.said.ours)
    cross = understanding.emotion in (Emotion.ANGRY, Emotion.FRUSTRATED)
    return said or passed or (cross and not intents.isdisjoint(_SERVICE))


def tags_of(complaint: CaseComplaint | None, last: ReadTurn) -> frozenset[str]:
    """What policy may know of the message and its thread."""
    open_case = complaint is not None and bool(complaint.open_case)
    held = {
        COMPLAINT_OPEN: complaint is not None and complaint.stage not in OVER,
        COMPLAINT_OVERDUE: complaint is not None and complaint.stage in _PRESSING,
        COMPLAINT_SAID: not last.codes.isdisjoint(_SAID),
        REQUEST_SAID: _asks_for_something(last),
        OPEN_CASE: open_case,
    }
    return frozenset(tag for tag, holds in held.items() if holds)


def _asks_for_something(turn: ReadTurn) -> bool:
    return any(mark.entry.wants is not None for mark in turn.marks)


def marked(turns: Iterable[ReadTurn], code: ComplaintMark) -> Iterable[Mark]:
    """The cues of one mark in some turns, in order."""
    return (mark for turn in turns for mark in turn.marks if mark.entry.complaint is code)


def asks_of(theirs: Sequence[ReadTurn], given: ComplaintText) -> tuple[CaseAsk, ...]:
    """What is asked for in the message, or in the customer's turns before where the message asks for nothing."""
    for turns in (theirs[-1:], theirs[:-1]):
        marks = [mark for turn in turns for mark in turn.marks if mark.entry.wants is not None]
        if marks:
            return tuple(
                CaseAsk(
                    code=code, places=shown_places((m.place for m in marks if m.entry.wants is code), given)
                )
                for code in Wants
                if any(mark.entry.wants is code for mark in marks)
            )
    return ()


def promised_in(turn: ReadTurn) -> Iterable[CasePromised]:
    """What a turn of ours promised: with a time (promises.yaml), and announcements without one."""
    timed: list[tuple[int, int]] = []
    for found in turn.promises:
        timed.append((found.start, found.end))
        yield CasePromised(
            what=_what(turn, found.start, found.end),
            by=PromisedTime(unit=found.unit.value, count=found.count, month=found.month),
            place=ComplaintPlace(
                source="thread", turn=turn.number, cue=found.phrase, start=found.start, end=found.end
            ),
        )
    for mark in turn.marks:
        place, told = mark.place, mark.entry.complaint
        outside = all(place.end <= start or end <= place.start for start, end in timed)
        goods = told is _M.SOLUTION and mark.entry.wants in _GOODS
        if (told is _M.WAIT or goods) and outside:
            timed.append((place.start, place.end))
            yield CasePromised(what=mark.entry.wants or Wants.INFORMATION, by=None, place=place)


def _what(turn: ReadTurn, start: int, end: int) -> Wants:
    """What the sentence is about; an answer where it names nothing else."""
    named = [
        mark.entry.wants
        for mark in turn.marks
        if mark.entry.wants is not None and start <= mark.place.start < end
    ]
    return named[0] if named else Wants.INFORMATION


def chases_of(theirs: Sequence[ReadTurn]) -> int:
    """Turns that ask again; "it is the third time" says two before it, and is believed where it is more."""
    counted = sum(not turn.codes.isdisjoint({_M.CHASE, _M.LATE}) for turn in theirs)
    said = max((mark.entry.times or 0 for turn in theirs for mark in turn.marks), default=0)
    return max(counted, said - 1)


def shown_places(places: Iterable[ComplaintPlace], given: ComplaintText) -> tuple[ComplaintPlace, ...]:
    """Places as the case shows them, each once, the first of many."""
    found: dict[tuple[int | None, int, int], ComplaintPlace] = {}
    for place in sorted(places, key=lambda p: (p.turn is None, p.turn or 0, p.start, p.end)):
        if len(found) == MOST_PLACES:  # moving costs, and keeps the order: no more than are shown
            break
        moved = _moved(place, given)
        if moved is not None:
            found.setdefault((moved.turn, moved.start, moved.end), moved)
    return tuple(found.values())


def _moved(place: ComplaintPlace, given: ComplaintText) -> ComplaintPlace | None:
    """The same place in the text that is shown; None where an order cut out of the message took it apart."""
    if place.source == "thread" or given.shown is None:
        return place
    moved = given.shown.place(place.start, place.end)
    return moved and place.model_copy(update={"start": moved[0], "end": moved[1]})


def date_passed(earlier: Sequence[ReadTurn], today: date) -> bool:
    """Whether the last date that we named for a promise is over, before any later promise."""
    ours = [turn for turn in earlier if turn.said.ours and turn.promises]
    dated = [found for turn in ours[-1:] for found in turn.promises if found.unit is Unit.DATE]
    for found in dated:
        try:
            due = date(today.year, found.month or 1, found.count)
        except ValueError:
            continue
        if 0 < (today - due).days <= MOST_DAYS_OVER:
            return True
    return False
