"""The customer's name in the desk's private draft: who may, what is on record, and that nothing else holds it."""

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.service import Service
from cases.decisions import Outcome, Verb
from cases.keys import Scope
from cases.name_mask import NAME_MASK
from cases.named_draft import NamedDraft
from cases.stored import StoredCase
from cases.vault import sent_name
from tests.api.console.served import actions, decided, signed_in, worked

NAME = "Zacarías"
LATE = f"Hola, soy {NAME} Quintanapalla y mi pedido no llega."
BUTTON = "Con su nombre"


@pytest.fixture(scope="module")
def lead(app: FastAPI, service: Service) -> TestClient:
    """Decides, and may see originals: as the key of the demo company."""
    return signed_in(app, service, Scope.AGENT, Scope.AUDITOR)


def looks(service: Service, case_id: str) -> list[object]:
    told = [one for one in actions(service, case_id) if one["action"] == "vault.revealed"]
    return [json.loads(one["payload"]) for one in told]


def named_text(service: Service, stored: StoredCase) -> str:
    draft = stored.case.drafts[0].text
    greeting, gap, rest = draft.partition("\n\n")
    assert greeting == "Hola:"
    return f"Hola, {NAME}:{gap}{rest}"


def test_the_button_puts_the_name_into_the_editor(lead: TestClient, service: Service) -> None:
    stored = worked(service, LATE, channel="email")
    url = f"/console/cases/{stored.case.id}"
    before = lead.get(url).text
    assert (BUTTON in before, NAME in before) == (True, False)
    page = lead.post(f"{url}/named")
    assert page.status_code == 200
    assert named_text(service, stored) in page.text
    assert f'name="customer_name" value="{NAME}"' in page.text
    assert "Quintanapalla" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert looks(service, stored.case.id) == [{"placeholder": "NAME"}]
    assert NAME not in lead.get(url).text


@pytest.mark.parametrize("scopes", [[Scope.AGENT], [Scope.AUDITOR], [Scope.PLUGIN]])
def test_who_may_not_sees_no_button_and_no_name(app: FastAPI, service: Service, scopes: list[Scope]) -> None:
    client = signed_in(app, service, *scopes)
    stored = worked(service, LATE, channel="email")
    url = f"/console/cases/{stored.case.id}"
    assert BUTTON not in client.get(url).text
    refused = client.post(f"{url}/named")
    assert (refused.status_code, NAME in refused.text) == (403, False)
    assert not looks(service, stored.case.id)


def test_sent_with_the_name_it_counts_as_accepted(lead: TestClient, service: Service) -> None:
    stored = worked(service, LATE, channel="email")
    text = named_text(service, stored)
    form = {"decision": "send", "draft": "0", "customer_name": NAME, "text": text.replace("\n", "\r\n")}
    assert decided(lead, stored.case.id, **form).status_code == 200
    last = service.records.store.get(stored.case.id, account="demo").decisions[-1]
    assert (last.decision, last.outcome, last.edit_distance) == (Verb.ACCEPT, Outcome.SENT_UNEDITED, 0)
    assert last.sent_text == stored.case.drafts[0].text
    sent = service.records.vault.reveal(stored.case.id, sent_name(1), actor="test", account="demo")
    assert sent.reveal() == text
    assert NAME not in lead.get(f"/console/cases/{stored.case.id}").text


def test_gone_on_from_it_counts_as_edited_and_is_kept_without_the_name(
    lead: TestClient, service: Service
) -> None:
    stored = worked(service, LATE, channel="email")
    text = named_text(service, stored) + " Gracias por avisarnos."
    form = {"decision": "send", "draft": "0", "customer_name": NAME, "text": text}
    assert decided(lead, stored.case.id, **form).status_code == 200
    last = service.records.store.get(stored.case.id, account="demo").decisions[-1]
    assert (last.decision, last.note) == (Verb.EDIT, None)
    assert NAME not in str(last.sent_text)
    assert "Gracias por avisarnos." in str(last.sent_text)


def test_what_a_form_says_is_nobodys_name(lead: TestClient, service: Service) -> None:
    stored = worked(service, LATE, channel="email")
    text = named_text(service, stored).replace(NAME, "Remedios")
    form = {"decision": "send", "draft": "0", "customer_name": "Remedios", "text": text}
    held = decided(lead, stored.case.id, **form)
    assert (held.status_code, "personal_data" in held.text) == (422, True)


def test_an_agents_form_opens_no_vault(app: FastAPI, service: Service) -> None:
    stored = worked(service, LATE, channel="email")
    agent = signed_in(app, service, Scope.AGENT)
    form = {"decision": "send", "draft": "0", "customer_name": NAME, "text": named_text(service, stored)}
    assert decided(agent, stored.case.id, **form).status_code == 422
    assert not looks(service, stored.case.id)


def test_a_text_held_back_keeps_the_name_with_it(lead: TestClient, service: Service) -> None:
    stored = worked(service, LATE, channel="email")
    text = named_text(service, stored) + " Llámanos al 655 21 09 87."
    form = {"decision": "send", "draft": "0", "customer_name": NAME, "text": text}
    held = decided(lead, stored.case.id, **form)
    assert (held.status_code, "unknown_fact" in held.text, "personal_data" in held.text) == (422, True, True)
    assert f'name="customer_name" value="{NAME}"' in held.text
    sent = decided(lead, stored.case.id, **form, overrule="yes")
    assert sent.status_code == 200
    last = service.records.store.get(stored.case.id, account="demo").decisions[-1]
    assert NAME not in f"{last.sent_text} {last.note}"


def test_the_check_while_writing_lets_the_name_pass_in_private_alone(
    lead: TestClient, app: FastAPI, service: Service
) -> None:
    stored = worked(service, LATE, channel="email")
    url = f"/console/cases/{stored.case.id}/check"
    text = named_text(service, stored)

    def broken(client: TestClient, **form: str) -> set[str]:
        told = client.post(url, data={"text": text, "audience": "private", **form}).json()
        return {one["rule"] for one in told["findings"] if not one["advice"]}

    assert broken(lead, customer_name=NAME) == set()
    assert "personal_data" in broken(lead)
    assert "personal_data" in broken(lead, customer_name=NAME, audience="public")
    assert "personal_data" in broken(signed_in(app, service, Scope.AGENT), customer_name=NAME)
    assert not looks(service, stored.case.id)


@pytest.mark.parametrize(
    "text", ["Mi pedido no llega.", "Soy la hija de Zacarías Quintanapalla y su pedido no llega."]
)
def test_without_a_name_the_draft_stays_as_it_is(lead: TestClient, service: Service, text: str) -> None:
    stored = worked(service, text, channel="email")
    page = lead.post(f"/console/cases/{stored.case.id}/named")
    assert page.status_code == 200
    assert "El cliente no ha dicho su nombre" in page.text
    assert 'name="customer_name"' not in page.text


def test_a_case_that_is_not_there_or_has_no_private_draft(lead: TestClient, service: Service) -> None:
    assert lead.post("/console/cases/cas_none/named").status_code == 404
    stored = worked(service, "GANA 500 € AL DÍA desde casa", channel="facebook")
    page = lead.post(f"/console/cases/{stored.case.id}/named")
    assert (page.status_code, "no tiene borrador privado" in page.text) == (409, True)


def test_a_name_that_the_redactor_leaves_is_masked_all_the_same(service: Service) -> None:
    """ "Sol" may be the sun: what is known to be the customer's name is kept nowhere."""
    stored = worked(service, "Mi pedido no llega.", channel="email", author={"name": "Sol Quintanapalla"})
    named = NamedDraft(0, "Hola, Sol:", 10, 1500, "Sol")
    key = service.keys.create(name="t", account="demo", scopes=[Scope.AGENT], actor="test").key
    made = service.decide(
        stored.case.id, key=key, verb=Verb.EDIT, thread_version=1, draft=0, named=named,
        text="Hay Sol y Soledad en el protector Sol.",
    )  # fmt: skip
    assert "Sol" not in str(made.sent_text).replace("Soledad", "").replace(NAME_MASK, "")
