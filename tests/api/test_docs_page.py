"""The page of the API's document needs nothing from elsewhere: no other host, and every file it names is served."""

import re

import pytest
from fastapi.testclient import TestClient

from api.docs_page import OF_THE_PACKAGE, OWN, SECURITY_POLICY

PAGE = (OWN / "index.html").read_text(encoding="utf-8")
NAMED = re.findall(r'(?:src|href|data-document)="([^"]+)"', PAGE)
FILES = [f"docs/{name}" for name in (*OF_THE_PACKAGE, "start.js")]


def test_the_page_is_served_under_its_own_policy(client: TestClient) -> None:
    answer = client.get("/docs", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.text == PAGE
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == SECURITY_POLICY
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("text", [PAGE, (OWN / "start.js").read_text(encoding="utf-8"), SECURITY_POLICY])
def test_no_other_host_is_named(text: str) -> None:
    assert "//" not in re.sub(r"^\s*//|\s//\s", "", text, flags=re.M)


def test_the_style_loads_nothing_from_elsewhere(client: TestClient) -> None:
    style = client.get("/docs/swagger-ui.css").text
    assert "@import" not in style
    loaded = re.findall(r"url\(\s*[\"']?([^\"')]{0,5})", style)
    assert loaded
    assert set(loaded) == {"data:"}


def test_the_validator_on_the_internet_is_off(client: TestClient) -> None:
    """Swagger UI asks it by default; with a null it does not."""
    assert "validatorUrl: null" in client.get("/docs/start.js").text


@pytest.mark.parametrize("name", sorted({*NAMED, *FILES}))
def test_every_file_is_served_here(client: TestClient, name: str) -> None:
    answer = client.get(f"/{name}", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert len(answer.content) > 100


def test_all_files_are_named() -> None:
    assert set(FILES) < set(NAMED)


@pytest.mark.parametrize("name", ["redoc.standalone.js", "index.html", "../docs_page.py", "oauth2-redirect"])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404


def test_openapi_s_own_page_is_off(client: TestClient) -> None:
    """FastAPI's loads its script from a network of others."""
    assert "cdn" not in client.get("/docs").text
    assert client.get("/redoc").status_code == 404
