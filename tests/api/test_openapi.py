"""The served API does what its own OpenAPI document says, under generated requests (schemathesis)."""

from collections.abc import Callable

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.keys import Scope

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = (
    "POST /v1/drafts",
    "POST /v1/redactions",
    "GET /v1/answers:search",
    "POST /v1/answers:search",
    "POST /v1/answers/{answer_id}/withdraw",
    "GET /v1/cases",
    "POST /v1/cases",
    "POST /v1/cases/batch",
    "GET /v1/jobs/{work_id}",
    "GET /v1/events",
    "GET /v1/cases/{case_id}/events",
    "GET /v1/cases/{case_id}",
    "GET /v1/cases/{case_id}/drafts/private",
    "GET /v1/cases/{case_id}/handover",
    "POST /v1/cases/{case_id}/handover",
    "POST /v1/cases/{case_id}/clocks/{clock}/stop",
    "POST /v1/cases/{case_id}/promises/{number}/kept",
    "POST /v1/cases/{case_id}/decision",
    "POST /v1/cases/{case_id}/satisfaction",
    "GET /v1/cases/{case_id}/satisfaction",
    "GET /v1/learning",
    "GET /v1/learning/phrases",
    "POST /v1/verifications",
    "POST /v1/webhooks/{provider}",
    "GET /v1/webhooks/{provider}/conversations/{conversation}/case",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
)


@pytest.fixture(scope="module")
def schema(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_the_list_is_complete(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert set(OPERATIONS) == {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_generated_requests(
    schema: schemathesis.BaseSchema, secret_of: Callable[..., str], operation: str
) -> None:
    method, path = operation.split()
    authorization = {"Authorization": f"Bearer {secret_of(Scope.ADMIN)}"}

    @given(case=schema[path][method].as_strategy())
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def conforms(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=authorization, checks=CHECKS)

    conforms()
