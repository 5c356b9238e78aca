"""The desk over HTTP: who sees what, what is refused and why, and what is put on record."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.console.languages import known_english
from api.service import Service
from cases.decisions import CaseStatus, Verb
from cases.keys import Scope
from knowledge_base.proposals import Proposals
from tests.api.console.served import actions, decided, signed_in, worked

TEMPLATES = Path(__file__).parents[3] / "api" / "console" / "templates"
POLICIES = Path(__file__).parents[3] / "policies"
NAMED = "Soy Remedios Quiñonero, mi móvil es el 612 34 58 79. El pedido llegó roto y nadie contesta."
ADVERSE = "Desde que uso el sérum me pica mucho la cara y la tengo roja. ¿Es normal?"


@pytest.fixture(scope="module")
def agent(app: FastAPI, service: Service) -> TestClient:
    return signed_in(app, service, Scope.AGENT)


@pytest.fixture(scope="module")
def auditor(app: FastAPI, service: Service) -> TestClient:
    return signed_in(app, service, Scope.AUDITOR)


def test_the_page_says_why(agent: TestClient, service: Service) -> None:
    thread = [
        {"role": "customer", "text": "Soy Remedios Quiñonero"},
        {"role": "agent", "text": "Hola, cuéntanos"},
    ]
    stored = worked(service, ADVERSE, thread=thread)
    page = agent.get(f"/console/cases/{stored.case.id}").text
    assert "Quiñonero" not in page
    assert "Hola, cuéntanos" in page
    assert stored.case.thread[0].text in page
    fired = stored.case.rules
    assert all(rule in page for rule in fired)
    assert "Reglas que estuvieron a punto" in page
    flag = next(flag for flag in stored.case.flags if flag.cues)
    assert flag.cues[0] in page
    for reason in stored.case.reasons:
        assert reason in page
    for found in stored.case.evidence:
        assert f"{found.answer_id}@{found.version}" in page
    assert "<mark" in page


def test_a_text_that_breaks_rules_is_held_back_and_then_noted(agent: TestClient, service: Service) -> None:
    stored = worked(service, NAMED)
    wrong = "Sentimos la espera. Déjanos tu número de teléfono y tu DNI en un comentario."
    form = {"decision": "respond", "audience": "public", "text": wrong}
    held = decided(agent, stored.case.id, **form)
    assert held.status_code == 422
    assert "data_request_public" in held.text
    assert service.records.store.get(stored.case.id, account="demo").status is CaseStatus.OPEN
    sent = decided(agent, stored.case.id, **form, overrule="yes")
    assert sent.status_code == 200
    last = service.records.store.get(stored.case.id, account="demo").decisions[-1]
    assert last.decision is Verb.RESPOND
    assert "data_request_public" in str(last.note)


def test_an_edit_within_the_rules_goes_out_at_once(agent: TestClient, service: Service) -> None:
    stored = worked(service, NAMED)
    text = stored.case.drafts[0].text + " Gracias por avisarnos."
    assert decided(agent, stored.case.id, decision="send", draft="0", text=text).status_code == 200
    last = service.records.store.get(stored.case.id, account="demo").decisions[-1]
    assert (last.decision, last.note) == (Verb.EDIT, None)


def test_an_unchanged_draft_is_accepted(agent: TestClient, service: Service) -> None:
    stored = worked(service, NAMED)
    text = stored.case.drafts[0].text.replace("\n", "\r\n")
    decided(agent, stored.case.id, decision="send", draft="0", text=text)
    assert service.records.store.get(stored.case.id, account="demo").decisions[-1].decision is Verb.ACCEPT
    again = decided(agent, stored.case.id, decision="send", draft="0", text=text)
    assert (again.status_code, "Alguien ha decidido ya" in again.text) == (409, True)


def test_to_ignore_needs_a_reason(agent: TestClient, service: Service) -> None:
    stored = worked(service, "GANA 500 € AL DÍA desde casa")
    for form in ({}, {"reason": "nonsense"}, {"reason": "other"}):
        assert decided(agent, stored.case.id, decision="ignore", **form).status_code == 422
    assert decided(agent, stored.case.id, decision="ignore", reason="spam").status_code == 200
    last = service.records.store.get(stored.case.id, account="demo").decisions[-1]
    assert "automática" in str(last.note)


def test_a_stale_draft_is_shown_as_such_and_cannot_be_sent(agent: TestClient, service: Service) -> None:
    first = worked(service, NAMED, id="conversation-77")
    newer = worked(service, NAMED + " Sigo esperando.", id="conversation-77")
    page = agent.get(f"/console/cases/{first.case.id}").text
    assert f"/console/cases/{newer.case.id}" in page
    assert "caducado" in page
    assert "<textarea" not in page
    late = decided(agent, first.case.id, decision="send", draft="0", text=first.case.drafts[0].text)
    assert (late.status_code, "ha escrito de nuevo" in late.text) == (409, True)


def test_the_original_is_for_auditors_after_a_click_and_on_record(
    agent: TestClient, auditor: TestClient, service: Service
) -> None:
    stored = worked(service, NAMED)
    url = f"/console/cases/{stored.case.id}"
    assert "Quiñonero" not in auditor.get(url).text
    assert not [one for one in actions(service, stored.case.id) if one["action"] == "vault.revealed"]
    refused = agent.post(f"{url}/original")
    assert (refused.status_code, "Quiñonero" in refused.text) == (403, False)
    assert "Ver el original" not in agent.get(url).text
    shown = auditor.post(f"{url}/original")
    assert NAMED in shown.text
    assert shown.headers["cache-control"] == "no-store"
    looks = [one for one in actions(service, stored.case.id) if one["action"] == "vault.revealed"]
    assert len(looks) == 1
    assert looks[0]["actor"].startswith("key_")
    assert "Quiñonero" not in auditor.get(url).text


def test_the_check_tells_length_and_rules(agent: TestClient, auditor: TestClient, service: Service) -> None:
    stored = worked(service, NAMED, channel="x")
    url = f"/console/cases/{stored.case.id}/check"
    report = agent.post(
        url, data={"text": "👍🏽 https://alborea.example/muy/largo", "audience": "public"}
    ).json()
    assert report["length"] == 2 + 1 + 23
    report = agent.post(url, data={"text": "Llámanos al 655 21 09 87.", "audience": "public"}).json()
    assert not report["passed"]
    one = next(found for found in report["findings"] if found["rule"] == "unknown_fact")
    assert "Llámanos al 655 21 09 87."[one["start"] : one["end"]] == one["words"]
    draft = stored.case.drafts[0]
    report = agent.post(url, data={"text": draft.text, "audience": draft.audience.value}).json()
    assert report["passed"], report
    assert (report["length"], report["limit"]) == (draft.length, draft.limit)
    assert {one["source"] for one in report["sentences"]} <= {one.source for one in draft.sentences}
    assert auditor.post(url, data={"text": "hola"}).status_code == 403
    assert agent.post("/console/cases/cas_x/check", data={"text": "hola"}).status_code == 404


def test_every_shipped_draft_passes_the_check_of_replies(
    agent: TestClient, service: Service, app: FastAPI
) -> None:
    for example in app.state.desk.choices.examples:
        stored = worked(service, example.text, channel=example.channel)
        for draft in stored.case.drafts:
            report = app.state.desk.reply_check.of_case(draft.text, stored, draft.audience)
            assert report.passed, (example.title.en, report.findings)


def test_the_examples_show_what_they_say(service: Service, app: FastAPI) -> None:
    expected = yaml.safe_load((POLICIES / "desk.cases.yaml").read_text(encoding="utf-8"))["examples"]
    by_title = {example.title.es: example for example in app.state.desk.choices.examples}
    assert {one["title"] for one in expected} == set(by_title)
    for one in expected:
        example = by_title[one["title"]]
        case = worked(service, example.text, channel=example.channel, visibility=example.visibility).case
        assert case.disposition in one.get("disposition", [case.disposition]), one["title"]
        assert one.get("flag") in (None, *(flag.code for flag in case.flags)), one["title"]
        assert one.get("answer") in (None, *(found.answer_id for found in case.evidence)), one["title"]


def test_a_question_to_an_expert_becomes_a_proposal(
    app: FastAPI, agent: TestClient, service: Service, tmp_path: Path
) -> None:
    desk = app.state.desk
    stored = worked(service, "¿Se puede usar el sérum después de un peeling?")
    form = {"decision": "escalate", "reason": "medical", "note": "¿Cuántos días hay que esperar?"}
    assert decided(agent, stored.case.id, **form).status_code == 200
    queue = agent.get("/console/experts").text
    assert f"/console/experts/{stored.case.id}" in queue
    assert "¿Cuántos días hay que esperar?" in queue
    url = f"/console/experts/{stored.case.id}/answer"
    personal = {"text": "Que llame a Tomás Arce, 612 34 58 79.", "title": "Peeling", "propose": "yes"}
    refused = agent.post(url, data=personal)
    assert (refused.status_code, "612 34" in refused.text) == (422, False)
    assert agent.post(url, data={"text": "Espera una semana.", "propose": "yes"}).status_code == 422
    answer = {
        "text": "Tras un peeling conviene esperar a que la piel se recupere.",
        "title": "Sérum tras un peeling",
    }
    # The company's own folder is not for tests.
    app.state.desk = replace(desk, proposals=Proposals(tmp_path))
    try:
        assert agent.post(url, data={**answer, "propose": "yes"}).status_code == 200
    finally:
        app.state.desk = desk
    made = (tmp_path / "serum-tras-un-peeling.md").read_text(encoding="utf-8")
    assert "approvals" not in made
    assert "demo" in made
    assert "proposed_as" in actions(service, stored.case.id)[-1]["payload"]
    page = agent.get(f"/console/cases/{stored.case.id}").text
    assert answer["text"] in page
    assert "serum-tras-un-peeling" in page
    assert agent.post(url, data=answer).status_code == 409
    assert agent.get("/console/experts?queue=nonsense").status_code == 200


def test_only_who_may_answers_as_an_expert(agent: TestClient, auditor: TestClient, service: Service) -> None:
    stored = worked(service, "¿Y si lo uso en verano?")
    assert agent.post(f"/console/experts/{stored.case.id}/answer", data={"text": "Sí."}).status_code == 409
    decided(agent, stored.case.id, decision="escalate", reason="medical")
    assert auditor.post(f"/console/experts/{stored.case.id}/answer", data={"text": "Sí."}).status_code == 403
    assert agent.get("/console/experts/cas_x").status_code == 404


def test_a_curator_sees_no_case(app: FastAPI, service: Service) -> None:
    curator = signed_in(app, service, Scope.CURATOR)
    stored = worked(service, NAMED)
    for path in ("/console", "/console/experts", f"/console/cases/{stored.case.id}"):
        response = curator.get(path)
        assert (response.status_code, stored.case.redacted_text in response.text) == (403, False)


def test_another_company_sees_nothing(app: FastAPI, service: Service) -> None:
    stored = worked(service, NAMED)
    key = service.keys.create(name="otra", account="otra", scopes=[Scope.AUDITOR], actor="test")
    other = TestClient(app)
    other.post("/console/sign-in", data={"key": key.secret})
    assert stored.case.tracking_code not in other.get("/console").text
    for path in (f"/console/cases/{stored.case.id}", f"/console/experts/{stored.case.id}"):
        assert other.get(path).status_code == 404
    assert other.post(f"/console/cases/{stored.case.id}/original").status_code == 404


@pytest.mark.parametrize("path", ["/console", "/console/try", "/console/experts", "/console?flag=x&cursor="])
def test_pages_run_nothing_from_elsewhere(agent: TestClient, path: str) -> None:
    response = agent.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=\"/console/static/)|\son\w+=|\sstyle=|https?://", response.text)


def test_a_page_of_the_inbox_that_is_none_of_ours(agent: TestClient) -> None:
    for path in ("/console?cursor=1.nonsense", "/console?state=sent&cursor=1.2", "/console/experts?cursor=x"):
        response = agent.get(path)
        assert (response.status_code, "ya no existe" in response.text) == (400, True)


@pytest.mark.parametrize("name", ["try", "experts", "knowledge", "compliance"])
def test_short_addresses_lead_to_the_console(app: FastAPI, name: str) -> None:
    response = TestClient(app, follow_redirects=False).get(f"/{name}")
    assert response.headers["location"] == f"/console/{name}"


def test_the_language_is_asked_for_kept_or_the_browsers(app: FastAPI, service: Service) -> None:
    client = signed_in(app, service, Scope.AGENT, language="en-GB,en;q=0.9,es;q=0.5")
    assert "<h1>Inbox</h1>" in client.get("/console").text
    assert "<h1>Bandeja</h1>" in client.get("/console?lang=es").text
    assert "<h1>Bandeja</h1>" in client.get("/console").text
    page = client.get("/console/try?lang=en").text
    assert '<html lang="en">' in page
    assert "A question with an approved answer" in page


def test_all_that_the_desk_says_is_translated() -> None:
    texts: set[str] = set()
    for file in [*TEMPLATES.glob("desk_*.html"), TEMPLATES / "base.html", TEMPLATES / "sign_in.html"]:
        texts |= set(re.findall(r'_\("([^"]+)"\)', file.read_text(encoding="utf-8")))
    for file in TEMPLATES.parent.glob("desk_*.py"):
        found = re.findall(
            r'(?:told\(request, |NotAllowedError\(|wrong\(\s*\d+, )"([^"]+)"', file.read_text("utf-8")
        )
        texts |= set(found)
    from api.console.desk_errors import MESSAGES, OTHERWISE

    texts |= {*MESSAGES.values(), OTHERWISE}
    assert len(texts) > 150
    assert sorted(texts - known_english()) == []


@pytest.mark.parametrize(
    "query", ["queue=Remedios Quiñonero", "cursor=Quiñonero", "Quiñonero=1", "flag=Quiñonero"]
)
@pytest.mark.parametrize("path", ["/console", "/console/experts"])
def test_no_page_repeats_what_was_typed_into_its_address(agent: TestClient, path: str, query: str) -> None:
    page = agent.get(f"{path}?{query}").text
    assert "onero" not in page
