"""Requests that schemathesis makes of the API's own document, with the canaries planted in their texts."""

from collections import Counter
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from requests.exceptions import RequestException
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.keys import Scope
from eval.fuzz.canaries import SENTENCE, Findings
from eval.fuzz.installation import Fuzzed

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TEXTS = frozenset({"text", "note", "q", "query", "name", "handle", "reason", "content", "product", "summary"})
"""Fields that hold words. Ids that a caller gives are theirs and come back as they were; none is planted there."""

GIVEN_BACK = frozenset({"POST /v1/verifications"})
"""Answers that hold the caller's own words by contract: a person's reply, with what to change in it. Not kept, and
searched for in logs, files and database like the rest."""


def plant(body: Any, random: Random) -> Any:  # noqa: ANN401 - JSON
    """The body with the canaries in texts, and sometimes as a field that no model has or a value that none takes."""
    if isinstance(body, dict):
        made = {
            key: SENTENCE if key in TEXTS and isinstance(value, str) else plant(value, random)
            for key, value in body.items()
        }
        if random.random() < 0.05:
            made[SENTENCE] = SENTENCE
        return made
    if isinstance(body, list):
        return [plant(value, random) for value in body]
    return SENTENCE if isinstance(body, str) and random.random() < 0.02 else body


def run(fuzzed: Fuzzed, count: int, run_seed: int, findings: Findings) -> dict[str, object]:
    """Send about so many requests, spread evenly over the operations; give what was answered."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", fuzzed.app)
    operations = [made.ok() for made in schema.get_all_operations() if isinstance(made, Ok)]
    share, rest = divmod(count, len(operations))
    authorization = {"Authorization": f"Bearer {fuzzed.secret(Scope.ADMIN)}"}
    answers: Counter[str] = Counter()
    for number, operation in enumerate(operations):
        most = share + (number < rest)
        if most:
            _run_one(operation, most, run_seed + number, authorization, answers, findings)
    return {
        "requests": sum(answers.values()),
        "operations": len(operations),
        "answers": dict(sorted(answers.items())),
    }


def _run_one(
    operation: Any,  # noqa: ANN401 - schemathesis's operation
    most: int,
    run_seed: int,
    authorization: dict[str, str],
    answers: Counter[str],
    findings: Findings,
) -> None:
    random = Random(run_seed)
    label = f"{operation.method.upper()} {operation.path}"

    @seed(run_seed)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case[Any]) -> None:
        case.body = plant(case.body, random)
        try:
            response = case.call(headers=authorization)
        except RequestException:
            answers[f"{label} not_sendable"] += 1  # a header that no client can write
            return
        answers[f"{label} {response.status_code}"] += 1
        if response.status_code >= 500:
            findings.errors.append(f"{response.status_code} at {label}")
        if label not in GIVEN_BACK:
            findings.look(response.content + repr(response.headers).encode(), f"an answer of {label}")
        try:
            case.validate_response(response, checks=CHECKS, headers=authorization)
        except (Failure, FailureGroup) as failure:
            kinds = [type(one).__name__ for one in getattr(failure, "exceptions", (failure,))]
            findings.nonconforming.append(f"{', '.join(sorted(kinds))} at {label} {response.status_code}")

    send()
