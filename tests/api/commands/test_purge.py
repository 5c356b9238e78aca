"""``borrador purge``: one line of JSON, and what is over is gone."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from cases.audit import utc_now
from cases.records import Records
from tests.cases.samples import record


def test_what_is_over_is_deleted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BORRADOR_DATA_DIR", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'borrador.sqlite3'}"
    past = Records.open(url, tmp_path, environment={}, now=lambda: utc_now() - timedelta(days=400))
    record(past)
    past.close()
    told = [CliRunner().invoke(app, ["purge"]) for _ in range(2)]
    assert [one.exit_code for one in told] == [0, 0]
    first, second = (json.loads(one.output) for one in told)
    assert first["originals"] > 0
    # The event waits, for nobody subscribed: it is not lost.
    assert (first["events"], first["webhooks"]) == (0, 0)
    assert second == {"originals": 0, "events": 0, "webhooks": 0}
