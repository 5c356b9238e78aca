"""Learning and satisfaction over HTTP: by scope, of the key's own account, redacted, the same answer twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.learning_wiring import LearningDesk
from api.routes import learning, satisfaction
from api.settings import Settings
from cases.decisions import Verb
from cases.keys import Scope
from cases.tables import AuditRow
from tests.api.http_service import CANARY, Served, serve
from tests.cases.learning.history import DRAFT, POLICY, decided, recorded

ADDED = (
    "Te avisamos en cuanto vuelva a estar disponible.",
    "Si lo prefieres, pregunta en la tienda más cercana.",
)


@pytest.fixture
def served(tmp_path: Path) -> Served:
    made = serve(tmp_path)
    made.app.include_router(learning.router)
    made.app.include_router(satisfaction.router)
    made.app.state.learning = LearningDesk(made.service.records, Settings(data_dir=tmp_path))
    return made


def edited(served: Served, *added: str) -> None:
    for number in range(POLICY.phrases.least_cases):
        text = " ".join((DRAFT, *added))
        decided(served.service.records, Verb.EDIT, text, by=f"key_{number}")


def rate(served: Served, case_id: str, body: object, **headers: str):  # type: ignore[no-untyped-def]
    return served.client(Scope.PLUGIN).post(f"/v1/cases/{case_id}/satisfaction", json=body, headers=headers)


def test_the_report(served: Served) -> None:
    case_id = decided(served.service.records, Verb.ACCEPT, rules=("answer-known",))
    decided(served.service.records, Verb.IGNORE, rules=("answer-known",))
    decided(served.service.records, Verb.ACCEPT, account="otra")
    assert rate(served, case_id, {"score": 4}).status_code == 201
    body = served.client(Scope.AUDITOR).get("/v1/learning").json()
    usual = datetime.now(UTC).date() - timedelta(days=90)
    assert (body["account"], body["from"], body["to"]) == ("demo", usual.isoformat(), None)
    assert (body["total"]["cases"], body["total"]["acceptance_rate"]) == (2, 0.5)
    assert {one["dimension"] for one in body["groups"]} == {
        "disposition", "intent", "channel", "language", "account", "week",
    }  # fmt: skip
    assert [(one["rule"], one["share"], one["ignored"]) for one in body["overruled"]] == [
        ("answer-known", 0.5, 1)
    ]
    assert (body["satisfaction"]["mean"], body["satisfaction"]["response_rate"]) == (4.0, 1.0)
    every = served.client(Scope.AUDITOR, "*").get("/v1/learning").json()
    assert every["total"]["cases"] == 3
    past = served.client(Scope.ADMIN).get("/v1/learning?from=2020-01-01&to=2020-12-31").json()
    assert (past["from"], past["total"]["cases"], past["total"]["acceptance_rate"]) == ("2020-01-01", 0, None)


@pytest.mark.parametrize("days", ["to=0001-01-01", "to=0001-04-01", "to=9999-12-31", "from=0001-01-01"])
@pytest.mark.parametrize("path", ["/v1/learning", "/v1/learning/phrases"])
def test_the_ends_of_the_calendar_are_days_like_others(served: Served, path: str, days: str) -> None:
    assert served.client(Scope.AUDITOR).get(f"{path}?{days}").status_code == 200


@pytest.mark.parametrize("path", ["/v1/learning", "/v1/learning/phrases"])
def test_only_auditors_and_admins(served: Served, path: str) -> None:
    for scope in (Scope.AGENT, Scope.PLUGIN, Scope.CURATOR):
        answer = served.client(scope).get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert served.client().get(path, headers={"Authorization": ""}).status_code == 401
    assert served.client(Scope.AUDITOR).get(path).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("from=2026-02-30", 422, "validation_failed"),
        ("from=ayer", 422, "validation_failed"),
        ("from=2026-02-02&to=2026-02-01", 422, "learning_invalid"),
        ("since=2026-02-02", 422, "validation_failed"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/learning", "/v1/learning/phrases"])
def test_bad_days_are_problems(served: Served, path: str, query: str, status: int, code: str) -> None:
    answer = served.client(Scope.AUDITOR).get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "ayer" not in answer.text


def test_phrases_page_by_page(served: Served) -> None:
    edited(served, *ADDED)
    client = served.client(Scope.AUDITOR)
    first = client.get("/v1/learning/phrases?limit=1").json()
    assert first["has_more"]
    second = client.get(f"/v1/learning/phrases?limit=1&cursor={first['next_cursor']}").json()
    assert {one["text"] for one in (*first["data"], *second["data"])} == set(ADDED)
    assert (second["has_more"], second["next_cursor"]) == (False, None)
    for cursor in ("phr_x.y", first["next_cursor"] + "x"):
        refused = client.get(f"/v1/learning/phrases?cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor_invalid")
    # For the list of other days it is not good.
    other = client.get(f"/v1/learning/phrases?from=2026-01-01&cursor={first['next_cursor']}")
    assert other.status_code == 400


def test_a_cursor_of_a_settled_phrase_begins_no_list_anew(served: Served) -> None:
    edited(served, *ADDED)
    client = served.client(Scope.AUDITOR)
    first = client.get("/v1/learning/phrases?limit=1").json()
    desk: LearningDesk = served.app.state.learning
    from cases.learning.judged import Span

    at = served.service.records.now()
    desk.book.propose(desk.phrases(Span()).phrases, at=at)
    desk.book.reject(first["data"][0]["id"], by="Carmen", reason="No", at=at)
    answer = client.get(f"/v1/learning/phrases?limit=1&cursor={first['next_cursor']}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
    assert len(client.get("/v1/learning/phrases").json()["data"]) == 1


def test_nothing_can_be_approved_over_http(served: Served) -> None:
    edited(served, *ADDED)
    client = served.client(Scope.ADMIN)
    for path in ("/v1/learning", "/v1/learning/phrases"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert client.request(method, path, json={}).status_code == 405
    client.get("/v1/learning/phrases")
    assert served.app.state.learning.book.all() == ()


def test_a_grade_is_recorded_once_and_redacted(served: Served) -> None:
    case_id = decided(served.service.records, Verb.ACCEPT)
    body = {"score": 5, "comment": f"Muy bien {CANARY}"}
    first = rate(served, case_id, body)
    again = rate(served, case_id, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["comment"] == "Muy bien [PERSONA_1]"
    assert CANARY not in first.text
    other = rate(served, case_id, {"score": 1})
    assert (other.status_code, other.json()["code"]) == (409, "satisfaction_invalid")
    read = served.client(Scope.AUDITOR).get(f"/v1/cases/{case_id}/satisfaction").json()
    assert read["satisfaction"] == first.json()
    with served.service.records.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "satisfaction.recorded")).all()
    assert len(rows) == 1
    assert served.service.records.verify().ok


def test_a_grade_under_an_idempotency_key_is_answered_the_same(served: Served) -> None:
    case_id = decided(served.service.records, Verb.ACCEPT)
    headers = {"Idempotency-Key": "survey-1"}
    first = rate(served, case_id, {"score": 3}, **headers)
    again = rate(served, case_id, {"score": 3}, **headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    reused = rate(served, case_id, {"score": 2}, **headers)
    assert reused.json()["code"] == "idempotency_key_reused"


def test_what_was_not_answered_cannot_be_graded(served: Served) -> None:
    case_id = recorded(served.service.records)
    answer = rate(served, case_id, {"score": 5})
    assert (answer.status_code, answer.json()["code"]) == (409, "satisfaction_invalid")
    assert served.client().get(f"/v1/cases/{case_id}/satisfaction").json() == {"satisfaction": None}


@pytest.mark.parametrize(
    "body",
    [{}, {"score": 0}, {"score": 6}, {"score": 4.5}, {"score": "5"}, {"score": True}, {"score": 5, "name": "Ana"},
     {"score": 5, "comment": "a" * 2001}, [5], None],
)  # fmt: skip
def test_a_grade_that_is_none_is_refused(served: Served, body: object) -> None:
    case_id = decided(served.service.records, Verb.ACCEPT)
    answer = rate(served, case_id, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert "Ana" not in answer.text


def test_scopes_and_accounts_of_grades(served: Served) -> None:
    case_id = decided(served.service.records, Verb.ACCEPT)
    path = f"/v1/cases/{case_id}/satisfaction"
    assert served.client(Scope.AUDITOR).post(path, json={"score": 5}).status_code == 403
    for client in (served.client(Scope.AGENT, "otra"), served.client(Scope.ADMIN, "otra")):
        assert client.post(path, json={"score": 5}).json()["code"] == "case_not_found"
        assert client.get(path).status_code == 404
    assert served.client(Scope.AGENT).post(path, json={"score": 5}).status_code == 201
