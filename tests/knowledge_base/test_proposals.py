"""An expert's answer as a draft file: whole, with its history, never over another, never in force."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.governance import Governance
from knowledge_base.history import read_history
from knowledge_base.lifecycle import State, state_of
from knowledge_base.loader import load_directory
from knowledge_base.proposals import Proposal, Proposals

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)
POLICIES = Path(__file__).parents[2] / "policies"


def proposal(**changes: str) -> Proposal:
    fields = {
        "title": "¿Sérum tras un peeling?",
        "question": "¿Se puede usar el sérum después de un peeling?",
        "answer": "Conviene esperar a que la piel se recupere.\n\nSi dudas, pregunta en tu farmacia.",
        "language": "es",
        "account": "demo",
        "proposed_by": "Experta",
    }
    return Proposal(**{**fields, **changes})  # type: ignore[arg-type]


def test_it_is_a_draft_with_its_history(tmp_path: Path):
    made = Proposals(tmp_path).add(proposal(), at=AT)
    loaded = load_directory(tmp_path).answers
    assert loaded == (made,)
    assert made.id == "serum-tras-un-peeling"
    required = Governance.load(POLICIES / "knowledge_base.yaml").required_roles
    assert state_of(made, date(2026, 11, 18), required) is State.DRAFT
    assert made.accounts == ("demo",)
    assert (
        made.text_for("es").short
        == "Conviene esperar a que la piel se recupere. Si dudas, pregunta en tu farmacia."
    )
    history = read_history(tmp_path, made.id)
    assert [(event.actor, event.detail) for event in history] == [("Experta", "expert")]


def test_no_answer_is_written_over(tmp_path: Path):
    places = Proposals(tmp_path)
    ids = [places.add(proposal(), at=AT).id for _ in range(3)]
    assert ids == ["serum-tras-un-peeling", "serum-tras-un-peeling-2", "serum-tras-un-peeling-3"]
    (tmp_path / "otra.yaml").write_text("broken: [", encoding="utf-8")
    assert places.add(proposal(title="Otra"), at=AT).id == "otra-2"


@pytest.mark.parametrize("title", ["«»", "日本語", "../../etc/passwd", "A" * 119])
def test_any_title_gives_a_safe_name(tmp_path: Path, title: str):
    made = Proposals(tmp_path).add(proposal(title=title), at=AT)
    assert [file.name for file in tmp_path.glob("*.md")] == [f"{made.id}.md"]
    assert len(made.id) <= 80


@pytest.mark.parametrize("changes", [{"answer": "a\u202eb"}, {"answer": " "}, {"title": ""}])
def test_what_breaks_the_format_writes_nothing(tmp_path: Path, changes: dict[str, str]):
    with pytest.raises(KnowledgeBaseError) as caught:
        Proposals(tmp_path).add(proposal(**changes), at=AT)
    assert "\u202e" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_one_long_sentence_gets_a_short_text_all_the_same(tmp_path: Path):
    made = Proposals(tmp_path).add(proposal(answer="muy " * 100 + "larga."), at=AT)
    assert len(made.text_for("es").short) <= 200
