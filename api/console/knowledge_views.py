"""Approved answers as their pages show them: states, reminders, findings and gaps, worked out of the folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from api.commands.kb_gaps import gap_json
from api.console.compliance_work import Computed
from api.service import Service
from api.settings import Settings
from cases.keys import ApiKey, Scope
from cases.reading import ALL_ACCOUNTS
from cases.unanswered import Wanted, unanswered
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.check_data import CheckData
from knowledge_base.checker import check
from knowledge_base.findings import Finding
from knowledge_base.gaps import closeness_of, cluster
from knowledge_base.governance import Governance
from knowledge_base.history import Event, difference, version_of
from knowledge_base.lifecycle import Due, DueKind, State, due, missing_roles, review_day, state_of
from knowledge_base.loader import Scan, scan_directory
from knowledge_base.shelf import Shelf
from knowledge_base.watching import stamp_of

CURATORS = frozenset({Scope.CURATOR, Scope.ADMIN})
"""May hand in, approve and withdraw answers."""
DUE_DAYS = 60
GAP_DAYS = 90
MOST_QUESTIONS = 2000
PAIRED = ("near_duplicate", "same_question", "numbers_differ", "quantities_differ")
"""Findings about two answers at once."""

Stamp = tuple[tuple[str, tuple[int, int, int]], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An answer in the list."""

    answer: ApprovedAnswer
    state: State
    missing: tuple[str, ...]
    review: date | None
    """Day by which it is read again; None where it is not in use."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Answers to write."""

    questions: int
    found: tuple[dict[str, Any], ...]


class KnowledgeViews:
    """Reads one folder of answers; files are read anew only when one has changed. Safe to share between threads."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self._service = service
        self._settings = settings
        self.folder = Path(settings.knowledge_base_dir)
        self.governance = Governance.load(settings.policies_dir / "knowledge_base.yaml")
        self.shelf = Shelf(self.folder, self.governance)
        self._scans = Computed[Stamp, Scan](
            lambda _stamp: scan_directory(self.folder), keep_s=3600, wait_s=5, most=1
        )
        self.findings = Computed[tuple[Stamp, date], tuple[Finding, ...]](self._check, keep_s=3600, most=2)
        self.gaps = Computed[str, Gaps](self._gather, keep_s=1800, most=4)

    def stamp(self) -> Stamp:
        """Names, dates and sizes of the files: the same stamp means the same answers."""
        return tuple(stamp_of(self.folder).items())

    def scan(self) -> Scan | None:
        """The answers as they are now; None while a large folder is still being read."""
        return self._scans.get(self.stamp()).value

    def answers(self, key: ApiKey) -> tuple[ApprovedAnswer, ...]:
        """The answers that concern a key's account."""
        scan = self.scan()
        return tuple(answer for answer in scan.base.answers if _concerns(answer, key)) if scan else ()

    def find(self, answer_id: str, key: ApiKey) -> ApprovedAnswer | None:
        """The answer of an id, if it concerns the key's account."""
        return next((answer for answer in self.answers(key) if answer.id == answer_id), None)

    def line(self, answer: ApprovedAnswer, on: date) -> Line:
        """An answer with its state; what the ledger has withdrawn is withdrawn, whatever its file says."""
        required = self.governance.required_roles
        withdrawn = answer.id in self._service.pipeline.engines.retriever.withdrawn_ids()
        state = State.WITHDRAWN if withdrawn else state_of(answer, on, required)
        used = state in (State.APPROVED, State.IN_FORCE)
        missing = missing_roles(answer, on, required) if state in (State.DRAFT, State.IN_REVIEW) else ()
        review = review_day(answer, on, self.governance) if used else None
        return Line(answer, state, tuple(role.value for role in missing), review)

    def reminders(self, key: ApiKey, on: date) -> list[Due]:
        """What is to be done with answers, the oldest first."""
        found = [
            one
            for answer in self.answers(key)
            if self.line(answer, on).state is not State.WITHDRAWN
            for one in due(answer, on=on, within_days=DUE_DAYS, governance=self.governance)
        ]
        return sorted(found, key=lambda one: (one.kind is DueKind.WAITS, one.day, one.answer_id))

    def may_change(self, answer: ApprovedAnswer, key: ApiKey) -> bool:
        """Whether a key may hand in, approve and withdraw an answer.

        One that several accounts share is for a key of all accounts: no company decides what another one says.
        """
        if CURATORS.isdisjoint(key.scopes):
            return False
        if key.account == ALL_ACCOUNTS:
            return True
        used_by = set(answer.accounts) or set(self._service.pipeline.engines.accounts)
        return used_by == {key.account}

    def _check(self, _key: tuple[Stamp, date]) -> tuple[Finding, ...]:
        data = CheckData.load(self._settings.policies_dir)
        return tuple(check(scan_directory(self.folder), self.governance, on=_key[1], data=data))

    def _gather(self, account: str) -> Gaps:
        records, limits = self._service.records, self.governance.gaps
        wanted = Wanted(
            dispositions=limits.dispositions,
            intents=limits.intents,
            edit_distance=limits.edit_distance,
            account=account,
            since=records.now() - timedelta(days=GAP_DAYS),
            most=MOST_QUESTIONS,
        )
        with records.database.read() as session:
            questions = unanswered(session, wanted)
        if not questions:
            return Gaps(0, ())
        questions.sort(key=lambda one: one.case_id)
        scan = scan_directory(self.folder)
        references = [
            one
            for answer in scan.base.answers
            for text in answer.by_language().values()
            for one in text.questions
        ]
        encoder = self._service.pipeline.engines.retriever.encoder
        texts, languages = [one.text for one in questions], [one.language for one in questions]
        found = cluster(closeness_of(texts, languages, encoder, references), limits.closeness)
        return Gaps(
            len(questions), tuple(gap_json(gap, questions) for gap in found if gap.count >= limits.minimum)
        )


def versions(answer: ApprovedAnswer, events: Sequence[Event]) -> tuple[int, ...]:
    """The versions of an answer that are on record, and the one that its file holds."""
    return tuple(sorted({event.answer.version for event in events} | {answer.version}))


def changed(
    answer: ApprovedAnswer, events: Sequence[Event], before: int | None, after: int | None
) -> tuple[int, int, list[str]] | None:
    """What changed from one version to another, sentence by sentence; None where one of them is not recorded.

    Without numbers: from the record of the version before, or of this very one where the file was changed by hand.
    """
    new = answer if after is None or after == answer.version else version_of(events, after)
    if new is None:
        return None
    if before is None:
        recorded = version_of(events, new.version)
        known = [number for number in versions(answer, events) if number < new.version]
        by_hand = recorded is not None and recorded.seal != new.seal
        before = new.version if by_hand or not known else known[-1]
    old = version_of(events, before)
    return None if old is None else (before, new.version, difference(old, new))


def changed_by_hand(answer: ApprovedAnswer, events: Sequence[Event]) -> bool:
    """Whether the file says something else than its last recorded step."""
    return bool(events) and events[-1].answer.seal != answer.seal


def _concerns(answer: ApprovedAnswer, key: ApiKey) -> bool:
    return not answer.accounts or key.account in (ALL_ACCOUNTS, *answer.accounts)


def today_of(now: datetime) -> date:
    """The day of an instant where the service runs: as ``borrador kb`` counts days."""
    return now.astimezone().date()
