"""Learning on the pages of compliance: figures, rules, phrases; who may see it; nothing of another company."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from cases.decisions import Verb
from cases.keys import Scope
from cases.satisfaction import Satisfaction
from models.text import RedactedText
from policies.vocabulary import Disposition
from tests.api.console.compliance_site import Site
from tests.api.console.on_a_port import served
from tests.api.console.test_compliance_browser import REPEATED, UNNAMED
from tests.api.console.test_compliance_pages import page, settled
from tests.cases.learning.history import DRAFT, POLICY, decided

ADDED = "Te avisamos en cuanto vuelva a estar disponible."
FOREIGN = "Pregunta en la farmacia donde lo compraste, por favor."


def filled(site: Site) -> Site:
    records = site.records
    for number in range(POLICY.phrases.least_cases):
        decided(records, Verb.EDIT, f"{DRAFT} {ADDED}", by=f"key_{number}")
        decided(records, Verb.EDIT, f"{DRAFT} {FOREIGN}", by=f"key_{number}", account="otra")
    rated = decided(records, Verb.ACCEPT, disposition=Disposition.DRAFT, rules=("answer-known",))
    decided(records, Verb.IGNORE, disposition=Disposition.DRAFT, rules=("answer-known",))
    grades = Satisfaction(records.database, records.sealer, records.audit, records.now)
    grades.record(rated, 4, comment=RedactedText("Comentario que no sale"), account="demo", actor="key_x")
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = filled(Site(tmp_path_factory.mktemp("site")))
    yield made
    made.records.close()


@pytest.fixture
def auditor(site: Site) -> TestClient:
    return site.client(Scope.AUDITOR)


def test_figures_rules_and_phrases_are_shown(auditor: TestClient) -> None:
    found = settled(auditor, "/learning?days=365")
    assert '<p class="figure">14.3 %</p>' in found, "one of seven was sent unchanged"
    assert 'id="rule-answer-known"' in found
    assert ADDED in found
    assert "una persona aprueba cada frase" in found
    assert "4.00" in found
    assert "Comentario que no sale" not in found
    assert FOREIGN not in found
    assert "otra" not in [cell.strip() for cell in found.replace("</th>", "<th").split('<th scope="row">')]


def test_an_auditor_of_all_sees_both_companies(site: Site) -> None:
    found = settled(site.client(Scope.AUDITOR, account="*"), "/learning?days=365")
    assert ADDED in found
    assert FOREIGN in found


def test_in_english(auditor: TestClient) -> None:
    found = settled(auditor, "/learning?days=365&lang=en")
    for text in (
        "What people make of the drafts",
        "Accepted unchanged",
        "Rules that people overrule",
        "Mean grade",
    ):
        assert text in found
    assert "Aceptados sin cambios" not in found
    auditor.get("/console/compliance/learning?lang=es")


def test_only_auditors_and_admins_come_in(site: Site) -> None:
    for scope in (Scope.AGENT, Scope.PLUGIN, Scope.CURATOR):
        page(site.client(scope), "/learning", 403)
    assert TestClient(site.app, follow_redirects=False).get("/console/compliance/learning").status_code == 303


def test_satisfaction_stands_with_the_times(auditor: TestClient) -> None:
    found = settled(auditor, "/times?days=365")
    assert "4.00" in found
    assert "POST /v1/cases" not in found


def test_an_empty_installation_says_so(tmp_path: Path) -> None:
    made = Site(tmp_path)
    found = settled(made.client(Scope.AUDITOR), "/learning")
    assert found.count("Ninguna.") == 2
    assert "Ninguna nota en el periodo" in found
    made.records.close()


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with served(site.app) as address:
        yield f"{address}/console"


def test_in_a_browser_nothing_is_refused_unnamed_or_wider_than_a_phone(
    browser: Chrome, site: Site, url: str, tmp_path: Path
) -> None:
    browser.delete_all_cookies()
    browser.get(f"{url}/sign-in?lang=es")
    browser.find_element(By.ID, "key").send_keys(site.secret(Scope.AUDITOR), Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda chrome: "sign-in" not in chrome.current_url)
    browser.get_log("browser")
    browser.get(f"{url}/compliance/learning?days=365")
    WebDriverWait(browser, 20).until(lambda chrome: "actualiza sola" not in chrome.page_source)
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        wide = browser.execute_script("return document.documentElement.scrollWidth")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= 361
    refused = [line["message"] for line in browser.get_log("browser") if "favicon" not in line["message"]]
    assert refused == []
    assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
    assert browser.execute_script(UNNAMED) == []
    assert browser.execute_script(REPEATED) == []
    summary = browser.find_elements(By.TAG_NAME, "summary")[1]
    summary.send_keys(Keys.ENTER)  # by keyboard alone
    assert browser.find_elements(By.TAG_NAME, "details")[1].get_attribute("open") == "true"
    assert browser.save_screenshot(str(tmp_path / "learning.png"))
