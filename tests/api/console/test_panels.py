"""The Chatwoot panel in a real browser, framed as a helpdesk frames it, against the shipped service."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from api.app import create_app
from api.panels import FOLDER
from api.service import Service
from api.settings import Settings
from cases.keys import Scope
from tests.api.console.on_a_port import free_port, served

QUESTION = "¿Cada cuánto hay que volver a ponerse el protector solar?"
CONVERSATION = {
    "id": 909,
    "messages": [
        {"id": 1, "content": "Hola, <b>Remedios</b>", "message_type": 1, "private": False},
        {"id": 2, "content": "Nota interna", "message_type": 1, "private": True},
        {"id": 3, "content": QUESTION, "message_type": 0, "private": False},
    ],
}
HELPDESK = """<!doctype html>
<iframe id="panel" src="/apps/chatwoot/index.html" style="width:600px;height:700px"></iframe>
<script>window.addEventListener("message", (event) => {
  if (event.data === "chatwoot-dashboard-app:fetch-info")
    event.source.postMessage(JSON.stringify({event: "appContext", data: {conversation: %s}}), "*");
});</script>"""


@pytest.fixture(scope="module")
def helpdesk_url(
    service: Service, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The application on a port, with a page of a helpdesk around the panel on the same one."""
    port = free_port()
    file: Path = tmp_path_factory.mktemp("panels") / "webhooks.yaml"
    content = {"version": 1, "endpoints": {}, "frame_ancestors": [f"http://127.0.0.1:{port}"]}
    file.write_text(json.dumps(content), encoding="utf-8")
    app = create_app(service, settings.model_copy(update={"webhooks_file": file}))
    around = FastAPI()

    @around.get("/helpdesk")
    def helpdesk(request: Request) -> Response:
        return HTMLResponse(HELPDESK % json.dumps(CONVERSATION))

    around.mount("/", app)
    with served(around, port) as address:
        yield address


def test_an_agent_enters_a_key_and_gets_a_draft(
    helpdesk_url: str, browser: Chrome, secret_of: Callable[..., str]
) -> None:
    browser.get(f"{helpdesk_url}/helpdesk")
    browser.switch_to.frame("panel")
    refused = browser.find_element(By.ID, "key")
    refused.send_keys("bor_no-es-ninguna")
    _press(browser, "Entrar")
    WebDriverWait(browser, 10).until(staleness_of(refused))  # refused: it is asked for again
    browser.find_element(By.ID, "key").send_keys(secret_of(Scope.PLUGIN))
    _press(browser, "Entrar")
    _press(browser, "Preparar borrador")
    shown = browser.find_element(By.CSS_SELECTOR, ".draft p").text
    assert len(shown) > 20
    assert browser.find_element(By.TAG_NAME, "summary").text == "Fuentes y motivos"
    page = browser.find_element(By.ID, "content").text
    assert "Prioridad" in page
    assert "Copiar" in page
    assert browser.execute_script("return sessionStorage.getItem('borrador.key')")
    assert not browser.execute_script("return localStorage.length")


def _press(browser: Chrome, text: str) -> None:
    browser.find_element(By.XPATH, f"//button[text()='{text}']").click()


def test_the_package_for_zendesk_is_whole() -> None:
    manifest = json.loads((FOLDER / "zendesk" / "manifest.json").read_text(encoding="utf-8"))
    url = manifest["location"]["support"]["ticket_sidebar"]["url"]
    assert url.startswith("https://")
    assert url.endswith("/apps/zendesk/index.html")
    assert manifest["frameworkVersion"] == "2.0"
    for language in ("es", "en"):
        words = json.loads(
            (FOLDER / "zendesk" / "translations" / f"{language}.json").read_text(encoding="utf-8")
        )
        assert set(words["app"]) >= {"name", "short_description", "long_description"}


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.js")), ids=lambda file: file.name)
def test_no_panel_reads_a_text_as_html(file: Path) -> None:
    code = file.read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage"):
        assert way not in code
