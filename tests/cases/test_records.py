"""The way of a message from arrival to record, with a pipeline that only redacts."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from cases.errors import RecordConflictError, StoreUnavailableError
from cases.message import Message, Turn
from cases.outbox import EventType
from cases.pipeline import Outcome
from cases.records import Records
from cases.stored import Origin
from models.text import RawText
from policies.account import Account
from policies.vocabulary import Channel
from tests.cases.samples import RAW_TEXT, RECEIVED, Clock, case, open_records, pending, record
from tests.policies.builders import facts


class OneCasePipeline:
    """Makes the same kind of case of every message, and counts its work."""

    def __init__(self) -> None:
        self.received: list[datetime] = []
        self.changes: dict[str, Any] = {}

    def account(self, name: str | None) -> Account:
        return Account(id=name or "demo", name="Demo")

    def run(self, message: Message, *, received_at: datetime, **_promised: object) -> Outcome:
        self.received.append(received_at)
        made = case(message_id=message.id, thread_version=len(message.thread) + 1, **self.changes)
        originals = {"MESSAGE": RawText(message.text), "[PERSONA_1]": RawText("Remedios Quiñonero")}
        origin = Origin(message.account or "demo", message.channel, received_at)
        return Outcome(made, origin, originals, facts(tags=frozenset({"late"})))


@pytest.fixture
def pipeline() -> Any:
    return OneCasePipeline()


MESSAGE = Message(text=RAW_TEXT, id="m-1", channel=Channel.INSTAGRAM, account="demo")


def handle(records: Records, pipeline: Any, message: Message = MESSAGE):
    return records.handle(pipeline, message, account="demo", actor="key_test")


def test_a_message_becomes_a_case_on_record(records: Records, pipeline: Any):
    stored = handle(records, pipeline)
    assert records.store.get(stored.case.id, account="demo") == stored
    assert [event.type for event in pending(records)] == [EventType.DRAFT_READY]
    assert records.vault.reveal(stored.case.id, "MESSAGE", actor="a", account="demo") == RawText(RAW_TEXT)
    assert records.verify().ok


def test_the_same_message_again_is_not_worked_again(records: Records, pipeline: Any):
    first = handle(records, pipeline)
    assert handle(records, pipeline) == first
    assert len(pipeline.received) == 1
    without_id = MESSAGE.model_copy(update={"id": None})
    assert handle(records, pipeline, without_id) != handle(records, pipeline, without_id)


def test_turns_go_into_the_vault_and_count(records: Records, pipeline: Any):
    turns = (Turn(role="customer", text="Hola"), Turn(role="agent", text="Buenas"))
    longer = MESSAGE.model_copy(update={"thread": turns})
    first = handle(records, pipeline)
    second = handle(records, pipeline, longer)
    assert handle(records, pipeline, longer) == second
    assert (first.case.thread_version, second.case.thread_version) == (1, 3)
    assert records.vault.reveal(second.case.id, "TURN:1", actor="a", account="demo") == RawText("Buenas")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, RECEIVED),
        (
            datetime(2026, 7, 1, 10, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 7, 1, 15, tzinfo=UTC),
        ),
    ],
)
def test_the_time_of_receipt_is_an_instant(
    records: Records, pipeline: Any, given: datetime | None, expected: datetime
):
    stored = handle(records, pipeline, MESSAGE.model_copy(update={"received_at": given}))
    assert pipeline.received == [expected]
    assert stored.received_at == expected


def test_a_code_drawn_twice_stops_the_record(records: Records, pipeline: Any):
    first = handle(records, pipeline)
    pipeline.changes = {"tracking_code": first.case.tracking_code}
    with pytest.raises(RecordConflictError):
        handle(records, pipeline, MESSAGE.model_copy(update={"id": "m-2"}))


def test_a_database_that_went_away_is_told_and_heals(tmp_path: Path, pipeline: Any):
    records = open_records(f"sqlite:///{tmp_path / 'b.db'}", tmp_path, Clock())
    first = handle(records, pipeline)
    blocker = Records.open(f"sqlite:///{tmp_path / 'b.db'}", tmp_path, environment={})
    with records.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with (
        blocker.database.write(),
        pytest.raises(StoreUnavailableError, match="writing: OperationalError: database is locked"),
    ):
        handle(records, pipeline, MESSAGE.model_copy(update={"id": "m-2"}))
    assert handle(records, pipeline) == first
    assert handle(records, pipeline, MESSAGE.model_copy(update={"id": "m-2"})).case.message_id == "m-2"
    assert records.verify().ok
    blocker.close()
    records.close()


def test_the_facts_are_kept_with_the_case(database_url: str, tmp_path: Path, pipeline: Any) -> None:
    records = open_records(database_url, tmp_path)
    stored = records.handle(pipeline, MESSAGE, account="demo", actor="cli")
    assert records.store.get(stored.case.id, account="demo").facts == facts(tags=frozenset({"late"}))
    assert records.verify().ok
    records.close()


def test_facts_changed_past_the_log_are_found(database_url: str, tmp_path: Path, pipeline: Any) -> None:
    records = open_records(database_url, tmp_path)
    records.handle(pipeline, MESSAGE, account="demo", actor="cli")
    for changed in ("NULL", "replace(facts, 'late', 'soon')"):
        with records.database.write() as session:
            before = session.execute(text("SELECT facts FROM cases")).scalar_one()
            session.execute(text(f"UPDATE cases SET facts = {changed}"))
        assert "was changed after it was recorded" in str(records.verify().problem)
        with records.database.write() as session:
            session.execute(text("UPDATE cases SET facts = :before"), {"before": before})
    assert records.verify().ok
    records.close()


def test_a_case_from_before_facts_keeps_its_seal(database_url: str, tmp_path: Path) -> None:
    records = open_records(database_url, tmp_path)
    recorded = record(records).stored
    config = Config()
    config.set_main_option("script_location", "cases/migrations")
    config.set_main_option("path_separator", "os")
    with records.database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    records.close()
    again = open_records(database_url, tmp_path)
    assert again.verify().ok
    assert again.store.get(recorded.case.id, account="demo").facts is None
    again.close()
