"""Puts together what learning from people works with, from records and settings."""

from pathlib import Path

from api.settings import Settings
from cases.learning.approved_texts import approved_texts
from cases.learning.judged import Span
from cases.learning.phrase_book import PhraseBook
from cases.learning.phrases import Approved, Suggestions, suggested_phrases
from cases.learning.policy import LearningPolicy, load_learning
from cases.learning.report import LearningReport, learning_report
from cases.records import Records
from knowledge_base.loader import scan_directory


class LearningDesk:
    """Reads what was learned of the records; puts nothing into use."""

    def __init__(self, records: Records, settings: Settings) -> None:
        """Set up. Raises PolicyError: the learning policy breaks its schema."""
        self.records = records
        self.settings = settings
        self.policy: LearningPolicy = load_learning(settings.policies_dir)
        self.book = PhraseBook(book_file(settings))

    def report(self, span: Span) -> LearningReport:
        """The figures of a span."""
        with self.records.database.read() as session:
            return learning_report(session, span, self.policy)

    def approved(self) -> Approved:
        """What is said already. Read anew: answers and phrases change while the service runs."""
        answers = scan_directory(self.settings.knowledge_base_dir).base.answers
        return approved_texts(self.settings.policies_dir, answers, self.book.all())

    def phrases(self, span: Span) -> Suggestions:
        """The sentences that people add again and again, but for those that were settled."""
        approved = self.approved()
        with self.records.database.read() as session:
            return suggested_phrases(session, span, self.policy.phrases, approved)


def book_file(settings: Settings) -> Path:
    """The file of proposed phrases of an installation."""
    return settings.data_dir / "learning" / "phrases.yaml"
