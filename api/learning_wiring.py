"""Puts together what learning from people works with, from records and settings."""

import threading
from pathlib import Path

import structlog

from api.settings import Settings
from cases.errors import StoreUnavailableError
from cases.learning.approved_texts import approved_texts, phrase_folder
from cases.learning.judged import Span
from cases.learning.phrase_book import PhraseBook
from cases.learning.phrase_reading import PhraseReading
from cases.learning.phrases import Approved, Suggestions
from cases.learning.policy import LearningPolicy, load_learning
from cases.learning.report import LearningReport, learning_report, report_of
from cases.learning.summary import LearningSummary
from cases.records import Records
from knowledge_base.loader import scan_directory

log = structlog.get_logger(__name__)

MOST_BEHIND = 10_000
"""Rows of the audit log that a request counts by itself, in about a second; more are left to ``SummaryKeeper``."""
KEEP_S = 30.0
"""Between looks at what is new."""
PAUSE_S = 0.05
"""Between steps while there is more: others use the store and the processor too."""


class SummaryKeeper:
    """Keeps the counts up in the background, so that a request finds little to do."""

    def __init__(self, summary: LearningSummary, *, keep_s: float = KEEP_S) -> None:
        """Set up; ``keep_s`` between looks."""
        self._summary = summary
        self._keep_s = keep_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="learning-summary", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, after the step under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            more = False
            try:
                more = self._summary.step()
            except Exception as error:  # the store is away, or closes: the next look finds it, or a request
                log.warning("learning.not_counted", error_type=type(error).__name__)
            self._stopping.wait(PAUSE_S if more else self._keep_s)


class LearningDesk:
    """Reads what was learned of the records; puts nothing into use."""

    def __init__(self, records: Records, settings: Settings) -> None:
        """Set up. Raises PolicyError: the learning policy breaks its schema."""
        self.records = records
        self.settings = settings
        self.policy: LearningPolicy = load_learning(settings.policies_dir)
        self.book = PhraseBook(book_file(settings))
        self.summary = LearningSummary(records.database)
        self._phrases = PhraseReading(
            records.database, self.policy.phrases, version=self._version, approved=self.approved
        )

    def report(self, span: Span, *, patient: bool = False) -> LearningReport:
        """The figures of a span, with all that is recorded until now.

        Read from the counts by day. Where those lie far behind, or cannot be kept, from the cases: slow, and the same.

        Args:
            patient: bring the counts up to date first, however far behind they are.
        """
        as_of = self.records.now()
        if self._caught_up(patient=patient):
            return report_of(self.summary.tally(span), span, self.policy, as_of=as_of)
        with self.records.database.read() as session:
            return learning_report(session, span, self.policy, as_of=as_of)

    def _caught_up(self, *, patient: bool) -> bool:
        try:
            if not patient and self.summary.behind() > MOST_BEHIND:
                return False
            self.summary.catch_up()
        except StoreUnavailableError as error:  # full, or busy for long: reading may still do
            log.warning("learning.not_counted", code=error.code)
            return False
        return True

    def approved(self) -> Approved:
        """What is said already. Read anew: answers and phrases change while the service runs."""
        answers = scan_directory(self.settings.knowledge_base_dir).base.answers
        return approved_texts(self.settings.policies_dir, answers, self.book.all())

    def phrases(self, span: Span) -> Suggestions:
        """The sentences that people add again and again, but for those that were settled."""
        return self._phrases.suggestions(span)

    def _version(self) -> tuple[tuple[str, int, int], ...]:
        """Names, times and sizes of the files that ``approved`` reads."""
        folders = (phrase_folder(self.settings.policies_dir), self.settings.knowledge_base_dir)
        files = [file for folder in folders for file in folder.rglob("*")]
        files += [self.settings.policies_dir / "verification.yaml", book_file(self.settings)]
        return tuple(_stamp(file) for file in sorted(files))


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        told = file.stat()
    except FileNotFoundError:
        return str(file), 0, 0
    return str(file), told.st_mtime_ns, told.st_size


def book_file(settings: Settings) -> Path:
    """The file of proposed phrases of an installation."""
    return settings.data_dir / "learning" / "phrases.yaml"
