"""How long the first view of a page takes in a real headless Chromium, with an empty cache."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

VIEWS = {
    "inbox": "/console",
    "experts": "/console/experts",
    "answers": "/console/knowledge",
    "compliance": "/console/compliance",
    "adverse events": "/console/compliance/adverse-events",
}
AIM_MS = 1000.0
_TIMES = """
const paint = performance.getEntriesByName("first-contentful-paint")[0];
const page = performance.getEntriesByType("navigation")[0];
return [paint ? paint.startTime : -1, page.loadEventEnd];
"""


@dataclass(frozen=True, slots=True)
class FirstView:
    """Milliseconds from the request to the first content on the screen, and to the page loaded with all it needs."""

    name: str
    painted: float
    loaded: float


def first_views(url: str, token: str) -> list[FirstView]:
    """Open each page anew; empty where Chromium, its driver or selenium (the extra ``dev``) is missing."""
    try:
        import selenium  # noqa: F401
    except ModuleNotFoundError:
        return []
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        return []
    with _browser() as chrome:
        chrome.get(f"{url}/console/sign-in")
        box = chrome.find_element("id", "key")
        box.send_keys(token)
        box.submit()
        return [_viewed(chrome, url, name) for name in VIEWS]


def _viewed(chrome: "Chrome", url: str, name: str) -> FirstView:
    chrome.execute_cdp_cmd("Network.clearBrowserCache", {})
    chrome.get("about:blank")
    chrome.get(url + VIEWS[name])
    painted, loaded = chrome.execute_async_script(
        "const done = arguments[0]; setTimeout(() => done((() => {" + _TIMES + "})()), 300);"
    )
    return FirstView(name, float(painted), float(loaded))


@contextmanager
def _browser() -> Iterator["Chrome"]:
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        arguments = (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-dev-shm-usage",
        )
        for argument in (*arguments, f"--user-data-dir={profile}", "--window-size=1200,900"):
            options.add_argument(argument)
        chrome = Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            yield chrome
        finally:
            chrome.quit()


def table(views: Sequence[FirstView]) -> str:
    """The views as a Markdown table."""
    lines = ["| first view in Chromium | first content ms | loaded ms |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {one.name} | {one.painted:.0f} | {one.loaded:.0f} |" for one in views])
