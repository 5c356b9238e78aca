"""The approved answers of the running service: withdrawal at once, and what changes in their files."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import structlog

from api.problems import CODES, ProblemError
from api.service import Service
from api.settings import Settings
from cases.answer_record import AnswerRecord, Content
from cases.citations import uses
from cases.decisions import WAITING
from cases.keys import ApiKey
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.withdrawn_answers import WithdrawnAnswers
from knowledge_base.answer import ApprovedAnswer, Withdrawal, WithdrawalReason
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.governance import Governance
from knowledge_base.retriever import Retriever
from knowledge_base.shelf import AnswerNotFoundError, Shelf
from knowledge_base.watching import DirectoryWatch

log = structlog.get_logger(__name__)

MOST_CASES = 200
"""Open cases named in the reply to a withdrawal; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did."""

    answer_id: str
    version: int | None
    file_changed: bool
    """False: the folder cannot be written; the audit log keeps the withdrawal for every later start."""
    open_cases: tuple[str, ...]
    """Open cases with a draft that quotes the answer: those drafts can no longer be sent."""
    open_count: int


class KnowledgeDesk:
    """Watches one folder for one retriever, and withdraws. Thread-safe."""

    def __init__(
        self, records: Records, retriever: Retriever, shelf: Shelf, *, poll_seconds: float = 1.0
    ) -> None:
        self._database = records.database
        self._retriever = retriever
        self._shelf = shelf
        self._log = WithdrawnAnswers(records.database, records.audit)
        self.record = AnswerRecord(records.database, records.audit)
        self._unrecorded: dict[str, Content] = {}
        self._watch = DirectoryWatch(shelf.directory)
        self._last = 0
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="knowledge-base", daemon=True)
        self.hear()

    def start(self) -> None:
        """Begin to watch; after a stop, again."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="knowledge-base", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def withdraw(self, answer_id: str, reason: WithdrawalReason, *, key: ApiKey) -> Withdrawn:
        """Withdraw an answer for good: once this returns, no search, draft or sending uses it.

        Raises:
            ProblemError: no such answer for this key.
            StoreUnavailableError, AuditError: it is withdrawn, but the audit log does not say so: ask again.
        """
        answer = self._answer_for(answer_id, key)
        self._retriever.withdraw([answer_id])
        changed = self._write(
            answer_id, Withdrawal(name=key.id, date=datetime.now(UTC).date(), reason=reason)
        )
        version = answer.version if answer is not None else None
        self._log.record(answer_id, version=version, reason=reason.value, actor=key.id)
        with self._database.read() as session:
            found = uses(session, answer_id, account=key.account)
            cases = [one.case_id for one in found if one.status in WAITING]
        cases = list(dict.fromkeys(cases))
        log.info("knowledge_base.withdrawn", key_id=key.id, code=reason.value, count=len(cases))
        return Withdrawn(answer_id, version, changed, tuple(cases[-MOST_CASES:]), len(cases))

    def look(self) -> bool:
        """Take over what changed in the files since the last look; tell whether anything did.

        A file that breaks the format takes its answer out: what it says now, nobody approved.
        """
        scan = self._watch.changed()
        if scan is None:
            self._record_edits()
            return False
        if scan.problems:
            log.error("knowledge_base.file_broken", count=len(scan.problems))
        if scan.base.fingerprint != self._retriever.fingerprint:
            self._note_edits(scan.base.answers)
            self._retriever.replace(scan.base)
            log.info(
                "knowledge_base.replaced", version=scan.base.fingerprint[:12], count=len(scan.base.answers)
            )
        self._record_edits()
        return True

    def _note_edits(self, answers: Sequence[ApprovedAnswer]) -> None:
        """Remember whose text is another one than that in use; recorded after the text is out of use."""
        there = {answer.id: answer for answer in answers}
        for answer in answers:
            before = self._retriever.knows(answer.id)
            if before is None or before.seal != answer.seal:
                self._unrecorded[answer.id] = Content(answer.id, answer.version, answer.seal)
        for name in self._retriever.ids() - set(there):
            self._unrecorded[name] = Content(name, None, None)

    def _record_edits(self) -> None:
        """Put remembered edits on the audit log; what fails is tried again at the next look."""
        if self._unrecorded:
            self.record.edited(list(self._unrecorded.values()), actor="knowledge-base")
            self._unrecorded.clear()

    def hear(self) -> None:
        """Withdraw what other processes on this database withdrew."""
        heard = self._log.since(self._last)
        if heard.ids:
            self._retriever.withdraw(heard.ids)
        self._last = heard.last

    def _run(self) -> None:
        while not self._stopping.wait(self._poll_seconds):
            for step in (self.hear, self.look):
                try:
                    step()
                except Exception as error:  # the store or the folder is away: look again later
                    log.error("knowledge_base.watch_failed", error_type=type(error).__name__)

    def _answer_for(self, answer_id: str, key: ApiKey) -> ApprovedAnswer | None:
        """The answer as it is used now; None when only a file that cannot be read has this name."""
        answer = self._retriever.knows(answer_id)
        if answer is None:
            try:
                answer = self._shelf.answer(answer_id)
            except AnswerNotFoundError:
                raise _not_found() from None
            except KnowledgeBaseError:
                if key.account != ALL_ACCOUNTS:
                    raise _not_found() from None
                return None
        if answer.accounts and key.account not in (ALL_ACCOUNTS, *answer.accounts):
            raise _not_found()
        return answer

    def _write(self, answer_id: str, withdrawal: Withdrawal) -> bool:
        try:
            self._shelf.withdraw(answer_id, withdrawal, datetime.now(UTC))
        except KnowledgeBaseError as error:
            log.error("knowledge_base.file_not_changed", code=error.code)
            return False
        return True


def build_knowledge_desk(service: Service, settings: Settings) -> KnowledgeDesk:
    """Build the desk; what the audit log says was withdrawn is out before the first request."""
    governance = Governance.load(settings.policies_dir / "knowledge_base.yaml")
    shelf = Shelf(Path(settings.knowledge_base_dir), governance)
    retriever = service.pipeline.engines.retriever
    return KnowledgeDesk(service.records, retriever, shelf, poll_seconds=settings.knowledge_base_poll_s)


def _not_found() -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, "answer_not_found", CODES["answer_not_found"])
