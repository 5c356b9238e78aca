"""Answers under idempotency keys, on each kind of database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cases.erasure import Eraser
from cases.records import Records
from cases.replays import (
    Asked,
    Claim,
    IdempotencyInProgressError,
    IdempotencyKeyReusedError,
    KeptAnswer,
    Replays,
    forget_case,
)
from cases.request_tables import ReplayRow
from cases.retention import load_retention
from tests.cases.samples import Clock, record

ASKED = Asked(account="demo", key="k-1", method="POST", path="/v1/cases", body=b'{"text": "hola"}')
ANSWER = KeptAnswer(200, {"content-type": "application/json"}, '{"id": "cas_1", "ñ": 1}')


@pytest.fixture
def replays(records: Records) -> Replays:
    return Replays(
        records.database, records.sealer, records.now, keep=timedelta(hours=24), lease=timedelta(minutes=2)
    )


def claimed(replays: Replays, asked: Asked = ASKED) -> Claim:
    claim = replays.claim(asked)
    assert isinstance(claim, Claim)
    return claim


def test_an_answer_is_given_again(replays: Replays) -> None:
    replays.finish(claimed(replays), ANSWER)
    assert replays.claim(ASKED) == ANSWER


@pytest.mark.parametrize(
    "change", [{"body": b'{"text": "hola" }'}, {"path": "/v1/drafts"}, {"method": "PUT"}]
)
def test_another_request_under_the_key_is_refused(replays: Replays, change: dict[str, str]) -> None:
    claim = claimed(replays)
    for _ in range(2):  # in work, and answered
        with pytest.raises(IdempotencyKeyReusedError):
            replays.claim(replace(ASKED, **change))
        replays.finish(claim, ANSWER)


@pytest.mark.parametrize("change", [{"account": "otra"}, {"key": "k-2"}])
def test_another_account_or_key_is_another_request(replays: Replays, change: dict[str, str]) -> None:
    first = claimed(replays)
    assert claimed(replays, replace(ASKED, **change)).case_id != first.case_id


def test_a_claim_is_held_for_the_lease_and_then_taken_up_with_its_case(
    replays: Replays, clock: Clock
) -> None:
    started = clock()
    first = claimed(replays)
    clock.move(seconds=119)
    with pytest.raises(IdempotencyInProgressError):
        replays.claim(ASKED)
    clock.move(seconds=2)
    again = claimed(replays)
    assert (again.case_id, again.resumed_from) == (first.case_id, started)
    with pytest.raises(IdempotencyInProgressError):
        replays.claim(ASKED)


def test_what_failed_may_go_on_and_what_was_refused_is_forgotten(replays: Replays) -> None:
    first = claimed(replays)
    replays.unlock(first)
    assert claimed(replays).case_id == first.case_id
    replays.forget(first)
    fresh = claimed(replays)
    assert (fresh.case_id == first.case_id, fresh.resumed_from) == (False, None)


def test_a_claim_that_another_took_over_changes_nothing(replays: Replays) -> None:
    old = claimed(replays)
    replays.forget(old)
    new = claimed(replays)
    replays.finish(old, ANSWER)
    replays.forget(old)
    with pytest.raises(IdempotencyInProgressError):
        replays.claim(ASKED)
    replays.finish(new, ANSWER)
    assert replays.claim(ASKED) == ANSWER


def test_answers_end_with_their_time(replays: Replays, clock: Clock) -> None:
    replays.finish(claimed(replays), ANSWER)
    clock.move(hours=23)
    assert replays.claim(ASKED) == ANSWER
    clock.move(hours=1)
    assert claimed(replays).resumed_from is None


def test_what_is_past_its_time_is_deleted(replays: Replays, records: Records, clock: Clock) -> None:
    replays.finish(claimed(replays), ANSWER)
    clock.move(hours=12)
    replays.finish(claimed(replays, replace(ASKED, key="k-2")), ANSWER)
    clock.move(hours=12)
    replays.purge()
    assert rows(records) == 1


def test_the_answers_that_show_an_erased_case_are_deleted(replays: Replays, records: Records) -> None:
    alone = claimed(replays)
    replays.finish(alone, ANSWER)
    batch = claimed(replays, replace(ASKED, key="k-2"))
    replays.finish(batch, replace(ANSWER, body=f'{{"results": [{{"id": "{alone.case_id}"}}]}}'))
    claimed(replays, replace(ASKED, key="k-3"))
    with records.database.write() as session:
        forget_case(session, alone.case_id)
    assert rows(records) == 1


def test_an_answer_to_a_request_on_a_case_goes_with_it_though_it_does_not_show_it(
    replays: Replays, records: Records
) -> None:
    theirs, other = (record(records).stored.case.id for _ in range(2))
    first = claimed(replays, replace(ASKED, case_id=theirs))
    replays.finish(first, replace(ANSWER, body='{"number": 1, "sent_text": "Hola, [PERSONA_1]."}'))
    in_work = claimed(replays, replace(ASKED, key="k-2", case_id=theirs))
    replays.finish(claimed(replays, replace(ASKED, key="k-3", case_id=other)), ANSWER)
    batch = replace(ANSWER, body=f'{{"results": [{{"id": "{other}"}}, {{"id": "{theirs}"}}]}}')
    replays.finish(claimed(replays, replace(ASKED, key="k-4")), batch)
    assert rows(records) == 4
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(theirs, account="demo", actor="dpo").erased
    replays.finish(in_work, ANSWER)  # decided before the erasure, answered after it
    assert rows(records) == 1
    assert replays.claim(replace(ASKED, key="k-3", case_id=other)) == ANSWER


def rows(records: Records) -> int:
    with records.database.read() as session:
        return session.execute(select(func.count()).select_from(ReplayRow)).scalar_one()


def test_of_many_at_once_one_works(replays: Replays) -> None:
    def try_it(_: int) -> bool:
        try:
            return isinstance(replays.claim(ASKED), Claim)
        except IdempotencyInProgressError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(16))) == 1
