"""The inbox page by page, in the shipped application: every case once, filters kept, by keyboard, in both languages."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from api.console import desk_inbox
from api.service import Service
from cases.decisions import Verb
from cases.keys import Scope
from policies.vocabulary import Channel
from tests.api.console.served import signed_in
from tests.cases.learning.history import recorded, take

PAGE = 3
WAITING = 8
INBOX = "/console?channel=whatsapp&language=eu"
NEXT = re.compile(r'<a rel="next" href="([^"]+)">([^<]+)</a>')
FIRST = re.compile(r'<a rel="first" href="([^"]+)">([^<]+)</a>')
CASE = re.compile(r'class="row-link" href="/console/cases/(cas_\w+)"')


@pytest.fixture(scope="module")
def cases(service: Service) -> list[str]:
    """Cases that no other test has, by channel and language, and one of another company."""
    recorded(service.records, account="otra", channel=Channel.WHATSAPP, language="eu")
    return [recorded(service.records, channel=Channel.WHATSAPP, language="eu") for _ in range(WAITING)]


@pytest.fixture(scope="module")
def agent(app: FastAPI, service: Service) -> TestClient:
    return signed_in(app, service, Scope.AGENT)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_inbox, "PAGE", PAGE)


def pages(client: TestClient, path: str) -> list[str]:
    """The pages from one on, as the links lead."""
    found = [client.get(path).text]
    while (link := NEXT.search(found[-1])) is not None:
        assert len(found) < 20, "the links lead in a circle"
        found.append(client.get(unescape(link[1])).text)
    return found


@pytest.mark.usefixtures("small")
def test_the_links_lead_to_every_case_once(agent: TestClient, cases: list[str]) -> None:
    found = [CASE.findall(page) for page in pages(agent, INBOX)]
    assert [len(page) for page in found] == [PAGE, PAGE, WAITING - 2 * PAGE]
    assert sorted(case_id for page in found for case_id in page) == sorted(cases)


@pytest.mark.usefixtures("small")
def test_a_case_that_comes_meanwhile_shifts_nothing(agent: TestClient, service: Service) -> None:
    mine = [recorded(service.records, channel=Channel.WHATSAPP, language="gl") for _ in range(PAGE + 1)]
    first = agent.get("/console?channel=whatsapp&language=gl").text
    link = NEXT.search(first)
    assert link is not None
    gone = CASE.findall(first)[0]
    take(service.records, gone, Verb.IGNORE)  # decided by a colleague: the page after stays as it was
    second = CASE.findall(agent.get(unescape(link[1])).text)
    assert sorted([*CASE.findall(first), *second]) == sorted(mine)


@pytest.mark.usefixtures("small", "cases")
def test_filters_and_the_way_back_are_kept(agent: TestClient) -> None:
    first, second, last = pages(agent, f"{INBOX}&state=open")
    assert FIRST.search(first) is None
    for page in (second, last):
        assert '<option value="eu" selected>' in page
        back = FIRST.search(page)
        assert back is not None
        assert CASE.findall(agent.get(unescape(back[1])).text) == CASE.findall(first)


@pytest.mark.usefixtures("small", "cases")
def test_closed_cases_have_pages_too(agent: TestClient, service: Service) -> None:
    mine = [recorded(service.records, channel=Channel.WHATSAPP, language="pt") for _ in range(PAGE + 1)]
    for case_id in mine:
        take(service.records, case_id, Verb.IGNORE)
    found = pages(agent, "/console?channel=whatsapp&language=pt&state=closed")
    assert [case_id for page in found for case_id in CASE.findall(page)] == mine[::-1]


@pytest.mark.usefixtures("small", "cases")
@pytest.mark.parametrize(
    ("language", "following", "beginning", "region"),
    [
        ("es", "Siguientes", "Desde el principio", "Páginas de la bandeja"),
        ("en", "Next", "From the beginning", "Pages of the inbox"),
    ],
)
def test_in_both_languages(
    app: FastAPI, service: Service, language: str, following: str, beginning: str, region: str
) -> None:
    client = signed_in(app, service, Scope.AGENT, language=language)
    first, second, _ = pages(client, INBOX)
    link, back = NEXT.search(first), FIRST.search(second)
    assert link is not None
    assert back is not None
    assert (link[2], back[2]) == (following, beginning)
    assert f'<nav aria-label="{region}">' in first


@pytest.mark.usefixtures("cases")
def test_no_link_where_nothing_follows(agent: TestClient) -> None:
    page = agent.get(INBOX).text  # eight of a page of fifty
    assert len(CASE.findall(page)) == WAITING
    assert NEXT.search(page) is None
    assert "Páginas de la bandeja" not in page


@pytest.mark.usefixtures("small", "cases")
@pytest.mark.parametrize("cursor", ["1.nonsense", "x", "1.20261118T101500.p1.cas_1' OR 1", "../.."])
def test_a_made_up_place_is_refused(agent: TestClient, cursor: str) -> None:
    assert agent.get("/console", params={"cursor": cursor}).status_code == 400


@pytest.mark.usefixtures("small", "cases")
def test_a_place_of_another_company_s_inbox_shows_nothing_of_it(app: FastAPI, service: Service) -> None:
    everyone = service.keys.create(name="todas", account="otra", scopes=(Scope.AGENT,), actor="test")
    client = TestClient(app)
    client.post("/console/sign-in", data={"key": everyone.secret}, follow_redirects=False)
    agent = signed_in(app, service, Scope.AGENT)
    link = NEXT.search(agent.get(INBOX).text)
    assert link is not None
    mine = {case_id for page in pages(agent, INBOX) for case_id in CASE.findall(page)}
    assert mine.isdisjoint(CASE.findall(client.get(unescape(link[1])).text))


@pytest.mark.usefixtures("small", "cases")
def test_by_keyboard_alone(browser: Chrome, url: str, secret_of: Callable[..., str]) -> None:
    def is_at(page: str) -> None:
        WebDriverWait(browser, 15).until(lambda chrome: page in chrome.current_url)

    browser.delete_all_cookies()
    browser.get(f"{url}/console/sign-in?lang=es")
    browser.find_element(By.ID, "key").send_keys(secret_of(Scope.AGENT), Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda chrome: chrome.current_url == f"{url}/console")
    browser.get(f"{url}{INBOX}")
    shown = {one.get_attribute("href") for one in browser.find_elements(By.CSS_SELECTOR, ".row-link")}
    ActionChains(browser).send_keys("n").perform()
    is_at("cursor=")
    after = {one.get_attribute("href") for one in browser.find_elements(By.CSS_SELECTOR, ".row-link")}
    assert len(shown) == len(after) == PAGE
    assert shown.isdisjoint(after)
    link = browser.find_element(By.CSS_SELECTOR, "main a[rel=first]")
    browser.find_elements(By.CSS_SELECTOR, ".row-link")[-1].send_keys(
        Keys.TAB
    )  # the last of the table, then the links
    assert browser.switch_to.active_element == link
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(browser, 15).until(lambda chrome: "cursor=" not in chrome.current_url)
    assert {one.get_attribute("href") for one in browser.find_elements(By.CSS_SELECTOR, ".row-link")} == shown
