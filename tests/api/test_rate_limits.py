"""A bucket of tokens for each key."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.http_policy import Rate, Rates, load_http_policy
from api.rate_limits import RateLimiter
from api.settings import ROOT
from cases.keys import Scope
from policies.errors import PolicyError
from tests.api.http_service import changed, serve

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "policies" / "http.cases.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_of_the_policy(case: dict[str, Any]) -> None:
    now = 0.0
    limiter = RateLimiter(Rates(default=Rate(**case["rate"])), clock=lambda: now)
    answers = []
    for now in case["at"]:  # noqa: B007 - the clock reads it
        answers.append(limiter.take("key_a"))
    assert [answer.allowed for answer in answers] == case["allowed"]
    if "retry_after" in case:
        refused = next(answer for answer in answers if not answer.allowed)
        assert refused.retry_after == case["retry_after"]
        assert refused.headers()["retry-after"] == str(case["retry_after"])


@given(
    per_second=st.floats(0.01, 100),
    burst=st.integers(1, 50),
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 10)), max_size=60),
)
def test_never_more_than_the_burst_and_what_came_back(
    per_second: float, burst: int, steps: list[tuple[float, int]]
) -> None:
    now = 0.0
    limiter = RateLimiter(Rates(default=Rate(per_second=per_second, burst=burst)), clock=lambda: now)
    taken = 0
    for pause, tokens in steps:
        now += pause
        answer = limiter.take("key_a", tokens)
        taken += tokens if answer.allowed else 0
        assert taken <= burst + now * per_second + 1e-6
        assert 0 <= answer.remaining <= burst
        assert answer.allowed or answer.retry_after >= 1


def test_keys_do_not_take_from_each_other() -> None:
    rates = Rates(default=Rate(per_second=1, burst=1), keys={"key_b": Rate(per_second=1, burst=3)})
    limiter = RateLimiter(rates, clock=lambda: 0.0)
    assert [limiter.take("key_a").allowed for _ in range(2)] == [True, False]
    assert [limiter.take("key_b").allowed for _ in range(4)] == [True, True, True, False]


def test_an_answer_tells_what_is_left_and_a_refusal_when_to_come(tmp_path: Path) -> None:
    rates = {"default": {"per_second": 0.1, "burst": 2}}
    served = serve(tmp_path, policy=changed(rates=rates, batch={"max_items": 2}))
    client = served.client()
    first, second, third = (client.get("/v1/cases") for _ in range(3))
    assert first.headers["ratelimit-policy"] == '"default";q=2;w=20'
    assert first.headers["ratelimit"] == '"default";r=1;t=10'
    assert (second.status_code, third.status_code) == (200, 429)
    assert third.json()["code"] == "rate_limited"
    assert 1 <= int(third.headers["retry-after"]) <= 10
    assert third.headers["ratelimit"].startswith('"default";r=0;')
    assert served.client(Scope.AUDITOR).get("/v1/cases").status_code == 200
    assert client.get("/healthz").status_code == 200
    served.service.close()


def test_a_refused_and_a_replayed_request_cost_one_token_each(tmp_path: Path) -> None:
    rates = {"default": {"per_second": 0.001, "burst": 5}}
    served = serve(tmp_path, policy=changed(rates=rates, batch={"max_items": 5}))
    client = served.client()
    left = [
        client.post("/v1/cases", json={"text": "Hola."}, headers={"Idempotency-Key": "a"}).headers[
            "ratelimit"
        ]
        for _ in range(2)
    ]
    assert [value.split(";")[1] for value in left] == ["r=4", "r=3"]
    assert "ratelimit" not in TestClient(served.app).get("/v1/cases").headers
    served.service.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("burst: 250", "burst: 99"), "max_items"),
        (("per_second: 50", "per_second: 0"), "per_second"),
        (("max_items: 100", "max_items: 100\n  most: 1"), "unknown key"),
        (("keep_hours: 24", "keep_hours: veinte"), "keep_hours"),
    ],
)
def test_a_policy_that_cannot_be_says_so_at_start(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = (ROOT / "policies" / "http.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    file = tmp_path / "http.yaml"
    file.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        load_http_policy(file)
