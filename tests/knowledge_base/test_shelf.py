"""Steps on files: written with their history, one writer at a time, and a ledger that holds whatever happens."""

import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from knowledge_base.answer import Role, Withdrawal
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import render_answer
from knowledge_base.history import Step, difference, read_history, version_of
from knowledge_base.lifecycle import State, state_of
from knowledge_base.loader import load_directory
from knowledge_base.shelf import AnswerNotFoundError, ContentChangedError, Shelf
from knowledge_base.withdrawals import LEDGER, Ledger
from tests.knowledge_base.fakes import ROLES, answer
from tests.knowledge_base.test_lifecycle import GOVERNANCE

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
WRONG = Withdrawal(name="Ana", date=date(2026, 6, 1))


def shelf(folder: Path, *items: object) -> Shelf:
    for item in items or (answer("a", approvals=()), answer("b")):
        (folder / f"{item.id}.md").write_text(render_answer(item), encoding="utf-8")  # type: ignore[attr-defined]
    return Shelf(folder, GOVERNANCE)


def test_steps_are_written_with_their_history(tmp_path: Path) -> None:
    held = shelf(tmp_path)
    held.submit("a", name="Ana", at=AT)
    held.approve("a", role=Role.COMMUNICATIONS, name="Luis", at=AT, review_by=date(2026, 9, 1))
    loaded = {one.id: one for one in load_directory(tmp_path).answers}["a"]
    assert state_of(loaded, AT.date(), ROLES) is State.IN_FORCE
    assert loaded.review_by == date(2026, 9, 1)
    steps = [(event.step, event.actor, event.detail) for event in held.history("a")]
    assert steps == [
        (Step.RECORDED, "Ana", ""),
        (Step.SUBMITTED, "Ana", ""),
        (Step.APPROVED, "Luis", "communications"),
    ]
    assert held.history("b") == ()


def test_versions_differ_by_sentence(tmp_path: Path) -> None:
    old = answer("a", full="Son 30 días. Sin abrir.", questions=("¿Plazo?",))
    new = answer("a", version=2, full="Son 14 días. Sin abrir.", questions=("¿Plazo?",))
    lines = difference(old, new)
    assert lines[:2] == ["--- a@1", "+++ a@2"]
    assert "-es.full: Son 30 días." in lines
    assert "+es.full: Son 14 días." in lines
    assert not any("Sin abrir" in line for line in lines)
    assert difference(old, old) == []
    held = shelf(tmp_path, old)
    held.approve("a", role=Role.COMMUNICATIONS, name="Luis", at=AT)
    assert version_of(held.history("a"), 1) == held.answer("a")
    assert version_of(held.history("a"), 2) is None


def test_withdrawal_is_in_the_ledger_and_in_the_file(tmp_path: Path) -> None:
    held = shelf(tmp_path)
    held.withdraw("b", WRONG, AT)
    assert held.answer("b").withdrawn
    assert Ledger(tmp_path).ids() == {"b"}
    assert held.withdraw("b", WRONG, AT).withdrawn  # again is no error


def test_an_answer_whose_file_is_broken_can_still_be_withdrawn(tmp_path: Path) -> None:
    held = shelf(tmp_path)
    (tmp_path / "b.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=r"b\.md:1"):
        held.withdraw("b", WRONG, AT)
    assert Ledger(tmp_path).ids() == {"b"}


def test_unknown_answers_and_folders(tmp_path: Path) -> None:
    held = shelf(tmp_path)
    with pytest.raises(AnswerNotFoundError):
        held.withdraw("zz", WRONG, AT)
    assert not (tmp_path / LEDGER).exists()
    with pytest.raises(KnowledgeBaseError, match="not a directory"):
        Shelf(tmp_path / "none", GOVERNANCE).submit("a", name="Ana", at=AT)


def test_a_broken_history_is_never_overwritten(tmp_path: Path) -> None:
    held = shelf(tmp_path)
    held.submit("a", name="Ana", at=AT)
    file = tmp_path / "_history" / "a.jsonl"
    file.write_text("{}\n", encoding="utf-8")
    before = (tmp_path / "a.md").read_bytes()
    with pytest.raises(KnowledgeBaseError, match=r"_history/a\.jsonl:1: not an event"):
        held.approve("a", role=Role.COMMUNICATIONS, name="Luis", at=AT)
    assert (tmp_path / "a.md").read_bytes() == before


def test_ledger_keeps_what_it_read_and_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.ids() == frozenset()
    ledger.add("a", WRONG)
    assert Ledger(tmp_path).ids() == ledger.ids() == {"a"}
    (tmp_path / LEDGER).unlink()
    assert ledger.ids() == {"a"}
    (tmp_path / LEDGER).write_text("not json\n", encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=rf"{LEDGER}:1"):
        ledger.ids()


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    names = [f"a{number}" for number in range(6)]
    held = shelf(tmp_path, *(answer(name, approvals=()) for name in names))

    def work(person: str) -> None:
        for name in names:
            held.withdraw(name, Withdrawal(name=person, date=date(2026, 6, 1)), AT)

    threads = [threading.Thread(target=work, args=(person,)) for person in ("Ana", "Eva")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one.withdrawn for one in load_directory(tmp_path).answers)
    for name in names:
        assert [event.step for event in read_history(tmp_path, name)] == [Step.RECORDED, Step.WITHDRAWN]


def test_only_the_content_that_was_read_is_approved(tmp_path: Path) -> None:
    """However late the text changes: it is compared while nobody else may change the folder."""
    held = shelf(tmp_path, answer("a", full="Son 30 días."))
    read = held.answer("a").seal
    shelf(tmp_path, answer("a", full="Son 14 días."))
    before = (tmp_path / "a.md").read_bytes()
    with pytest.raises(ContentChangedError):
        held.approve("a", role=Role.LEGAL, name="Luis", at=AT, seal=read)
    assert (tmp_path / "a.md").read_bytes() == before
    now = held.answer("a").seal
    assert held.approve("a", role=Role.LEGAL, name="Luis", at=AT, seal=now).seal == now
