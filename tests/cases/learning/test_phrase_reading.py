"""Suggested phrases are given again only while nothing changed that they are read from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cases.decisions import Verb
from cases.erasure import Eraser
from cases.learning.judged import Span
from cases.learning.phrase_reading import MOST_KEPT, PhraseReading
from cases.learning.phrases import Approved, suggested_phrases
from cases.records import Records
from cases.retention import RETENTION_FILE, load_retention
from tests.cases.learning.history import DRAFT, POLICY, decided, recorded, take
from tests.cases.samples import Clock, open_records

ADDED = "Te avisamos en cuanto vuelva a estar disponible."


class Files:
    """Approved texts that a test changes, and how often they were read."""

    def __init__(self) -> None:
        self.texts: tuple[tuple[str, str], ...] = ()
        self.read = 0

    def approved(self) -> Approved:
        self.read += 1
        return Approved(self.texts)

    def version(self) -> int:
        return len(self.texts)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Records]:
    opened = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path, Clock())
    yield opened
    opened.close()


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def reading(store: Records, files: Files) -> PhraseReading:
    return PhraseReading(store.database, POLICY.phrases, version=files.version, approved=files.approved)


def edited(store: Records, count: int = POLICY.phrases.least_cases, account: str = "demo") -> list[str]:
    return [
        decided(store, Verb.EDIT, f"{DRAFT} {ADDED}", by=f"key_{number}", account=account)
        for number in range(count)
    ]


def test_what_was_found_is_given_again(store: Records, reading: PhraseReading, files: Files) -> None:
    edited(store)
    first = reading.suggestions(Span("demo"))
    assert [one.text for one in first.phrases] == [ADDED]
    assert reading.suggestions(Span("demo")) is first
    recorded(store)  # nobody wrote anything
    assert reading.suggestions(Span("demo")) is first
    assert files.read == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda store, cases: edited(store, 1),
        lambda store, cases: take(store, recorded(store), Verb.IGNORE),
        lambda store, cases: Eraser(
            store.database, store.sealer, store.audit, load_retention(RETENTION_FILE), store.now
        ).erase(cases[0], account="demo", actor="dpo"),
    ],
    ids=["an edit", "a decision", "an erasure"],
)
def test_after_a_change_it_is_read_anew(
    store: Records, reading: PhraseReading, change: Callable[[Records, list[str]], object]
) -> None:
    cases = edited(store)
    first = reading.suggestions(Span("demo"))
    change(store, cases)
    found = reading.suggestions(Span("demo"))
    assert found is not first
    with store.database.read() as session:
        assert found == suggested_phrases(session, Span("demo"), POLICY.phrases, Approved())


def test_an_erased_reply_is_quoted_no_more(store: Records, reading: PhraseReading) -> None:
    cases = edited(store)
    assert cases[0] in reading.suggestions(Span("demo")).phrases[0].case_ids
    reading.suggestions(Span("demo", last=None))
    retention = load_retention(RETENTION_FILE)
    eraser = Eraser(store.database, store.sealer, store.audit, retention, store.now)
    assert eraser.erase(cases[0], account="demo", actor="dpo").erased
    assert reading.suggestions(Span("demo")).phrases == ()  # one case too few
    assert len(reading._found) == 1  # the one that quoted it is gone


def test_what_was_approved_meanwhile_is_suggested_no_more(
    store: Records, reading: PhraseReading, files: Files
) -> None:
    edited(store)
    assert reading.suggestions(Span("demo")).phrases
    files.texts = (("es", ADDED),)
    assert reading.suggestions(Span("demo")).phrases == ()
    assert files.read == 2


def test_each_company_has_its_own(store: Records, reading: PhraseReading) -> None:
    edited(store)
    edited(store, account="otra")
    found = {account: reading.suggestions(Span(account)).phrases for account in ("demo", "otra", "nadie")}
    assert {one.account for one in found["demo"]} == {"demo"}
    assert {one.account for one in found["otra"]} == {"otra"}
    assert found["nadie"] == ()


def test_few_results_are_kept(store: Records, reading: PhraseReading) -> None:
    for number in range(MOST_KEPT + 3):
        reading.suggestions(Span(f"cuenta{number}"))
    assert len(reading._found) == MOST_KEPT
