"""Directories of answers: id clashes, skipped files, fingerprint."""

from pathlib import Path

import pytest

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import render_answer
from knowledge_base.loader import KnowledgeBase, load_directory, scan_directory
from tests.knowledge_base.fakes import answer, shop


def write(folder: Path, *answers: object) -> None:
    for item in answers:
        (folder / f"{item.id}.md").write_text(render_answer(item), encoding="utf-8")  # type: ignore[attr-defined]


def test_loads_every_folder_below_and_skips_what_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "envios").mkdir()
    write(tmp_path / "envios", *shop()[:2])
    write(tmp_path, *shop()[2:])
    (tmp_path / "README.md").write_text("# no answer")
    (tmp_path / ".import-x.md").write_text("half-written")
    (tmp_path / "_ideas.md").write_text("not yet")
    loaded = load_directory(tmp_path)
    assert loaded.answers == KnowledgeBase.of(shop()).answers
    assert loaded.files["devolucion-plazo"] == "envios/devolucion-plazo.md"
    assert loaded.fingerprint == KnowledgeBase.of(shop()).fingerprint


def test_fingerprint_changes_with_any_content() -> None:
    one = KnowledgeBase.of([answer("a")])
    assert one.fingerprint != KnowledgeBase.of([answer("a", withdrawn=True)]).fingerprint
    assert one.fingerprint != KnowledgeBase.of([answer("a", "Otro")]).fingerprint


def test_two_files_with_one_id_are_both_named(tmp_path: Path) -> None:
    write(tmp_path, answer("a"))
    (tmp_path / "b.md").write_text(render_answer(answer("a", "Otro")), encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=r"b\.md: id: a is the id of a\.md already"):
        load_directory(tmp_path)


def test_scan_collects_every_problem_and_keeps_what_is_good(tmp_path: Path) -> None:
    write(tmp_path, answer("a"))
    (tmp_path / "x.md").write_bytes(b"\xff")
    (tmp_path / "y.yaml").write_text("id: [")
    scan = scan_directory(tmp_path)
    assert [item.id for item in scan.base.answers] == ["a"]
    assert [str(problem).split(":")[0] for problem in scan.problems] == ["x.md", "y.yaml"]


def test_missing_directory_and_empty_directory(tmp_path: Path) -> None:
    assert load_directory(tmp_path).answers == ()
    with pytest.raises(KnowledgeBaseError, match="not a directory"):
        load_directory(tmp_path / "none")


def test_id_given_twice_in_memory() -> None:
    with pytest.raises(KnowledgeBaseError, match="a: given twice"):
        KnowledgeBase.of([answer("a"), answer("a")])
