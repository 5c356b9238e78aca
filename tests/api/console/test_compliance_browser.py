"""The pages of compliance and of approved answers in a real browser: nothing refused, readable at phone width."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from cases.keys import Scope
from knowledge_base.answer import Approval, Role
from tests.api.console.compliance_site import Site
from tests.api.console.on_a_port import served
from tests.api.console.test_compliance_pages import GATE, _samples
from tests.cases.compliance.adverse import adverse_case
from tests.cases.samples import case, record
from tests.eval.harness.builders import missed

PAGES = (
    "/compliance", "/compliance/evaluation", "/compliance/evaluation/runs/noche",
    "/compliance/evaluation/compare?a=vispera&b=noche", "/compliance/gates", "/compliance/audit", "/compliance/policy",
    "/compliance/practices", "/compliance/adverse-events", "/compliance/times",
    "/knowledge", "/knowledge/answers/sol", "/knowledge/due", "/knowledge/check", "/knowledge/gaps",
)  # fmt: skip
UNNAMED = """
return [...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea, main button')]
  .filter(e => !e.labels?.length && !e.getAttribute('aria-label') && !e.textContent.trim()).map(e => e.outerHTML)
"""
REPEATED = """
const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
return ids.filter((id, n) => ids.indexOf(id) !== n)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    record(made.records, adverse_case(date(2026, 11, 8), serious=True))
    record(made.records, adverse_case(missing=("patient",)))
    record(made.records, case())
    made.run("vispera", _samples(right=40))
    made.run("noche", [*_samples(right=30), missed("m-x")], gates=[GATE], failed_gates=["policy-cases"])
    made.answer("sol", approvals=(Approval(role=Role.MEDICAL, name="Dra. Valdés", date=date(2026, 1, 2)),))
    made.answer("nueva")
    yield made
    made.records.close()


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with served(site.app) as address:
        yield f"{address}/console"


@pytest.fixture
def signed_in(browser: Chrome, site: Site, url: str) -> Iterator[Chrome]:
    browser.delete_all_cookies()
    browser.get(f"{url}/sign-in?lang=es")
    browser.find_element(By.ID, "key").send_keys(site.secret(Scope.AUDITOR, Scope.CURATOR), Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda chrome: "sign-in" not in chrome.current_url)
    browser.get_log("browser")
    yield browser
    browser.set_window_size(1200, 900)


def opened(browser: Chrome, url: str, path: str) -> None:
    """The page once what it works out is there."""
    browser.get(f"{url}{path}")
    WebDriverWait(browser, 20).until(lambda chrome: "actualiza sola" not in chrome.page_source)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_refused_unnamed_or_wider_than_a_phone(signed_in: Chrome, url: str, path: str) -> None:
    signed_in.set_window_size(500, 800)
    opened(signed_in, url, path)
    signed_in.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        wide = signed_in.execute_script("return document.documentElement.scrollWidth")
    finally:
        signed_in.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= 361
    refused = [line["message"] for line in signed_in.get_log("browser") if "favicon" not in line["message"]]
    assert refused == [], "the policy of contents, or a file that is not there"
    assert len(signed_in.find_elements(By.TAG_NAME, "h1")) == 1
    assert signed_in.execute_script(UNNAMED) == []
    assert signed_in.execute_script(REPEATED) == []


def test_an_answer_is_found_approved_and_withdrawn_by_keyboard(
    signed_in: Chrome, url: str, site: Site
) -> None:
    opened(signed_in, url, "/knowledge/answers/nueva")
    signed_in.find_element(By.XPATH, "//button[text()='Entregar a revisión']").send_keys(Keys.ENTER)
    _comes_to(signed_in, "en revisión")
    signed_in.find_element(By.ID, "sure").send_keys(Keys.SPACE)
    signed_in.find_element(By.XPATH, "//button[text()='Retirar']").send_keys(Keys.ENTER)
    _comes_to(signed_in, "retirada")
    assert "nueva" in site.gone


def _comes_to(browser: Chrome, state: str) -> None:
    # The element may be the old page's when it is found, and gone when it is read.
    gone = (NoSuchElementException, StaleElementReferenceException)
    wait = WebDriverWait(browser, 10, ignored_exceptions=gone)
    wait.until(lambda chrome: chrome.find_element(By.ID, "state").text == state)


def test_a_search_of_the_audit_log_and_the_plots_of_a_run(
    signed_in: Chrome, url: str, tmp_path: Path
) -> None:
    opened(signed_in, url, "/compliance/audit")
    signed_in.find_element(By.ID, "actor").send_keys("key_test", Keys.ENTER)
    WebDriverWait(signed_in, 10).until(lambda chrome: "actor=key_test" in chrome.current_url)
    assert len(signed_in.find_elements(By.CSS_SELECTOR, "tr[id^=row-]")) == 3
    opened(signed_in, url, "/compliance/evaluation/runs/noche")
    plots = signed_in.find_elements(By.CSS_SELECTOR, ".report svg")
    assert len(plots) >= 3
    assert all(plot.size["width"] > 100 and plot.get_attribute("aria-label") for plot in plots)
    fill = signed_in.execute_script("return getComputedStyle(document.querySelector('.report .hit')).fill")
    assert fill == "rgb(31, 78, 121)"
    shot = tmp_path / "run.png"
    assert signed_in.save_screenshot(str(shot))
