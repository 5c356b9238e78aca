"""The pages of approved answers by HTTP: states, steps in the name of the key, differences, findings, gaps."""

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.console.knowledge_views import Gaps
from cases.keys import Scope
from knowledge_base.answer import AnswerText, Approval, Role
from knowledge_base.format import parse_answer
from tests.api.console.compliance_site import Site

TABS = ("", "/due", "/check", "/gaps")
APPROVED = (Approval(role=Role.COMMUNICATIONS, name="Tomás Iribarren", date=date(2026, 1, 27)),)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.records.close()


@pytest.fixture
def curator(site: Site) -> TestClient:
    return site.client(Scope.CURATOR)


def page(client: TestClient, path: str = "", status: int = 200) -> str:
    answer = client.get(f"/console/knowledge{path}")
    assert answer.status_code == status, answer.text[:300]
    return str(answer.text)


def settled(client: TestClient, path: str) -> str:
    for _ in range(300):
        answer = client.get(f"/console/knowledge{path}")
        if "refresh" not in answer.headers:
            return str(answer.text)
        time.sleep(0.05)
    raise AssertionError("never done")


def state(client: TestClient, name: str) -> str:
    found = re.search(r'<span id="state"><span class="mark[^"]*">([^<]+)', page(client, f"/answers/{name}"))
    assert found is not None
    return found[1]


def on_file(site: Site, name: str):
    return parse_answer((site.answers / f"{name}.md").read_bytes(), f"{name}.md")


def approve(client: TestClient, site: Site, name: str, **form: str):
    data = {"role": "communications", "seal": on_file(site, name).seal, **form}
    return client.post(f"/console/knowledge/answers/{name}/approve", data=data)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_opens_for_any_key(site: Site, tab: str, language: str) -> None:
    site.answer("sol", approvals=APPROVED)
    answer = site.client(Scope.AGENT).get(f"/console/knowledge{tab}?lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert not re.search(r"<style|<script(?! src)| style=| on\w+=", answer.text)
    assert TestClient(site.app, follow_redirects=False).get(f"/console/knowledge{tab}").status_code == 303


def test_the_list_says_where_each_answer_stands(site: Site, curator: TestClient) -> None:
    site.answer("en-vigor", approvals=APPROVED)
    site.answer("nueva")
    site.answer("vieja", approvals=APPROVED, valid_until=date(2026, 2, 1))
    site.answer("repaso", approvals=APPROVED, review_by=date(2026, 3, 1))
    site.answer("fuera", approvals=APPROVED)
    site.gone.add("fuera")
    found = page(curator)
    for name in ("en vigor (2)", "borrador (1)", "caducada (1)", "retirada (1)"):
        assert name in found
    assert found.count("con retraso") == 1
    assert "nueva" not in page(curator, "?state=in_force")
    assert "1 respuestas" in page(curator, "?q=REPASO")


def test_from_draft_to_in_force_by_two_people(site: Site, curator: TestClient) -> None:
    site.answer("sol")
    assert state(curator, "sol") == "borrador"
    assert curator.post("/console/knowledge/answers/sol/submit").status_code == 303
    assert state(curator, "sol") == "en revisión"
    refused = approve(curator, site, "sol")
    assert refused.status_code == 409
    assert "quien la entregó no puede aprobarla" in refused.text
    assert state(curator, "sol") == "en revisión"
    other = site.client(Scope.CURATOR, name="Dra. Valdés")
    assert approve(other, site, "sol", review_by="2027-05-01").status_code == 303
    assert state(other, "sol") == "en vigor"
    kept = on_file(site, "sol")
    assert [(one.name, one.role, one.content) for one in kept.approvals] == [
        ("Dra. Valdés", Role.COMMUNICATIONS, kept.seal)
    ]
    assert kept.review_by == date(2027, 5, 1)
    shown = page(other, "/answers/sol")
    assert shown.index("aprobada (comunicación) · Dra. Valdés") < shown.index(
        "entregada a revisión · Carmen Olmedo"
    )


def test_only_what_the_person_saw_is_approved(site: Site, curator: TestClient) -> None:
    made = site.answer("sol", approvals=APPROVED)
    text = made.texts["es"].model_copy(update={"full": "Ahora se repone cada seis horas."})
    site.answer("sol", approvals=APPROVED, texts={"es": text})
    answer = approve(curator, site, "sol", seal=made.seal)
    assert answer.status_code == 409
    assert "El texto ha cambiado" in answer.text
    assert on_file(site, "sol").approvals == APPROVED


@pytest.mark.parametrize("form", [{"review_by": "mañana"}, {"role": "nobody"}, {"seal": ""}])
def test_a_form_that_is_wrong_approves_nothing(site: Site, curator: TestClient, form: dict[str, str]) -> None:
    site.answer("sol", approvals=APPROVED)
    assert approve(curator, site, "sol", **form).status_code in (409, 422)
    assert on_file(site, "sol").approvals == APPROVED


@pytest.mark.parametrize("step", ["submit", "approve", "withdraw"])
def test_a_step_asks_for_the_scope_and_the_same_site(site: Site, curator: TestClient, step: str) -> None:
    before = site.answer("sol", approvals=APPROVED)
    path = f"/console/knowledge/answers/sol/{step}"
    data = {"role": "medical", "seal": before.seal, "reason": "wrong", "sure": "yes"}
    for scope in (Scope.AGENT, Scope.AUDITOR, Scope.PLUGIN):
        assert site.client(scope).post(path, data=data).status_code == 403
    assert curator.post(path, data=data, headers={"origin": "https://evil.example"}).status_code == 403
    assert TestClient(site.app, follow_redirects=False).post(path, data=data).status_code == 303
    assert on_file(site, "sol") == before
    assert "<form" not in re.sub(
        r"<header>.*?</header>|<dialog.*", "", page(site.client(Scope.AGENT), "/answers/sol"), flags=re.DOTALL
    )


def test_another_accounts_answer_is_not_there(site: Site, curator: TestClient) -> None:
    site.answer("ajena", approvals=APPROVED, accounts=("otra",))
    assert "ajena" not in page(curator)
    page(curator, "/answers/ajena", 404)
    assert curator.post("/console/knowledge/answers/ajena/submit").status_code == 404
    assert "ajena" in page(site.client(Scope.ADMIN, account="*"))


def test_what_companies_share_is_changed_by_a_key_of_all(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = site.service.pipeline.engines
    monkeypatch.setattr(engines, "accounts", {**engines.accounts, "otra": engines.accounts["demo"]})
    site.answer("comun")
    site.answer("propia", accounts=("demo",))
    curator = site.client(Scope.CURATOR)
    assert curator.post("/console/knowledge/answers/comun/submit").status_code == 403
    assert curator.post("/console/knowledge/answers/propia/submit").status_code == 303
    assert (
        site.client(Scope.ADMIN, account="*").post("/console/knowledge/answers/comun/submit").status_code
        == 303
    )


def test_a_withdrawal_asks_twice_and_is_for_good(site: Site, curator: TestClient) -> None:
    site.answer("sol", approvals=APPROVED)
    path = "/console/knowledge/answers/sol/withdraw"
    assert curator.post(path, data={"reason": "safety"}).status_code == 409
    assert site.gone == set()
    assert curator.post(path, data={"reason": "safety", "sure": "yes"}).status_code == 303
    assert site.gone == {"sol"}
    assert state(curator, "sol") == "retirada"
    assert on_file(site, "sol").withdrawn
    shown = page(curator, "/answers/sol")
    assert "/approve" not in shown
    assert "retirada (seguridad)" in shown


def test_differences_between_versions_and_changes_by_hand(site: Site, curator: TestClient) -> None:
    made = site.answer("sol")
    curator.post("/console/knowledge/answers/sol/submit")
    assert "cambiado a mano" not in page(curator, "/answers/sol")
    assert "No hay otra versión" not in page(curator, "/answers/sol")
    text = made.texts["es"].model_copy(update={"full": "Se repone cada <b>tres</b> horas."})
    submitted = on_file(site, "sol").submitted
    site.answer("sol", version=2, texts={"es": text}, submitted=submitted)
    shown = page(curator, "/answers/sol")
    assert "cambiado a mano" in shown
    assert "+es.full: Se repone cada &lt;b&gt;tres&lt;/b&gt; horas." in shown
    assert "-es.full: El protector sol" in shown
    back = page(curator, "/answers/sol?before=2&after=1")
    assert "No hay otra versión anotada" in back, "version 2 is not on record: nobody took a step with it"


def test_reminders_name_what_waits_and_what_is_late(site: Site, curator: TestClient) -> None:
    site.answer("nueva")
    curator.post("/console/knowledge/answers/nueva/submit")
    site.answer("repaso", approvals=APPROVED, review_by=date(2020, 3, 1))
    site.answer("lejana", approvals=APPROVED, review_by=date(2099, 3, 1))
    found = page(curator, "/due")
    assert "espera aprobación" in found
    assert found.count("con retraso") == 1
    assert "lejana" not in found


def test_near_duplicates_are_found_and_others_are_not(site: Site, curator: TestClient) -> None:
    text = "El protector solar se repone cada dos horas y siempre después de bañarse o de sudar mucho."
    for name in ("sol", "playa"):
        one = AnswerText(title="Cuándo reponer el protector", full=text, short="Cada dos horas.")
        site.answer(name, approvals=APPROVED, texts={"es": one})
    far = AnswerText(title="Devoluciones", full="Recogemos el paquete en su casa.", short="Lo recogemos.")
    site.answer("devolver", approvals=APPROVED, texts={"es": far})
    found = settled(curator, "/check")
    pairs = found[found.index('id="k-pairs"') : found.index('id="k-rest"')]
    assert "near_duplicate" in pairs
    assert "answers/playa" in pairs
    assert "devolver" not in pairs


def test_gaps_are_shown_with_their_questions(
    site: Site, curator: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = {
        "count": 4, "abstained": 3, "edited": 1, "example": "¿Vendéis en <Perú>?", "examples": ["¿Vendéis en <Perú>?"],
        "intent": "order_or_delivery", "languages": ["es"], "nearest_answer": "envios", "rewrite": False,
        "first": "2026-11-01", "last": "2026-11-02", "cases": ["cas_1"],
    }  # fmt: skip
    views = site.app.state.knowledge_views
    monkeypatch.setattr(views.gaps, "_compute", lambda _account: Gaps(9, (gap,)))
    found = settled(curator, "/gaps")
    assert "¿Vendéis en &lt;Perú&gt;?" in found
    assert "answers/envios" in found


def test_gaps_of_an_empty_store_ask_no_model(site: Site, curator: TestClient) -> None:
    assert "Preguntas miradas: 0" in settled(curator, "/gaps")


def test_a_broken_file_is_told(site: Site, curator: TestClient) -> None:
    site.answer("sol", approvals=APPROVED)
    (site.answers / "rota.md").write_text("---\nid: [\n", encoding="utf-8")
    assert "no se pueden leer" in page(curator)
