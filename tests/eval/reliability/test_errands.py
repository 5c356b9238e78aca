"""Requests that come again until they are answered, and what of their answers goes on the ledger."""

import random
from typing import Any

import httpx
import pytest

from eval.reliability.errands import Errand, Errands, Kind
from eval.reliability.findings import Broken
from eval.reliability.promises import fingerprint
from eval.reliability.traffic import Traffic

CASE = {"id": "cas_1", "thread_version": 1, "allowed_decisions": ["accept"], "drafts": [{"text": "…"}]}


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    return Traffic.load(1)


@pytest.fixture
def errands(traffic: Traffic) -> Errands:
    return Errands(traffic, random.Random(1))


def begun(errands: Errands) -> Errand:
    errand = errands.next(fresh=True)
    assert errand is not None
    return errand


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body or {}, headers=headers)


def test_an_acknowledged_case_goes_on_the_ledger(errands: Errands) -> None:
    errand = begun(errands)
    errands.answered(Errand(Kind.CASE, errand.path, errand.body), answer(200, CASE))
    assert errands.snapshot().cases == {"cas_1": fingerprint(CASE)}
    assert (errands.outstanding, errands.findings) == (0, [])


def test_202_promises_a_case_and_a_decision_its_number(errands: Errands) -> None:
    begun(errands), begun(errands)
    errands.answered(Errand(Kind.LATER, "/", {}), answer(202, {"case_id": "cas_2"}))
    errands.answered(Errand(Kind.DECISION, "/", {}, "cas_1"), answer(200, {"number": 1}))
    assert errands.snapshot().works == {"cas_2"}
    assert errands.snapshot().decisions == {("cas_1", 1)}


@pytest.mark.parametrize(
    "response",
    [
        answer(503, {"code": "store_unavailable"}, **{"retry-after": "0"}),
        answer(409, {"code": "idempotency_in_progress"}, **{"retry-after": "0"}),
        answer(429, {"code": "rate_limited"}, **{"retry-after": "0"}),
    ],
)
def test_what_is_put_off_comes_again_under_its_key(errands: Errands, response: httpx.Response) -> None:
    errand = begun(errands)
    errands.answered(errand, response)
    assert errands.outstanding == 1
    assert errands.next(fresh=False) is errand
    assert errands.findings == []


def test_what_broke_comes_again_but_not_at_once(errands: Errands) -> None:
    errand = begun(errands)
    errands.broken(errand)
    assert errands.next(fresh=False) is None
    assert errands.outstanding == 1


@pytest.mark.parametrize(
    "response",
    [answer(401), answer(422), answer(409, {"code": "case_already_decided"}), answer(200, [1])],
)
def test_what_no_caller_may_see_is_found(errands: Errands, response: httpx.Response) -> None:
    errands.answered(begun(errands), response)
    assert [found.kind for found in errands.findings] == [Broken.WRONG_ANSWER]
    assert errands.outstanding == 0


def test_a_failure_is_found_and_comes_again(errands: Errands) -> None:
    errands.answered(begun(errands), answer(500))
    assert [found.kind for found in errands.findings] == [Broken.WRONG_ANSWER]
    assert errands.outstanding == 1


def test_a_request_answered_with_two_different_cases_is_found(errands: Errands) -> None:
    for body in (CASE, {**CASE, "thread_version": 2}):
        errands.answered(Errand(Kind.CASE, begun(errands).path, {}), answer(200, body))
    assert [found.kind for found in errands.findings] == [Broken.CHANGED_CASE]


def test_messages_are_of_the_development_split_and_none_comes_twice(traffic: Traffic) -> None:
    drawn = [traffic.next() for _ in range(300)]
    assert len({message["text"] for message in drawn}) > 295
    assert any("thread" in message for message in drawn)
    assert {"channel", "visibility", "text"} <= drawn[0].keys()
    again = Traffic.load(1)
    assert [again.next() for _ in range(3)] == drawn[:3] or traffic.rows == again.rows
