"""GET /v1/cases/{id}/drafts/private: the customer's name in the private draft, and nowhere else."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as sparing
from hypothesis import strategies as st

from api.service import Service
from api.settings import Settings
from cases.decisions import Outcome
from cases.erasure import Eraser
from cases.keys import Scope
from cases.named_draft import DraftNotFoundError, NamedDrafts
from cases.reply_check import ReplyCheck
from cases.retention import load_retention
from policies.vocabulary import Visibility
from tests.api.console.served import actions, worked
from tests.api.desk_entrances import NAME as ENTERED
from tests.api.desk_entrances import PASSING, STORING, Place, found, holds
from tests.api.desk_entrances import WRITTEN as WAYS

NAME = "Zacarías"
LATE = f"Hola, soy {NAME} Quintanapalla y mi pedido no llega."
LETTERS = {
    "es": LATE,
    "ca": f"Hola, em dic {NAME} Quintanapalla i la meva comanda no arriba.",
    "gl": f"Ola, chámome {NAME} Quintanapalla e o meu pedido non chega.",
    "eu": f"Kaixo, nire izena {NAME} Quintanapalla da eta nire eskaera ez da iritsi.",
    "pt": f"Olá, chamo-me {NAME} Quintanapalla e a minha encomenda não chegou.",
    "en": f"Hello, my name is {NAME} Quintanapalla and my order has not arrived.",
}


@pytest.fixture
def auditor(client: TestClient, secret_of: Callable[..., str]) -> Callable[[str], Any]:
    headers = {"Authorization": f"Bearer {secret_of(Scope.AUDITOR)}"}
    return lambda case_id: client.get(f"/v1/cases/{case_id}/drafts/private", headers=headers)


@pytest.mark.parametrize("language", LETTERS)
def test_a_letter_greets_by_name(language: str, service: Service, auditor: Callable[[str], Any]) -> None:
    stored = worked(service, LETTERS[language], channel="email")
    draft = stored.case.drafts[0]
    shown = auditor(stored.case.id).json()
    assert shown["name_used"] is True
    assert NAME in shown["text"].partition("\n")[0]
    assert "Quintanapalla" not in shown["text"]
    assert shown["text"].partition("\n")[2] == draft.text.partition("\n")[2]
    assert (shown["length"], shown["limit"]) == (len(shown["text"]), draft.limit)
    assert NAME not in stored.case.model_dump_json()


def test_the_look_is_on_record_under_the_key(service: Service, auditor: Callable[[str], Any]) -> None:
    stored = worked(service, LATE, channel="email")
    answer = auditor(stored.case.id)
    assert answer.headers["cache-control"] == "no-store"
    looks = [one for one in actions(service, stored.case.id) if one["action"] == "vault.revealed"]
    assert [json.loads(one["payload"]) for one in looks] == [{"placeholder": "NAME"}]
    assert looks[0]["actor"].startswith("key_")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Mi pedido no llega y nadie contesta.", {}),
        ("Soy la hija de Zacarías Quintanapalla y su pedido no llega.", {}),
        (LATE + " Me quiero morir, no puedo más.", {}),
        (f"Soy {NAME}. Me cuesta respirar y se me ha hinchado la garganta tras tomarlo.", {}),
        ("Mi pedido no llega.", {"author": {"name": "Farmacia Quintanapalla"}}),
    ],
)
def test_where_there_is_no_name_or_it_may_not_be_said_the_draft_stays(
    text: str, fields: dict[str, Any], service: Service, auditor: Callable[[str], Any]
) -> None:
    stored = worked(service, text, channel="email", **fields)
    shown = auditor(stored.case.id).json()
    draft = stored.case.drafts[0]
    told = {"text": draft.text, "length": draft.length, "limit": draft.limit, "name_used": False}
    assert shown == told


def test_the_senders_name_serves_where_the_text_tells_none(
    service: Service, auditor: Callable[[str], Any]
) -> None:
    stored = worked(service, "Mi pedido no llega.", channel="email", author={"name": f"{NAME} Quintanapalla"})
    assert auditor(stored.case.id).json()["name_used"] is True


def test_of_a_pair_only_the_private_draft_is_shown(service: Service, auditor: Callable[[str], Any]) -> None:
    stored = worked(service, LATE, channel="instagram")
    private = next(one for one in stored.case.drafts if one.audience == Visibility.PRIVATE)
    shown = auditor(stored.case.id).json()
    assert shown["text"].endswith(private.text)
    assert shown["limit"] == private.limit


def test_without_a_private_draft_there_is_nothing(service: Service, auditor: Callable[[str], Any]) -> None:
    stored = worked(service, "GANA 500 € AL DÍA desde casa", channel="facebook")
    assert not any(one.audience == Visibility.PRIVATE for one in stored.case.drafts)
    answer = auditor(stored.case.id)
    assert (answer.status_code, answer.json()["code"]) == (404, "draft_not_found")
    assert not [one for one in actions(service, stored.case.id) if one["action"] == "vault.revealed"]


def test_who_may_not_is_told_nothing(
    client: TestClient, service: Service, secret_of: Callable[..., str], auditor: Callable[[str], Any]
) -> None:
    stored = worked(service, LATE, channel="email")
    refused = client.get(f"/v1/cases/{stored.case.id}/drafts/private")
    assert (refused.status_code, NAME in refused.text) == (403, False)
    other = {"Authorization": f"Bearer {secret_of(Scope.AUDITOR, account='otra')}"}
    assert client.get(f"/v1/cases/{stored.case.id}/drafts/private", headers=other).status_code == 404
    assert auditor("cas_none").json()["code"] == "case_not_found"
    assert not [one for one in actions(service, stored.case.id) if one["action"] == "vault.revealed"]


def test_after_an_erasure_it_is_gone(service: Service, auditor: Callable[[str], Any]) -> None:
    stored = worked(service, LATE, channel="email")
    records = service.records
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(stored.case.id, account="demo", actor="test").erased
    answer = auditor(stored.case.id)
    assert (answer.status_code, answer.json()["code"]) == (410, "originals_gone")


def test_accepting_it_keeps_the_record_without_the_name(
    client: TestClient, service: Service, auditor: Callable[[str], Any]
) -> None:
    stored = worked(service, LATE, channel="email")
    assert auditor(stored.case.id).json()["name_used"] is True
    body = {"decision": "accept", "thread_version": 1, "draft": 0}
    made = client.post(f"/v1/cases/{stored.case.id}/decision", json=body).json()
    assert (made["outcome"], made["sent_text"]) == (Outcome.SENT_UNEDITED, stored.case.drafts[0].text)


def test_a_case_without_facts_is_shown_as_stored(
    service: Service, settings: Settings, auditor: Callable[[str], Any]
) -> None:
    stored = worked(service, LATE, channel="email")
    check = ReplyCheck(service.pipeline, settings.policies_dir / "person_replies.yaml")
    drafts = NamedDrafts(service.records.vault, check, service.pipeline.engines.drafter.verifier)
    shown = drafts.private(replace(stored, facts=None), actor="test", account="demo")
    assert (shown.text, shown.name) == (stored.case.drafts[0].text, None)
    bare = replace(stored, case=stored.case.model_copy(update={"drafts": ()}))
    with pytest.raises(DraftNotFoundError):
        drafts.private(bare, actor="test", account="demo")
    assert NAME not in repr(drafts.private(stored, actor="test", account="demo"))


WRITTEN = st.sampled_from(["email", "whatsapp", "instagram", "web", "x", "facebook"])
SAID = st.sampled_from(
    [
        "Hola, soy {} y mi pedido no llega.", "Me llamo {} y quiero que borréis mis datos.",
        "No me contestáis. Un saludo,\n{}", "Soy {} y el sérum me ha irritado la cara.", "Mi pedido no llega.",
    ]
)  # fmt: skip


# Without shrinking: what one example leaks, the store of all examples holds.
@sparing(
    phases=(Phase.explicit, Phase.generate),
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=SAID, channel=WRITTEN, named=st.booleans(), entrance=st.sampled_from(sorted(STORING | PASSING)))
def test_the_name_is_nowhere_else(
    said: str,
    channel: str,
    named: bool,
    entrance: str,
    service: Service,
    settings: Settings,
    app: FastAPI,
    auditor: Callable[[str], Any],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Case, log, events, metrics, exports, errors and the files of the store, whatever is sent or noted of the name.

    That it would be found without the mask: test_desk_texts.py::test_without_the_mask_it_would_be_found.
    """
    caplog.set_level(logging.DEBUG)
    place = Place(app, service, settings)
    author = {"name": f"{ENTERED} Ruiz"} if named else None
    stored = worked(service, said.format(f"{ENTERED} Ruiz"), channel=channel, author=author)
    case = stored.case
    shown = auditor(case.id)
    text = f"{shown.json()['text']} " if shown.status_code == 200 else ""
    knows = bool(service.records.store.get(case.id, account="demo").name_marks)
    if case.drafts:
        written = " ".join(WAYS) if knows else "Lo miramos."
        answers = (STORING | PASSING)[entrance](place, stored, text + written)
        assert not [one.text for one in answers if holds(ENTERED, one.text)]
    assert found(ENTERED, place, case.id, tmp_path_factory.mktemp("exports")) == []
    out, err = capfd.readouterr()
    assert not holds(ENTERED, out + err + caplog.text)
