"""Files are told apart by what the folder says of them; one that is gone when it is looked at harms nothing."""

from pathlib import Path

from knowledge_base.format import render_answer
from knowledge_base.watching import stamp_of
from tests.knowledge_base.fakes import answer


def test_a_file_that_goes_meanwhile_is_left_out(tmp_path: Path) -> None:
    there, gone = tmp_path / "a.md", tmp_path / "b.md"
    there.write_text(render_answer(answer("a")), encoding="utf-8")
    gone.symlink_to(tmp_path / "nowhere.md")  # listed, and yet nothing can be read of it
    before = stamp_of(tmp_path)
    assert list(before) == [str(there)]
    there.write_text(render_answer(answer("a", version=2)), encoding="utf-8")
    assert stamp_of(tmp_path) != before
    assert stamp_of(tmp_path / "none") == {}
