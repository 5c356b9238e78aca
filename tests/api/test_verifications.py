"""POST /v1/verifications: which rule failed on which words, for a case, a message, or a reply alone."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.service import Service
from cases.keys import Scope
from tests.api.console.served import worked

URL = "/v1/verifications"
ASKS = "Sentimos la espera. Déjanos tu DNI en un comentario."


def test_a_reply_to_a_message(client: TestClient) -> None:
    body = {"text": ASKS, "message": {"text": "El pedido no llega", "channel": "facebook"}}
    told = client.post(URL, json=body).json()
    assert told["passed"] is False
    found = next(one for one in told["findings"] if one["rule"] == "data_request_public")
    assert ASKS[found["start"] : found["end"]] == found["words"]
    assert found["advice"] is False
    assert {one["source"] for one in told["sentences"]} == {"person:own_words"}


def test_a_reply_to_a_case_and_to_another_companys(
    client: TestClient, service: Service, secret_of: Callable[..., str]
) -> None:
    case = worked(service, "El pedido no llega y nadie contesta.").case
    body = {"text": case.drafts[0].text, "case_id": case.id, "audience": case.drafts[0].audience}
    told = client.post(URL, json=body).json()
    assert told["passed"] is True
    assert (told["length"], told["limit"]) == (case.drafts[0].length, case.drafts[0].limit)
    other = {"Authorization": f"Bearer {secret_of(Scope.AGENT, account='otra')}"}
    assert client.post(URL, json=body, headers=other).status_code == 404


def test_a_reply_alone(client: TestClient) -> None:
    told = client.post(URL, json={"text": "El plazo es de 9 días.", "channel": "x"}).json()
    assert [one["words"] for one in told["findings"] if one["rule"] == "unknown_fact"] == ["9 días"]
    assert told["limit"] == 280


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": " "}, {"text": "Hola", "case_id": "cas_x", "message": {"text": "Hola"}},
        {"text": "Hola", "message": {"text": "Hola"}, "channel": "x"}, {"text": "Hola", "other": 1},
        {"text": "Hola", "account": "none-of-ours"},
    ],
)  # fmt: skip
def test_what_breaks_the_contract_is_refused_without_quoting_it(client: TestClient, body: dict) -> None:
    response = client.post(URL, json=body)
    assert response.status_code == 422
    assert "Hola" not in response.text


def test_an_auditor_may_not_ask(client: TestClient, secret_of: Callable[..., str]) -> None:
    reader = {"Authorization": f"Bearer {secret_of(Scope.AUDITOR)}"}
    assert client.post(URL, json={"text": "Hola"}, headers=reader).status_code == 403
