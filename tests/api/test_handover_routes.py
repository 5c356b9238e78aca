"""Hand-over, clocks and promises over HTTP: redacted, by scope, and only of the key's own account."""

from pathlib import Path

import pytest

from api.routes import handover
from api.settings import Settings
from api.work_wiring import build_work_desk
from cases.decisions import Verb
from cases.keys import Scope
from models.text import RedactedText
from tests.api.http_service import Served, serve
from tests.cases.samples import ORIGINALS, decision, record

ACCOUNTS = Settings().policies_dir / "accounts"


@pytest.fixture
def served(tmp_path: Path) -> Served:
    from api.account_files import load_accounts

    made = serve(tmp_path)
    made.app.include_router(handover.router)
    settings = Settings(data_dir=tmp_path)
    made.app.state.work = build_work_desk(
        made.service.records, settings, load_accounts(ACCOUNTS, default="demo")
    )
    return made


def sent_case(served: Served) -> str:
    records = served.service.records
    made = record(records).stored.case
    said = decision(
        Verb.RESPOND,
        sent="Hola, [PERSONA_1]. Te llamamos mañana.",
        original="Hola, Remedios. Te llamamos mañana.",
        note=RedactedText("Por la tarde"),
    )
    records.store.decide(made.id, said, account="demo")
    return made.id


def test_the_summary_is_redacted_and_names_what_is_due(served: Served):
    case_id = sent_case(served)
    answer = served.client(Scope.AUDITOR).get(f"/v1/cases/{case_id}/handover")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["case_id"], body["status"], body["owner"], body["handovers"]) == (
        case_id,
        "sent",
        "key_agent",
        [],
    )
    assert [clock["clock"] for clock in body["clocks"]] == ["acknowledge", "answer", "resolve"]
    assert [(p["number"], p["kind"], p["text"], p["state"]) for p in body["promises"]] == [
        (1, "promise", "Te llamamos mañana.", "open")
    ]
    assert "Qué falta:\n- lo prometido («Te llamamos mañana.»)" in body["summary"]
    for original in (*(value.reveal() for value in ORIGINALS.values()), "Remedios"):
        assert original not in answer.text


def test_a_case_is_handed_over_and_its_promise_kept(served: Served):
    case_id = sent_case(served)
    receiver = served.service.keys.create(name="Eva", account="demo", scopes=[Scope.AGENT], actor="t").key.id
    client = served.client()
    done = client.post(f"/v1/cases/{case_id}/handover", json={"to": receiver})
    assert done.status_code == 200
    assert (done.json()["owner"], len(done.json()["handovers"])) == (receiver, 1)
    again = client.post(f"/v1/cases/{case_id}/handover", json={"to": receiver})
    assert (again.status_code, again.json()["code"]) == (422, "handover_invalid")
    for changed in (True, False):
        kept = client.post(f"/v1/cases/{case_id}/promises/1/kept")
        assert (kept.status_code, kept.json()) == (200, {"changed": changed})
    assert client.post(f"/v1/cases/{case_id}/promises/7/kept").json() == {"changed": False}
    assert client.get(f"/v1/cases/{case_id}/handover").json()["promises"][0]["state"] == "kept"
    assert served.service.records.verify().ok


def test_a_clock_is_stopped(served: Served):
    made = record(served.service.records).stored.case
    client = served.client()
    assert client.post(f"/v1/cases/{made.id}/clocks/answer/stop").json() == {"changed": True}
    assert client.post(f"/v1/cases/{made.id}/clocks/answer/stop").json() == {"changed": False}
    clocks = client.get(f"/v1/cases/{made.id}/handover").json()["clocks"]
    assert [clock["stopped_at"] is None for clock in clocks] == [False, False, True]
    assert client.post(f"/v1/cases/{made.id}/clocks/lunch/stop").status_code == 422


ROUTES = [
    ("GET", "handover", None),
    ("POST", "handover", {"to": "key_x"}),
    ("POST", "clocks/answer/stop", None),
    ("POST", "promises/1/kept", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_other_accounts_and_unknown_cases_look_alike(
    served: Served, method: str, path: str, body: dict[str, str] | None
):
    case_id = sent_case(served)
    other = served.client(Scope.AGENT, "otra")
    for name in (case_id, "cas_x", "../../etc"):
        answer = other.request(method, f"/v1/cases/{name}/{path}", json=body)
        assert answer.status_code == 404
    assert other.request(method, f"/v1/cases/{case_id}/{path}", json=body).json()["code"] == "case_not_found"


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_scopes(served: Served, method: str, path: str, body: dict[str, str] | None):
    case_id = sent_case(served)
    client = served.client(Scope.AUDITOR)
    wanted = 200 if method == "GET" else 403
    assert client.request(method, f"/v1/cases/{case_id}/{path}", json=body).status_code == wanted
    nobody = client.request(method, f"/v1/cases/{case_id}/{path}", json=body, headers={"Authorization": ""})
    assert nobody.status_code == 401
