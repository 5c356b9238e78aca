"""Proposals wait for a person; only an approval changes what drafts may say."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from api.settings import ROOT
from cases.learning.approved_texts import approved_texts, known_purposes, phrase_folder
from cases.learning.judged import LearningError
from cases.learning.phrase_book import BANK_FILE, PhraseBook, Place, ProposalState
from cases.learning.phrases import SuggestedPhrase, phrase_id
from drafting.bank import Bank
from drafting.nearby import Scenes
from drafting.topics import Topics
from policies.errors import PolicyError
from tests.cases.samples import RECEIVED

ADDED = "Te avisamos en cuanto vuelva a estar disponible."
PLACE = Place("follow", "tu", {"intent": ["product_information"]})


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    shutil.copytree(ROOT / "policies" / "phrases", folder / "phrases")
    shutil.copy(ROOT / "policies" / "verification.yaml", folder)
    return folder


@pytest.fixture
def book(tmp_path: Path) -> PhraseBook:
    return PhraseBook(tmp_path / "data" / "learning" / "phrases.yaml")


def suggestion(text: str = ADDED, language: str = "es") -> SuggestedPhrase:
    day = date(2026, 11, 18)
    name = phrase_id("demo", language, text)
    return SuggestedPhrase(name, "demo", language, text, 7, 3, (), {}, {}, day, day, ())


def bank_of(policies: Path) -> Bank:
    purposes = yaml.safe_load((policies / "phrases" / "plans.yaml").read_text(encoding="utf-8"))["purposes"]
    words = Topics.load(policies / "phrases" / "topics.yaml").names
    scenes = Scenes.load(policies / "phrases" / "nearby.yaml", words).names
    return Bank.load(policies / "phrases", purposes, words | scenes)


def texts(policies: Path) -> set[str]:
    return {phrase.text for phrase in bank_of(policies).by_id.values()}


def approve(book: PhraseBook, policies: Path, place: Place = PLACE, proposal: str | None = None):  # type: ignore[no-untyped-def]
    return book.approve(
        proposal or suggestion().id, by="Carmen Olmedo", place=place, bank=phrase_folder(policies),
        purposes=known_purposes(policies), at=RECEIVED,
    )  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_nothing_goes_live_without_an_approval(book: PhraseBook, policies: Path) -> None:
    before = files(policies)
    (made,) = book.propose([suggestion()], at=RECEIVED)
    assert made.state is ProposalState.PROPOSED
    assert files(policies) == before
    assert ADDED not in texts(policies)
    book.propose([suggestion("Otra frase que tampoco se usa.")], at=RECEIVED)
    book.reject(
        suggestion("Otra frase que tampoco se usa.").id, by="Carmen", reason="No hace falta", at=RECEIVED
    )
    assert files(policies) == before
    done = approve(book, policies)
    assert (done.state, done.settled_by) == (ProposalState.APPROVED, "Carmen Olmedo")
    assert texts(policies) - {ADDED} == {phrase.text for phrase in bank_of(ROOT / "policies").by_id.values()}
    assert files(policies).keys() - before.keys() == {f"phrases/es/{BANK_FILE}"}


def test_an_approved_phrase_is_said_where_the_person_put_it(book: PhraseBook, policies: Path) -> None:
    book.propose([suggestion()], at=RECEIVED)
    done = approve(book, policies)
    phrase = next(one for one in bank_of(policies).by_id.values() if one.text == ADDED)
    assert (phrase.purpose, phrase.treatment, phrase.language) == ("follow", "tu", "es")
    assert phrase.origin == f"learned:{suggestion().id}"
    assert phrase.id.startswith(f"{done.phrase}/")
    assert phrase.condition.holds(frozenset({"intent:product_information"}))
    assert not phrase.condition.holds(frozenset({"intent:complaint"}))


def test_proposing_again_changes_nothing_that_was_settled(book: PhraseBook, policies: Path) -> None:
    book.propose([suggestion()], at=RECEIVED)
    assert book.propose([suggestion(), replace(suggestion(), cases=99)], at=RECEIVED) == ()
    book.reject(suggestion().id, by="Carmen", reason="Ya se dice", at=RECEIVED)
    assert book.propose([suggestion()], at=RECEIVED) == ()
    (one,) = book.all()
    assert (one.state, one.reason) == (ProposalState.REJECTED, "Ya se dice")
    with pytest.raises(LearningError, match="already"):
        approve(book, policies)
    assert ("es", ADDED) in approved_texts(policies, (), book.all()).texts


def test_a_proposal_that_waits_is_still_suggested(book: PhraseBook, policies: Path) -> None:
    book.propose([suggestion()], at=RECEIVED)
    assert ("es", ADDED) not in approved_texts(policies, (), book.all()).texts


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Place("nonsense", "tu", {"intent": ["complaint"]}), "purpose"),
        (Place("follow", "tu", {}), "when"),
        (Place("follow", "tu", {"intent": ["nonsense"]}), "nonsense"),
        (Place("follow", "tu", {"weather": ["rain"]}), "weather"),
    ],
)
def test_a_place_that_the_bank_lacks_is_refused(
    book: PhraseBook, policies: Path, place: Place, message: str
) -> None:
    book.propose([suggestion()], at=RECEIVED)
    before = files(policies)
    with pytest.raises(LearningError, match=message):
        approve(book, policies, place)
    assert files(policies) == before
    assert book.all()[0].state is ProposalState.PROPOSED


def test_an_unknown_proposal_and_a_brace_are_refused(book: PhraseBook, policies: Path) -> None:
    with pytest.raises(LearningError, match="no such"):
        approve(book, policies)
    slot = suggestion("Te llamamos al {telefono_atencion} cuando vuelva.")
    book.propose([slot], at=RECEIVED)
    with pytest.raises(LearningError, match="brace"):
        approve(book, policies, proposal=slot.id)


def test_an_approval_cut_short_is_taken_up_and_another_place_refused(
    book: PhraseBook, policies: Path
) -> None:
    book.propose([suggestion()], at=RECEIVED)
    approve(book, policies)
    written = (policies / "phrases" / "es" / BANK_FILE).read_bytes()
    again = PhraseBook(policies.parent / "again.yaml")  # as if the book had not been written
    again.propose([suggestion()], at=RECEIVED)
    with pytest.raises(LearningError, match="another place"):
        approve(again, policies, Place("follow", "tu", {"intent": ["complaint"]}))
    approve(again, policies)
    assert (policies / "phrases" / "es" / BANK_FILE).read_bytes() == written


def test_a_file_that_somebody_broke_is_told_and_left(book: PhraseBook, tmp_path: Path) -> None:
    book.propose([suggestion()], at=RECEIVED)
    file = tmp_path / "data" / "learning" / "phrases.yaml"
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("version: 1\nproposals: [{id: x}]\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"phrases\.yaml"):
        book.propose([suggestion()], at=RECEIVED)
    assert "id: x" in file.read_text(encoding="utf-8")
