"""The pages of compliance by HTTP: who may see them, what they show, and what they never let through."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.console import compliance_policy
from api.console.languages import known_english
from api.console.pages import SECURITY_POLICY
from cases.archive import Archive
from cases.decisions import Verb
from cases.keys import Scope
from eval.harness.scores import Confidence, Judged, Score
from tests.api.console.compliance_site import POLICIES, Site
from tests.cases.compliance.adverse import adverse_case
from tests.cases.samples import REDACTED_TEXT, case, decision, record
from tests.eval.harness.builders import judged, missed, rights
from tests.policies.builders import rule_ids

TEMPLATES = Path(compliance_policy.__file__).parent / "templates"
TABS = (
    "", "/evaluation", "/evaluation/compare", "/gates", "/audit", "/policy", "/practices", "/adverse-events", "/times",
)  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.records.close()


@pytest.fixture
def auditor(site: Site) -> TestClient:
    return site.client(Scope.AUDITOR)


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(f"/console/compliance{path}")
    assert answer.status_code == status, answer.text[:300]
    return str(answer.text)


def settled(client: TestClient, path: str) -> str:
    """The page once its work is done."""
    for _ in range(300):
        answer = client.get(f"/console/compliance{path}")
        assert answer.status_code == 200
        if "refresh" not in answer.headers:
            return str(answer.text)
        time.sleep(0.05)
    raise AssertionError("never done")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_opens_in_both_languages(auditor: TestClient, tab: str, language: str) -> None:
    answer = auditor.get(f"/console/compliance{tab}?lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-security-policy"] == SECURITY_POLICY
    assert not re.search(r"<style|<script(?! src)| style=| on\w+=", answer.text)


@pytest.mark.parametrize(
    "tab", [*TABS, "/evaluation/runs/a", "/adverse-events.csv", "/evaluation/runs/a/report"]
)
def test_only_auditors_and_admins_come_in(site: Site, tab: str) -> None:
    for scope in (Scope.AGENT, Scope.PLUGIN, Scope.CURATOR):
        assert "auditor" in page(site.client(scope), tab, 403)
    assert TestClient(site.app, follow_redirects=False).get(f"/console/compliance{tab}").status_code == 303


def test_a_verification_asks_for_the_scope_and_the_same_site(site: Site, auditor: TestClient) -> None:
    path = "/console/compliance/audit/verify"
    assert site.client(Scope.AGENT).post(path).status_code == 403
    assert auditor.post(path, headers={"origin": "https://evil.example"}).status_code == 403
    assert site.app.state.compliance.chain.peek("all").at is None


@pytest.mark.parametrize("folder", ["compliance", "knowledge"])
def test_all_that_pages_say_is_translated(folder: str) -> None:
    files = list((TEMPLATES / folder).glob("*.html"))
    said = {
        told for file in files for told in re.findall(r'\b_\("([^"]+)"\)', file.read_text(encoding="utf-8"))
    }
    assert len(said) > 50
    assert said <= known_english(), sorted(said - known_english())


def test_the_audit_log_is_searched_and_a_changed_row_is_seen(site: Site, auditor: TestClient) -> None:
    made = record(site.records, case()).stored.case
    site.records.store.decide(made.id, decision(Verb.IGNORE), account="demo")
    found = page(auditor, f"/audit?case={made.tracking_code}")
    assert found.count('<tr id="row-') == 2
    assert "La cadena NO" not in found
    assert "cambiado" not in found
    assert REDACTED_TEXT not in found
    with site.records.database.write() as session:
        session.execute(text("UPDATE audit_log SET payload = '{}' WHERE action = 'decision.recorded'"))
    found = page(auditor, f"/audit?case={made.id}")
    assert "La cadena NO está íntegra" in found
    assert found.count('class="mark bad">cambiado') == 1


def test_what_names_no_case_finds_nothing(site: Site, auditor: TestClient) -> None:
    record(site.records, case())
    for asked in ("cas_nonsense", "BOR-2222-22222", "' OR 1=1 --", "<script>", "\x00"):
        answer = auditor.get("/console/compliance/audit", params={"case": asked})
        assert answer.status_code == 200
        assert '<tr id="row-' not in answer.text
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("query", ["before=x", "before=0", "before=99999999999999999999"])
def test_a_number_that_is_none_is_refused(auditor: TestClient, query: str) -> None:
    page(auditor, f"/audit?{query}", 422)


def test_another_accounts_rows_are_not_shown(site: Site) -> None:
    foreign = record(site.records, case(), account="otra").stored.case.id
    assert foreign not in page(site.client(Scope.AUDITOR), "/audit")
    assert foreign in page(site.client(Scope.AUDITOR, account="*"), "/audit")


def test_the_whole_record_is_verified_in_the_background(site: Site, auditor: TestClient) -> None:
    made = record(site.records, case()).stored.case
    assert "no se ha comprobado" in page(auditor, "/audit")
    assert _verified(auditor).count("Registro entero comprobado") == 1
    with site.records.database.write() as session:
        session.execute(text("UPDATE cases SET priority = 'p4'"))
    found = _verified(auditor)
    assert "El registro se ha manipulado" in found
    problem = "was changed after it was recorded"
    assert problem not in found, "what is wrong may name a case of another account"
    assert problem in page(site.client(Scope.AUDITOR, account="*"), "/audit")
    assert made.id not in re.sub(r'<tr id="row-.*', "", found, flags=re.DOTALL)


def _verified(client: TestClient) -> str:
    answer = client.post("/console/compliance/audit/verify")
    assert answer.headers["location"] == "/console/compliance/audit"
    for _ in range(200):
        found = page(client, "/audit")
        if "Comprobando el registro" not in found:
            return found
        time.sleep(0.02)
    raise AssertionError("never done")


def test_the_register_shows_both_terms_and_what_is_missing(site: Site, auditor: TestClient) -> None:
    today = date(2026, 11, 20)
    record(site.records, adverse_case(today - timedelta(days=13), serious=True))
    record(site.records, adverse_case(today - timedelta(days=91)))
    record(site.records, adverse_case(missing=("patient",)))
    found = page(auditor, "/adverse-events")
    assert "quedan 2 días" in found
    assert "pasó hace 1 días" in found
    assert "falta: paciente" in found
    assert "Hospitalización" in found
    assert page(auditor, "/adverse-events?state=missing").count("/console/cases/") == 1
    assert "En plazo (1)" in found


def test_the_csv_holds_the_register_and_no_words_of_a_customer(site: Site, auditor: TestClient) -> None:
    record(site.records, adverse_case(date(2026, 11, 18), serious=True))
    record(site.records, adverse_case(missing=("patient", "product")), account="=cmd()")
    answer = site.client(Scope.ADMIN, account="*").get("/console/compliance/adverse-events.csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["submit_by"] for row in rows] == ["2026-12-03", ""]
    assert (rows[0]["clock"], rows[0]["submit_by_if_not_serious"], rows[0]["days_left"]) == (
        "serious", "2027-02-16", "13",
    )  # fmt: skip
    assert (rows[1]["missing"], rows[1]["account"]) == ("patient product", "'=cmd()")
    assert "SALUD" not in answer.text
    own = csv.DictReader(
        io.StringIO(auditor.get("/console/compliance/adverse-events.csv").content.decode("utf-8-sig"))
    )
    assert [row["account"] for row in own] == ["demo"]


def test_response_times_are_shown(site: Site, auditor: TestClient) -> None:
    made = record(site.records, case(), origin=_now(site)).stored.case.id
    site.clock.move(minutes=42)
    site.records.store.decide(made, decision(Verb.ACCEPT), account="demo")
    found = settled(auditor, "/times?days=7")
    assert "42 min" in found
    assert "borrador worker" in found, "no keeper has read these records"
    assert "no envía encuestas" in found


def _now(site: Site) -> Any:
    from cases.stored import Origin
    from policies.vocabulary import Channel

    return Origin("demo", Channel.WEB, site.clock.at)


def _samples(*, right: int) -> list[Judged]:
    confidences = [
        judged(
            f"c-{number:03}", Score("disposition.accuracy", float(number < right)), suite="end_to_end",
            target={"disposition": "draft"}, answer={"disposition": "draft" if number < right else "acknowledge"},
            confidences=(Confidence("disposition", 0.8, number < right),),
        )
        for number in range(40)
    ]  # fmt: skip
    return [*rights("emergency.recall", [True] * 30 + [number < right for number in range(10)]), *confidences]


GATE = {
    "id": "policy-cases", "suite": "policy", "metric": "case.passed", "label": "", "dimension": "all", "group": "all",
    "of": "value", "at_least": 1, "at_most": None, "bound": "≥ 1", "state": "failed", "number": 0.5,
    "reason": "Los casos escritos son lo acordado.", "owner": "Cumplimiento",
}  # fmt: skip


def test_runs_are_listed_and_shown_with_plots_and_dangerous_errors(site: Site, auditor: TestClient) -> None:
    site.run("noche", [*_samples(right=30), missed("m-x")], gates=[GATE], failed_gates=["policy-cases"])
    (site.folder / "results" / "otra-cosa").mkdir()
    (site.folder / "results" / "rota").mkdir()
    (site.folder / "results" / "rota" / "run.json").write_text("[", encoding="utf-8")
    listed = page(auditor, "/evaluation")
    assert listed.count("/evaluation/runs/") == 1
    assert "1 incumplidos" in listed
    shown = settled(auditor, "/evaluation/runs/noche")
    assert "MissedEmergency" in shown
    assert "Mensaje inventado m-x" in shown
    assert shown.count("<svg") >= 3
    assert " style=" not in shown
    assert "no cumple" in shown
    english = settled(auditor, "/evaluation/runs/noche?lang=en")
    assert "Dangerous errors" in english


@pytest.mark.parametrize("name", ["%2e%2e", "..%2fdata", "nada", "noche%00"])
def test_no_path_is_made_of_what_is_asked_for(site: Site, auditor: TestClient, name: str) -> None:
    site.run("noche", _samples(right=30))
    for path in (f"/evaluation/runs/{name}", f"/evaluation/runs/{name}/report"):
        assert auditor.get(f"/console/compliance{path}").status_code in (303, 404)
    for file in ("samples.jsonl", "..%2f..%2fdata%2faudit.key", "report.es.pdf"):
        assert auditor.get(f"/console/compliance/evaluation/runs/noche/files/{file}").status_code == 404


def test_files_and_the_report_of_a_run_are_given(site: Site, auditor: TestClient) -> None:
    site.run("noche", _samples(right=30))
    run = json.loads(page(auditor, "/evaluation/runs/noche/files/run.json"))
    assert run["settings"]["split"] == "dev"
    report = auditor.get("/console/compliance/evaluation/runs/noche/report?lang=en")
    assert "sandbox" in report.headers["content-security-policy"]
    assert "Evaluation report" in report.text


def test_damaged_results_are_told_and_break_nothing(site: Site, auditor: TestClient) -> None:
    site.run("noche", _samples(right=30))
    (site.folder / "results" / "noche" / "samples.jsonl").write_text("{}\n", encoding="utf-8")
    assert "EvaluationError" in settled(auditor, "/evaluation/runs/noche")


def test_a_worse_run_is_not_to_ship_and_a_like_one_shows_no_difference(
    site: Site, auditor: TestClient
) -> None:
    site.run("buena", _samples(right=40))
    site.run("igual", _samples(right=40))
    site.run("mala", [*_samples(right=2)[:-1], missed("c-039")])
    assert "No se ve diferencia" in settled(auditor, "/evaluation/compare?a=buena&b=igual")
    worse = settled(auditor, "/evaluation/compare?a=buena&b=mala")
    assert "No publicar" in worse
    assert "ahora mal" in worse
    assert "Elige dos" in page(auditor, "/evaluation/compare?a=buena&b=../mala")


OWN = {"settings": {"suites": ["end_to_end", "safety"], "split": None, "limit": None, "own_data": True}}


@pytest.mark.parametrize(
    "path",
    ["/evaluation/runs/propia", "/evaluation/runs/propia/report", "/evaluation/runs/propia/files/run.json"],
)
def test_runs_on_own_data_are_for_keys_of_all_accounts(site: Site, auditor: TestClient, path: str) -> None:
    """They hold messages of customers, whosever these are."""
    site.run("propia", [*_samples(right=5), missed("c-777")], **OWN)
    site.run("noche", _samples(right=5))
    everyone = site.client(Scope.AUDITOR, account="*")
    page(everyone, path)
    page(auditor, path, 404)
    for tab in ("", "/evaluation", "/evaluation/compare"):
        assert "propia" not in page(auditor, tab)
    assert "propia" in page(everyone, "/evaluation")
    compared = "/evaluation/compare?a=noche&b=propia"
    assert "Elige dos" not in settled(everyone, compared)
    assert "Elige dos" in page(auditor, compared)


def test_gates_show_what_the_last_whole_run_measured(site: Site, auditor: TestClient) -> None:
    assert "No hay ninguna ejecución entera" in page(auditor, "/gates")
    site.run("noche", _samples(right=30), gates=[GATE])
    row = re.search(r'<tr id="policy-cases">.*?</tr>', page(auditor, "/gates"), re.DOTALL)
    assert row is not None
    assert "0.500" in row[0]
    assert "no cumple" in row[0]


def test_the_policy_shows_its_rules_and_what_changed_between_versions(
    site: Site, auditor: TestClient
) -> None:
    policy = site.service.pipeline.engines.policies["demo"]
    found = page(auditor, "/policy")
    assert all(f'id="{name}"' in found for name in rule_ids(policy))
    _archive(site, policy)
    first = policy.version
    changed = _edited(site.folder, policy)
    _archive(site, *changed)
    found = page(auditor, f"/policy?a={first}&b={changed[0].version}")
    assert "+# nota-77" in found
    assert found.count('class="mark good">íntegro') == 2
    with site.records.database.write() as session:
        session.execute(text("UPDATE archive SET body = replace(body, 'nota-77', 'nota-78')"))
    assert page(auditor, "/policy").count('class="mark bad">cambiado') == 1


def _edited(folder: Path, policy: Any) -> tuple[Any, Path]:
    from policies.loader import load_policy

    file = folder / "health.yaml"
    file.write_text(
        (POLICIES / "rules" / "health.yaml").read_text(encoding="utf-8") + "# nota-77\n", encoding="utf-8"
    )
    return load_policy(file, safety_numbers=policy.numbers), file


def _archive(site: Site, policy: Any, file: Path = POLICIES / "rules" / "health.yaml") -> None:
    from knowledge_base.loader import KnowledgeBase

    Archive(site.records.database, site.clock).keep(
        [(policy, file)],
        numbers_file=POLICIES / "safety_numbers.yaml",
        fingerprint="",
        load_base=lambda: KnowledgeBase.of([]),
    )


def test_every_practice_has_its_line(auditor: TestClient) -> None:
    found = page(auditor, "/practices")
    assert all(f'<tr id="M{number}">' in found for number in range(1, 85))
    only = page(auditor, "/practices?status=open")
    assert 0 < only.count('<tr id="M') < found.count('<tr id="M')


def test_the_overview_points_to_what_presses(site: Site, auditor: TestClient) -> None:
    record(site.records, adverse_case(date(2026, 11, 8), serious=True))
    site.run("noche", _samples(right=30), failed_gates=["x"])
    found = settled(auditor, "")
    assert '<p class="figure">1</p>' in found
    assert "1 umbrales incumplidos" in found
    site.run("otra", _samples(right=30), started_at="2026-11-23T10:00:00+00:00")
    assert "umbrales cumplidos" not in settled(auditor, ""), "a run without gates keeps none"
    assert site.service.pipeline.engines.policies["demo"].version in found


def test_the_overview_does_not_wait_for_the_first_reading_of_the_register(
    site: Site, auditor: TestClient
) -> None:
    record(site.records, adverse_case(date(2026, 11, 8), serious=True))
    warmed = site.app.state.compliance.warmed
    warmed.clear()
    early = auditor.get("/console/compliance")
    assert "Se está calculando" in early.text
    assert early.headers["refresh"]
    assert '<p class="figure">1</p>' not in early.text
    warmed.set()
    assert '<p class="figure">1</p>' in settled(auditor, "")
