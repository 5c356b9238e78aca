"""``borrador subject erase``: what was erased is noted whatever happens next, and what stays readable is told."""

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from api.commands.deleted import LEFT_IN_LOG
from cases.erasure import Eraser, Erasure
from cases.erasures import erased_before
from cases.errors import StoreUnavailableError
from cases.records import Records
from tests.cases.samples import open_records, record


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    monkeypatch.setenv("BORRADOR_DATA_DIR", str(tmp_path))
    return open_records(f"sqlite:///{tmp_path / 'borrador.sqlite3'}", tmp_path)


def erase_all() -> tuple[int, str]:
    done = CliRunner().invoke(app, ["subject", "erase", "--identifier", "--yes"], input="612345879\n")
    return done.exit_code, done.stderr


def test_what_was_erased_before_a_failure_is_on_the_list(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup from before would bring it back, and no second call finds it: its originals are gone."""
    for _ in range(2):
        record(records)
    whole, erased = Eraser.erase, []

    def failing(self: Eraser, case_id: str, *, account: str, actor: str) -> Erasure:
        if erased:
            raise StoreUnavailableError("full")
        erased.append(case_id)
        return whole(self, case_id, account=account, actor=actor)

    monkeypatch.setattr(Eraser, "erase", failing)
    assert erase_all()[0] != 0
    assert list(erased_before(tmp_path)) == erased


@pytest.mark.parametrize("command", [["purge"], ["vault", "purge"], ["vault", "rotate"], ["subject"]])
def test_who_deletes_is_told_what_can_still_be_read(records: Records, command: list[str]) -> None:
    record(records)
    with records.database.read() as reader:
        reader.execute(text("SELECT count(*) FROM audit_head")).scalar()
        told = erase_all()[1] if command == ["subject"] else CliRunner().invoke(app, command).stderr
    assert LEFT_IN_LOG in told
    assert LEFT_IN_LOG not in CliRunner().invoke(app, ["purge"]).stderr
