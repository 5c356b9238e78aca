"""A client of the shipped application, and keys of each kind."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.service import Service
from api.settings import Settings
from cases.keys import Scope
from tests.api.http_service import changed

QUICK = changed(
    streams={"max_seconds": 0.1, "poll_seconds": 0.05},  # a client of tests waits for the end of an answer
    rates={"default": {"per_second": 1000, "burst": 10_000}},
)


@pytest.fixture(scope="session")
def app(service: Service, settings: Settings) -> FastAPI:
    return create_app(service, settings, http_policy=QUICK)


@pytest.fixture(scope="session")
def secret_of(service: Service) -> Callable[..., str]:
    def create(*scopes: Scope, account: str = "demo") -> str:
        created = service.keys.create(name="test", account=account, scopes=scopes, actor="test")
        return created.secret

    return create


@pytest.fixture(scope="session")
def client(app: FastAPI, secret_of: Callable[..., str]) -> TestClient:
    """Speaks with an agent's key. Not entered as a context: the service outlives it."""
    headers = {"Authorization": f"Bearer {secret_of(Scope.AGENT)}"}
    return TestClient(app, headers=headers, raise_server_exceptions=False)
