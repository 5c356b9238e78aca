"""The desk of learning: counts by day where they are there, the cases where they are not; kept up in the background."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api import learning_wiring
from api.learning_wiring import LearningDesk, SummaryKeeper
from api.settings import ROOT, Settings
from cases.database import Database
from cases.decisions import Verb
from cases.errors import StoreUnavailableError
from cases.learning.judged import Span
from cases.learning.summary import LearningSummary
from cases.records import Records
from tests.cases.learning.history import decided
from tests.cases.samples import Clock, open_records


@pytest.fixture
def store(tmp_path: Path) -> Records:
    return open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path, Clock())


@pytest.fixture
def desk(store: Records, tmp_path: Path) -> LearningDesk:
    return LearningDesk(store, Settings(data_dir=tmp_path, policies_dir=ROOT / "policies"))


def test_a_request_counts_what_is_new(store: Records, desk: LearningDesk) -> None:
    decided(store, Verb.ACCEPT)
    told = desk.report(Span("demo"))
    assert (told.total.cases, told.as_of) == (1, store.now())
    assert desk.summary.behind() == 0
    decided(store, Verb.EDIT, "Hola. Otra cosa.")
    assert desk.report(Span("demo")).total.edited == 1


def test_far_behind_the_cases_themselves_are_read(
    store: Records, desk: LearningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning_wiring, "MOST_BEHIND", 1)
    decided(store, Verb.ACCEPT)
    assert desk.report(Span("demo")).total.accepted == 1
    assert desk.summary.behind() == 2  # nothing was counted by a request that has no time for it
    assert desk.report(Span("demo"), patient=True).total.accepted == 1
    assert desk.summary.behind() == 0


class Full(LearningSummary):
    """A disk on which nothing more can be written."""

    def catch_up(self) -> int:
        raise StoreUnavailableError("writing: OperationalError: database or disk is full")


def test_where_nothing_can_be_written_reading_goes_on(store: Records, desk: LearningDesk) -> None:
    decided(store, Verb.IGNORE)
    desk.summary = Full(store.database)
    assert desk.report(Span("demo")).total.rejected == 1


def test_the_keeper_counts_in_the_background(store: Records) -> None:
    decided(store, Verb.ACCEPT)
    summary = LearningSummary(store.database)
    keeper = SummaryKeeper(summary, keep_s=0.02)
    keeper.start()
    try:
        until(lambda: summary.behind() == 0)
        decided(store, Verb.ACCEPT)
        until(lambda: summary.behind() == 0)
    finally:
        keeper.stop()
    assert summary.tally(Span()).total.cases == 2
    decided(store, Verb.ACCEPT)
    time.sleep(0.1)
    assert summary.behind() > 0


class Away(LearningSummary):
    """A store that does not answer the first time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked = 0

    def step(self, head: int | None = None) -> bool:
        self.asked += 1
        if self.asked == 1:
            raise StoreUnavailableError("reading: OperationalError")
        return super().step(head)


def test_the_keeper_outlives_a_store_that_is_away(store: Records) -> None:
    decided(store, Verb.ACCEPT)
    summary = Away(store.database)
    keeper = SummaryKeeper(summary, keep_s=0.02)
    keeper.start()
    until(lambda: summary.behind() == 0)
    keeper.stop()
    assert summary.asked >= 2


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_approved_is_read_anew_when_a_file_changes(store: Records, tmp_path: Path) -> None:
    base = tmp_path / "kb"
    base.mkdir()
    desk = LearningDesk(store, Settings(data_dir=tmp_path, knowledge_base_dir=base))
    before = desk._version()
    assert desk._version() == before
    (base / "x.yaml").write_text("[]", encoding="utf-8")
    assert desk._version() != before
