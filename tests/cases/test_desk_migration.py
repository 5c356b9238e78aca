"""Migration 0007 fills the inbox's columns from the cases on record, as the code would."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import cases.migrations
from cases.desk_order import copies_of
from policies.vocabulary import Flag, Priority
from tests.cases.samples import case, flag, open_records, record
from tests.cases.test_desk_reading import NO_CLOCK, due


def test_cases_on_record_get_their_place(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    records = open_records(url, tmp_path)
    for made in (
        case(flags=(flag(Flag.MINOR), flag(Flag.HEALTH_DATA)), priority=Priority.P1),
        case(sla=NO_CLOCK, language="ca"),
        case(sla=due(-30)),
    ):
        record(records, made)
    config = Config()
    config.set_main_option("script_location", str(Path(next(iter(cases.migrations.__path__)))))
    config.set_main_option("path_separator", "os")
    with records.database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
        assert "desk_key" not in {row[1] for row in connection.execute(text("PRAGMA table_info(cases)"))}
    records.close()
    again = open_records(url, tmp_path)
    with again.database.read() as session:
        rows = session.execute(text("SELECT language, flags, desk_key, body FROM cases")).all()
    assert len(rows) == 3
    assert all(tuple(row[:3]) == copies_of(row[3]) for row in rows)
    assert again.verify().ok
    again.close()
