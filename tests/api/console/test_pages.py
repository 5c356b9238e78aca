"""A person at the console: signs in, pastes a message, reads the case, edits and sends."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from api.console.sessions import COOKIE
from cases.keys import Scope


@pytest.fixture
def signed_in(browser: Chrome, url: str, secret_of: Callable[..., str]) -> Chrome:
    browser.delete_all_cookies()
    browser.get(f"{url}/")
    browser.find_element(By.ID, "key").send_keys(secret_of(Scope.AGENT))
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    # The heading may be the old page's when it is found, and gone when it is read.
    WebDriverWait(
        browser, 10, ignored_exceptions=(NoSuchElementException, StaleElementReferenceException)
    ).until(lambda chrome: chrome.find_element(By.TAG_NAME, "h1").text == "Bandeja")
    return browser


def paste(browser: Chrome, url: str, text: str, channel: str) -> None:
    browser.get(f"{url}/console/try")
    browser.find_element(By.ID, "text").send_keys(text)
    Select(browser.find_element(By.ID, "channel")).select_by_value(channel)
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    WebDriverWait(browser, 10).until(lambda chrome: "/console/cases/" in chrome.current_url)


def test_from_a_pasted_message_to_a_sent_reply(signed_in: Chrome, url: str) -> None:
    paste(signed_in, url, "Hola, soy Lucía Ferrer, ¿cada cuánto me repongo el protector solar?", "instagram")
    assert "Ferrer" not in signed_in.page_source
    draft = signed_in.find_element(By.ID, "sent-0")
    assert draft.get_attribute("value")
    sources = signed_in.find_elements(By.CSS_SELECTOR, ".draft span[title]")
    assert sources
    assert all(":" in str(span.get_attribute("title")) for span in sources)
    draft.clear()  # what is proposed may fill the channel's limit: there is no room to add to it
    draft.send_keys("Renuévalo cada dos horas mientras estés al aire libre. ¡Buen verano!")
    signed_in.find_element(By.CSS_SELECTOR, "button[value=send]").click()
    WebDriverWait(signed_in, 10).until(lambda chrome: "Enviado" in chrome.page_source)
    assert not signed_in.find_elements(By.ID, "sent-0")
    signed_in.get(f"{url}/console?state=closed")
    assert "Enviado" in signed_in.find_element(By.CSS_SELECTOR, "tbody tr").text


def test_the_button_stays_where_it_is_while_the_check_arrives(signed_in: Chrome, url: str) -> None:
    paste(signed_in, url, "¿Cada cuánto me repongo el protector solar?", "instagram")
    button = signed_in.find_element(By.CSS_SELECTOR, "button[value=send]")
    draft, before = signed_in.find_element(By.ID, "sent-0"), button.location
    draft.send_keys(" Le prometemos curarle, mándeme su DNI y su diagnóstico por aquí.")
    findings = signed_in.find_element(By.ID, "check-0")
    WebDriverWait(signed_in, 10).until(lambda _: findings.get_attribute("data-state") == "failed")
    assert button.location == before


def test_an_emergency_is_seen_at_a_glance(signed_in: Chrome, url: str) -> None:
    paste(signed_in, url, "mi hijo se ha tomado el bote entero de jarabe y no responde", "whatsapp")
    assert signed_in.find_element(By.CSS_SELECTOR, ".priority").text == "P1"
    assert "112" in signed_in.find_element(By.CSS_SELECTOR, ".draft").text


def test_markup_in_a_message_stays_text(signed_in: Chrome, url: str) -> None:
    paste(
        signed_in,
        url,
        "<script>document.title='x'</script><b id=injected>¿Lleva perfume la crema?</b>",
        "web",
    )
    assert signed_in.title.startswith("Caso")
    assert not signed_in.find_elements(By.ID, "injected")


def test_it_fits_a_phone(signed_in: Chrome, url: str) -> None:
    signed_in.set_window_size(390, 844)
    try:
        for path in ("/console", "/console/try"):
            signed_in.get(url + path)
            width = signed_in.execute_script("return document.documentElement.scrollWidth")
            assert width <= signed_in.execute_script("return window.innerWidth")
    finally:
        signed_in.set_window_size(1200, 900)


def test_pages_need_a_session(app: FastAPI) -> None:
    bare = TestClient(app, follow_redirects=False)
    for path in ("/console", "/console/try", "/console/cases/cas_x"):
        response = bare.get(path)
        assert (response.status_code, response.headers["location"]) == (303, "/console/sign-in")
    assert bare.post("/console/sign-in", data={"key": "bor_no"}).status_code == 401
    bare.cookies.set(COOKIE, "key_x.9999999999.AAAA")
    assert bare.get("/console").status_code == 303


def test_a_form_from_another_site_is_refused(app: FastAPI, secret_of: Callable[..., str]) -> None:
    bare = TestClient(app, follow_redirects=False)
    response = bare.post(
        "/console/sign-in", data={"key": secret_of(Scope.AGENT)}, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert COOKIE not in response.cookies


def test_an_auditor_reads_and_does_not_write(app: FastAPI, secret_of: Callable[..., str]) -> None:
    reader = TestClient(app)
    reader.post("/console/sign-in", data={"key": secret_of(Scope.AUDITOR)})
    assert reader.get("/console").status_code == 200
    assert reader.post("/console/try", data={"text": "hola", "channel": "web"}).status_code == 403


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: FastAPI, secret_of: Callable[..., str]) -> None:
    secret = secret_of(Scope.AGENT)
    response = TestClient(app, follow_redirects=False).post("/console/sign-in", data={"key": secret})
    cookie = response.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert secret.removeprefix("bor_").casefold() not in cookie
