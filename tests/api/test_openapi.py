"""The served API does what its own OpenAPI document says, under generated requests (schemathesis)."""

from collections.abc import Callable

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.keys import Scope

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

schema = schemathesis.pytest.from_fixture("openapi_schema")


@pytest.fixture(scope="session")
def openapi_schema(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.fixture(scope="session")
def authorization(secret_of: Callable[..., str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(Scope.ADMIN)}"}


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_generated_requests(case: schemathesis.Case, authorization: dict[str, str]) -> None:
    case.call_and_validate(
        headers=authorization,
        checks=CHECKS,
    )
