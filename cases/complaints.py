"""Reads the complaint of a case from the redacted thread and message: stage, requests, promises, with places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cases.complaint import CaseComplaint, ComplaintPlace
from cases.complaint_turns import (
    ComplaintText,
    Mark,
    ReadTurn,
    Said,
    asks_of,
    chases_of,
    complains,
    date_passed,
    marked,
    moves,
    opening_heard,
    promised_in,
    shown_places,
    tags_of,
)
from cases.timekeeping.phrases import Phrasebook
from models.understanding.complaint_marks import AGENT_MARKS, CUSTOMER_MARKS, ComplaintMark, Wants
from models.understanding.complaint_stage import Stage, stage_of
from models.understanding.lexicon import Lexicon
from models.understanding.lexicon_file import Entry
from policies.complaints import ComplaintPolicy, load_complaints


@dataclass(frozen=True, slots=True)
class ComplaintReading:
    """The complaint, where there is one, and what policy may know of the message either way."""

    complaint: CaseComplaint | None = None
    tags: frozenset[str] = field(default_factory=frozenset)


NOTHING_READ = ComplaintReading()


class ComplaintReader:
    """Finds complaints. Pure and safe for threads."""

    def __init__(self, lexicon: Lexicon, phrasebook: Phrasebook, policy: ComplaintPolicy) -> None:
        self._lexicon = lexicon
        self._phrasebook = phrasebook
        self._policy = policy

    @classmethod
    def load(cls, policies_dir: Path) -> Self:
        """Load lexicons, promises and words.

        Raises:
            ArtifactError, PolicyError: name file and entry.
        """
        policy = load_complaints(policies_dir / "complaints.yaml")
        policy.check_codes(stages=tuple(Stage), asks=tuple(Wants))
        lexicon = Lexicon.load(policies_dir / "lexicons", stem="complaint")
        return cls(lexicon, Phrasebook.load(policies_dir / "promises.yaml"), policy)

    @property
    def policy(self) -> ComplaintPolicy:
        """The words for people."""
        return self._policy

    def read(self, given: ComplaintText) -> ComplaintReading:
        """Read the complaint of a case."""
        language = given.understanding.language_code
        earlier = [self._turn(said, number, language) for number, said in enumerate(given.turns)]
        last = self._turn(Said(ours=False, text=given.message), None, language)
        turns = opening_heard((*earlier, last))
        passed = date_passed(earlier, given.received_on)
        stage = stage_of(moves(turns, given.understanding, passed=passed))
        complaint = None
        if complains(turns, given.understanding, passed=passed):
            complaint = self._complaint(stage, turns, given)
        return ComplaintReading(complaint, tags_of(complaint, last))

    def _turn(self, said: Said, number: int | None, language: str) -> ReadTurn:
        own = AGENT_MARKS if said.ours else CUSTOMER_MARKS

        def wanted(entry: Entry) -> bool:
            if entry.complaint is not None:
                return entry.complaint in own
            return entry.wants is not None and not said.ours

        source = "text" if number is None else "thread"
        found = self._lexicon.found(said.text, wanted)
        marks = tuple(
            Mark(entry, ComplaintPlace(source=source, turn=number, cue=entry.id, start=start, end=end))
            for entry, start, end in found
            if start < end
        )
        promises = self._phrasebook.find(said.text, language) if said.ours else ()
        return ReadTurn(said, marks, promises, number)

    def _complaint(self, stage: Stage, turns: Sequence[ReadTurn], given: ComplaintText) -> CaseComplaint:
        theirs = [turn for turn in turns if not turn.said.ours]
        last = theirs[-1]

        def places(marks: Iterable[Mark]) -> tuple[ComplaintPlace, ...]:
            return shown_places((mark.place for mark in marks), given)

        chasing = [
            mark
            for turn in theirs
            for mark in turn.marks
            if mark.entry.complaint in (ComplaintMark.CHASE, ComplaintMark.LATE)
        ]
        return CaseComplaint(
            stage=stage,
            reason=self._policy.stages[stage].reason,
            support=places(mark for mark in last.marks if mark.entry.complaint is not None),
            asks_for=asks_of(theirs, given),
            promised=tuple(promise for turn in turns if turn.said.ours for promise in promised_in(turn)),
            other_channel=places(marked(theirs, ComplaintMark.OTHER_CHANNEL)),
            open_case=places(marked(theirs, ComplaintMark.OPEN_CASE)),
            chases=chases_of(theirs),
            chase_places=places(chasing),
        )
