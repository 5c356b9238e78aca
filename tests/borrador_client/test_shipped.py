"""The client against the shipped service, and the example of its page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.openapi import bare_app
from api.service import Service
from api.settings import Settings
from borrador_client.client import Borrador
from borrador_client.errors import ConflictError, InvalidError, NotFoundError
from borrador_client.models import (
    Case,
    Channel,
    DecisionBody,
    HandoverBody,
    Message,
    RedactionRequest,
    SearchRequest,
    Verb,
    VerificationRequest,
    WithdrawalBody,
)
from cases.keys import Scope
from tests.borrador_client.serving import served_at

PAGE = Path(__file__).resolve().parents[2] / "docs" / "client.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
NAME, PHONE = "Lucía Ferrer", "612 345 678"


@pytest.fixture(scope="module")
def address(service: Service, settings: Settings) -> Iterator[str]:
    with served_at(create_app(service, settings)) as address:
        yield address


@pytest.fixture(scope="module")
def secret(service: Service) -> str:
    scopes = (Scope.AGENT, Scope.CURATOR)
    return service.keys.create(name="client", account="demo", scopes=scopes, actor="test").secret


@pytest.fixture
def client(address: str, secret: str) -> Iterator[Borrador]:
    with Borrador(address, secret) as client:
        yield client


def test_the_document_served_is_the_one_that_the_client_is_made_of(service: Service, settings: Settings):
    assert create_app(service, settings).openapi() == bare_app().openapi()


def test_a_question_is_drafted_and_decided(client: Borrador):
    text = f"Soy {NAME}, {PHONE}. ¿Cada cuánto hay que volver a ponerse el protector solar?"
    case = client.create_case(Message(text=text, channel=Channel.EMAIL))
    assert isinstance(case, Case)
    assert NAME not in case.redacted_text
    assert PHONE not in case.model_dump_json()
    assert case.drafts
    own = DecisionBody(decision=Verb.RESPOND, thread_version=1, text="Hola. Cada dos horas. Un saludo.")
    assert client.decide(case.id, own).sent_text == "Hola. Cada dos horas. Un saludo."
    with pytest.raises(ConflictError) as refused:
        client.decide(case.id, own)
    assert refused.value.code == "case_already_decided"
    summary = client.read_handover(case.id)
    assert summary.tracking_code == case.tracking_code
    with pytest.raises(InvalidError):
        client.hand_over(case.id, HandoverBody(to="key_none"))


def test_a_text_is_redacted(client: Borrador):
    found = client.create_redaction(RedactionRequest(text=f"Soy {NAME}, mi teléfono es el {PHONE}."))
    assert NAME not in found.text
    assert {"PERSON", "PHONE_NUMBER"} <= {entity.type for entity in found.entities}


def test_answers_are_found_both_ways(client: Borrador):
    question = "protector solar"
    found = client.search_answers_privately(SearchRequest(q=question, k=3))
    assert 0 < len(found.results) <= 3
    assert client.search_answers(q=question, k=3) == found


def test_a_reply_is_checked(client: Borrador):
    checked = client.create_verification(VerificationRequest(text="Déjanos tu DNI aquí.", channel=Channel.X))
    assert not checked.passed
    assert checked.findings


def test_an_answer_that_is_none_cannot_be_withdrawn(client: Borrador):
    with pytest.raises(NotFoundError) as refused:
        client.withdraw_answer("no-such-answer", WithdrawalBody())
    assert refused.value.code == "answer_not_found"


def test_the_example_of_the_page_runs(
    address: str, secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("BORRADOR_URL", address)
    monkeypatch.setenv("BORRADOR_KEY", secret)
    assert len(EXAMPLES) == 1
    exec(compile(EXAMPLES[0], str(PAGE), "exec"), {})
    printed = capsys.readouterr().out
    assert "sent" in printed
    assert "case_not_found 404" in printed
