"""Recording and reading cases: whole or not at all, one account at a time, the same on both databases."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from cases.audit import Action
from cases.case import Case
from cases.decisions import CaseStatus, Verb
from cases.errors import CaseNotFoundError, CursorError, RecordConflictError
from cases.identifiers import new_case_id
from cases.name_mask import NO_NAME
from cases.outbox import EventType, events_of
from cases.reading import ALL_ACCOUNTS, MAX_PAGE, Filters
from cases.records import Records
from cases.stored import Origin, StoredCase, case_of, case_row
from models.text import RawText
from policies.vocabulary import Channel, Disposition, Flag, Priority
from tests.cases.samples import RECEIVED, Clock, case, decision, flag, pending, record

TABLES = ("cases", "decisions", "audit_log", "vault", "outbox")


def counts(records: Records) -> dict[str, int]:
    with records.database.read() as session:
        return {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES
        }


def actions(records: Records) -> list[str]:
    with records.database.read() as session:
        return list(session.execute(text("SELECT action FROM audit_log ORDER BY seq")).scalars())


def test_a_case_comes_back_as_it_was_recorded(records: Records):
    made = case(message_id="a\0b", flags=(flag(Flag.HEALTH_DATA),))
    recorded = record(records, made)
    place = ("demo", Channel.INSTAGRAM, CaseStatus.OPEN, RECEIVED, RECEIVED, None, ())
    expected = StoredCase(made, *place, name_marks=NO_NAME)
    assert recorded.created
    assert recorded.stored == expected
    assert records.store.get(made.id, account="demo") == expected
    assert counts(records) == {"cases": 1, "decisions": 0, "audit_log": 1, "vault": 4, "outbox": 2}


def test_the_json_keeps_the_offsets_of_the_clocks(records: Records):
    made = case()
    record(records, made)
    stored = records.store.get(made.id, account="demo").case
    assert stored.model_dump_json() == made.model_dump_json()


@pytest.mark.parametrize("table", ["cases", "audit_log", "vault", "outbox"])
def test_what_cannot_be_written_whole_is_not_written(records: Records, table: str):
    record(records)
    before = counts(records)
    with records.database.write() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(
                text(f"CREATE TRIGGER t BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
            )
        else:
            session.execute(
                text(
                    "CREATE FUNCTION no() RETURNS trigger AS 'BEGIN RAISE unique_violation; END' LANGUAGE plpgsql"
                )
            )
            session.execute(
                text(f"CREATE TRIGGER t BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no()")
            )
    with pytest.raises(RecordConflictError):
        record(records)
    assert counts(records) == before
    assert records.verify().ok


def test_a_taken_id_or_code_is_refused_and_nothing_written(records: Records):
    made = case()
    record(records, made)
    before = counts(records)
    for again in (case(id=made.id), case(tracking_code=made.tracking_code)):
        with pytest.raises(RecordConflictError):
            record(records, again)
    assert counts(records) == before
    record(records, case(tracking_code=made.tracking_code), account="other")
    assert records.verify().ok


def test_originals_without_the_message_are_refused(records: Records):
    with pytest.raises(ValueError, match="MESSAGE"):
        record(records, vault_entries={"[PERSONA_1]": RawText("Remedios")})
    with pytest.raises(ValueError, match="an entry of the vault is named"):
        record(records, vault_entries={"MESSAGE": RawText("Hola"), "otro": RawText("x")})
    assert set(counts(records).values()) == {0}


# the same message again


def test_the_same_message_again_gives_the_case_on_record(records: Records):
    first = case(message_id="m-1")
    record(records, first)
    before = counts(records)
    again = record(records, case(message_id="m-1"))
    assert not again.created
    assert again.stored.case == first
    assert counts(records) == before


def test_the_same_message_with_another_text_supersedes(records: Records):
    first, second = case(message_id="m-1"), case(message_id="m-1")
    record(records, first)
    recorded = record(records, second, vault_entries={"MESSAGE": RawText("Otra cosa")}, events=())
    assert recorded.created
    assert recorded.stored.case.thread_version == 2
    assert records.store.get(first.id, account="demo").superseded_by == second.id
    events = [(event.type, event.case_id) for event in pending(records)]
    assert events == [(EventType.DRAFT_READY, first.id), (EventType.DRAFT_STALE, first.id)]
    assert actions(records) == [Action.CASE_RECORDED, Action.CASE_RECORDED, Action.CASE_SUPERSEDED]
    assert [found.case.id for found in records.store.list(account="demo").cases] == [second.id]
    # each of the two texts, sent again, finds its own case
    assert record(records, case(message_id="m-1")).stored.case.id == first.id
    other = record(records, case(message_id="m-1"), vault_entries={"MESSAGE": RawText("Otra cosa")})
    assert other.stored.case.id == second.id


def test_events_tell_the_version_that_a_decision_must_name(records: Records):
    record(records, case(message_id="m-1"))
    text = {"MESSAGE": RawText("Otra cosa")}
    made = record(records, case(message_id="m-1"), vault_entries=text).stored.case
    told = {event.type: json.loads(event.data) for event in pending(records) if event.case_id == made.id}
    version = told[EventType.DRAFT_READY]["thread_version"]
    assert version == 2
    records.store.decide(made.id, decision(Verb.ACCEPT, thread_version=version), account="demo")


def test_a_longer_thread_supersedes_with_its_own_version(records: Records):
    first, second = case(message_id="m-1"), case(message_id="m-1", thread_version=4)
    record(records, first)
    recorded = record(records, second)
    assert recorded.created
    assert recorded.stored.case.thread_version == 4
    assert records.store.get(first.id, account="demo").superseded_by == second.id


def test_an_earlier_turn_that_differs_is_another_message(records: Records):
    turns = {"MESSAGE": RawText("¿Y entonces?"), "TURN:0": RawText("Hola")}
    assert record(records, case(message_id="m-1", thread_version=2), vault_entries=turns).created
    assert not record(records, case(message_id="m-1", thread_version=2), vault_entries=turns).created
    changed = {**turns, "TURN:0": RawText("Adiós")}
    assert record(records, case(message_id="m-1", thread_version=2), vault_entries=changed).created


def test_messages_without_id_and_of_other_accounts_are_never_the_same(records: Records):
    assert record(records).created
    assert record(records).created
    assert record(records, case(message_id="m-1")).created
    assert record(records, case(message_id="m-1"), account="other").created


def test_a_repeated_message_is_found_before_the_work(records: Records):
    made = case(message_id="m-1")
    texts = {"MESSAGE": RawText("Hola")}
    assert records.store.find("m-1", account="demo", texts=texts, thread_version=1) is None
    record(records, made, vault_entries=texts)
    found = records.store.find("m-1", account="demo", texts=texts, thread_version=1)
    assert found is not None
    assert found.case == made
    assert records.store.find("m-1", account="other", texts=texts, thread_version=1) is None
    assert records.store.find("m-1", account="demo", texts=texts, thread_version=2) is None
    assert records.store.find(None, account="demo", texts=texts, thread_version=1) is None


# reading


def test_another_account_s_case_looks_like_none(records: Records):
    made = record(records).stored.case
    reads = [
        lambda account: records.store.get(made.id, account=account),
        lambda account: records.vault.reveal(made.id, "MESSAGE", actor="a", account=account),
        lambda account: records.store.decide(made.id, decision(Verb.IGNORE), account=account),
    ]
    for read in reads:
        for account in ("other", "", "demo "):
            with pytest.raises(CaseNotFoundError, match=r"^no such"):
                read(account)
    assert records.store.list(account="other").cases == ()
    assert [found.case.id for found in records.store.list(account=ALL_ACCOUNTS).cases] == [made.id]
    assert records.store.get(made.id, account=ALL_ACCOUNTS).case == made


@pytest.mark.parametrize("case_id", ["", "cas_", "x\0y", "cas_" + "z" * 26, "cas_" + "0" * 26, "' OR 1=1 --"])
def test_an_id_that_is_none_is_not_found(records: Records, case_id: str):
    with pytest.raises(CaseNotFoundError):
        records.store.get(case_id, account="demo")


def test_pages_are_newest_first_and_do_not_shift(records: Records):
    made = [record(records).stored.case.id for _ in range(7)]
    first = records.store.list(account="demo", limit=3)
    assert [found.case.id for found in first.cases] == made[:-4:-1]
    assert first.has_more
    later = record(records).stored.case.id
    second = records.store.list(account="demo", limit=3, cursor=first.next_cursor)
    third = records.store.list(account="demo", limit=3, cursor=second.next_cursor)
    assert [found.case.id for found in (*second.cases, *third.cases)] == made[3::-1]
    assert not third.has_more
    assert records.store.list(account="demo", limit=8).next_cursor is None
    assert records.store.list(account="demo", limit=1).cases[0].case.id == later


def test_filters_combine(records: Records):
    wanted = case(disposition=Disposition.URGENT_REFERRAL, priority=Priority.P1, queue="medical")
    others = [
        case(disposition=Disposition.URGENT_REFERRAL, priority=Priority.P2, queue="medical"),
        case(disposition=Disposition.DRAFT, priority=Priority.P1, queue="medical"),
        case(disposition=Disposition.URGENT_REFERRAL, priority=Priority.P1, queue="care"),
    ]
    for made in (wanted, *others):
        record(records, made)
    records.store.decide(others[0].id, decision(Verb.IGNORE), account="demo")

    def listed(filters: Filters) -> set[str]:
        return {found.case.id for found in records.store.list(account="demo", filters=filters).cases}

    all_three = Filters(disposition=Disposition.URGENT_REFERRAL, priority=Priority.P1, queue="medical")
    assert listed(all_three) == {wanted.id}
    assert listed(Filters(priority=Priority.P1)) == {wanted.id, others[1].id, others[2].id}
    assert listed(Filters(status=CaseStatus.IGNORED)) == {others[0].id}
    assert listed(Filters(status=CaseStatus.OPEN, queue="medical")) == {wanted.id, others[1].id}
    assert listed(Filters(queue="med\0ical")) == set()
    assert listed(Filters(superseded=True)) == set()
    assert len(listed(Filters(superseded=None))) == 4


@pytest.mark.parametrize(
    ("limit", "cursor"), [(0, None), (MAX_PAGE + 1, None), (-1, None), (5, "x"), (5, "cas_1")]
)
def test_a_page_that_cannot_be_is_refused(records: Records, limit: int, cursor: str | None):
    with pytest.raises(CursorError):
        records.store.list(account="demo", limit=limit, cursor=cursor)


def test_a_case_recorded_elsewhere_a_while_ago_lists_where_its_id_says(records: Records, clock: Clock):
    older, newer = new_case_id(), new_case_id()
    record(records, case(id=newer))
    clock.move(seconds=5)
    record(records, case(id=older))
    assert [found.case.id for found in records.store.list(account="demo").cases] == [newer, older]


# what goes out


def test_events_follow_flags_and_drafts_the_most_urgent_first():
    made = case(flags=(flag(Flag.HEALTH_DATA), flag(Flag.ADVERSE_EVENT), flag(Flag.PERSONAL_DATA_PUBLIC)))
    assert [event.type for event in events_of(made)] == [
        EventType.ADVERSE_EVENT_SUSPECTED,
        EventType.PII_EXPOSED_PUBLICLY,
        EventType.CASE_FLAGGED,
        EventType.DRAFT_READY,
    ]
    assert events_of(case(drafts=(), disposition=Disposition.NO_REPLY)) == ()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@settings(max_examples=50)
@given(TEXTS, TEXTS, st.floats(0, 1))
def test_any_case_survives_its_row(redacted: str, queue: str, score: float):
    made: Case = case(redacted_text=redacted, queue=queue, abstained=score > 0.5)
    row = case_row(
        made, Origin("demo", Channel.X, RECEIVED), message_key=None, digest="d", recorded_at=RECEIVED
    )
    assert row.body.isascii()
    assert case_of(row) == made
    assert json.loads(row.body)["redacted_text"] == redacted
