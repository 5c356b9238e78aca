"""What people of the desk write holds the customer's name nowhere, by whichever entrance it came, and however late."""

import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from annotated_types import MaxLen
from fastapi.routing import APIRoute
from pydantic import BaseModel

import api.console
import api.routes
from api.app import create_app
from api.console.sessions import Sessions
from api.service import Service
from api.settings import Settings
from cases.audit import utc_now
from cases.erasure import Eraser
from cases.keys import Scope
from cases.name_mask import NAME_MASK, NameMask
from cases.records import Records
from cases.retention import load_retention
from cases.stored import StoredCase
from cases.tables import CaseRow
from tests.api.conftest import QUICK
from tests.api.console.served import worked
from tests.api.desk_entrances import LATE, NAME, PASSING, STORING, WRITTEN, Place, found, holds
from tests.cases.samples import Clock

EVERY = " ".join(WRITTEN)


@pytest.fixture
def clock() -> Clock:
    return Clock(utc_now())


@pytest.fixture
def place(service: Service, tmp_path: Path, clock: Clock) -> Iterator[Place]:
    """An installation of a test's own around the engines that all share."""
    settings = Settings(data_dir=tmp_path / "data")
    settings.data_dir.mkdir()
    records = Records.open(settings.effective_database_url, settings.data_dir, environment={}, now=clock)
    own = Service(
        service.pipeline, records, Sessions(b"s" * 32), workers=2, demo_key_file=tmp_path / "demo.key"
    )
    yield Place(create_app(own, settings, http_policy=QUICK), own, settings)
    own.close()


def late(place: Place, text: str = LATE, **fields: Any) -> StoredCase:
    return worked(place.service, text, channel="email", **fields)


@pytest.mark.parametrize("entrance", STORING | PASSING)
def test_the_name_stays_nowhere(
    entrance: str,
    place: Place,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    stored = late(place)
    answers = (STORING | PASSING)[entrance](place, stored, EVERY)
    assert found(NAME, place, stored.case.id, tmp_path) == []
    assert not [one.text for one in answers if holds(NAME, one.text)]
    out, err = capfd.readouterr()
    assert not holds(NAME, out + err + caplog.text)


@pytest.mark.parametrize(
    ("entrance", "number"),
    # One way of writing shows the entrance, one entrance the ways of writing.
    [*((entrance, 0) for entrance in STORING), *(("respond", number) for number in range(1, len(WRITTEN)))],
)
def test_without_the_mask_it_would_be_found(
    entrance: str, number: int, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A positive control: each entrance, and each way of writing the name, leaks where the mask is taken out."""
    monkeypatch.setattr(NameMask, "_found", lambda *_: iter(()))
    stored = late(place)
    STORING[entrance](place, stored, WRITTEN[number])
    assert found(NAME, place, stored.case.id, tmp_path)


@pytest.mark.parametrize("entrance", STORING)
@pytest.mark.parametrize("purged", [True, False])
def test_it_stays_nowhere_when_the_vault_has_forgotten_it(
    entrance: str, purged: bool, place: Place, clock: Clock, tmp_path: Path
) -> None:
    """The draft with the name was fetched in time, and comes back too late."""
    stored = late(place)
    url = f"/v1/cases/{stored.case.id}/drafts/private"
    text = place.client(Scope.AUDITOR).get(url).json()["text"]
    assert holds(NAME, text)
    clock.move(days=91)
    if purged:
        assert place.service.records.vault.purge(actor="test")
    assert place.client(Scope.AUDITOR).get(url).status_code == 410
    STORING[entrance](place, stored, f"{text} {EVERY}")
    assert found(NAME, place, stored.case.id, tmp_path) == []


def masked(text: str) -> str:
    """The redactor's own findings under the same mask."""
    return re.sub(r"\[PERSONA_\d+\]", NAME_MASK, text)


def marks(place: Place, case_id: str) -> str | None:
    with place.service.records.database.read() as session:
        row = session.get(CaseRow, case_id)
        assert row is not None
        return row.name_marks


def test_marks_do_not_outlast_name_and_case(place: Place, clock: Clock) -> None:
    records = place.service.records
    decided, waiting, nameless = late(place), late(place, f"{LATE} Otra vez."), late(place, "No llega.")
    written = late(place, f"{LATE} ¿Sigue?")
    assert marks(place, nameless.case.id) == ""
    assert NAME.lower() not in str(marks(place, decided.case.id)).lower()
    place.decision(decided, decision="accept", draft=0)
    place.decision(written, decision="respond", text="Ya sale.")
    assert marks(place, decided.case.id)
    clock.move(days=91)
    records.vault.purge(actor="test")
    assert marks(place, decided.case.id) is None
    assert marks(place, waiting.case.id)
    place.decision(waiting, decision="escalate")
    assert marks(place, waiting.case.id)
    place.decision(waiting, decision="accept", draft=0)
    assert marks(place, waiting.case.id) is None
    assert marks(place, nameless.case.id) == ""
    assert marks(place, written.case.id)
    clock.move(days=300)
    records.vault.purge(actor="test")
    assert marks(place, written.case.id) is None
    assert records.verify().ok


def test_an_erasure_takes_the_marks_along(place: Place) -> None:
    stored, records = late(place), place.service.records
    eraser = Eraser(records.database, records.sealer, records.audit, load_retention(), records.now)
    assert eraser.erase(stored.case.id, account="demo", actor="test").erased
    assert marks(place, stored.case.id) is None
    made = place.decision(stored, decision="ignore", note="Lo pidió ana, y Quirino también.").json()
    assert made["note"] is None
    assert records.verify().ok


def test_a_case_from_before_there_were_marks_loses_every_known_name(place: Place) -> None:
    stored = late(place, "Hola, soy Ana y mi pedido no llega.")
    with place.service.records.database.write() as session:
        row = session.get(CaseRow, stored.case.id)
        assert row is not None
        row.name_marks = None
    made = place.decision(stored, decision="respond", text="dile a ana que ya sale, y a nadie más").json()
    assert masked(made["sent_text"]) == f"dile a {NAME_MASK} que ya sale, y a nadie más"


def test_what_the_draft_said_stays_and_an_accepted_draft_is_the_draft(place: Place) -> None:
    stored = late(place, "¿Qué crema me pongo para el sol?", author={"name": "Sol Quintanapalla"})
    draft = stored.case.drafts[0]
    sent = place.decision(stored, decision="edit", draft=0, text=f"{draft.text} Gracias, sol.").json()
    assert masked(sent["sent_text"]) == f"{draft.text} Gracias, {NAME_MASK}."
    other = late(place, "¿Qué crema uso para el sol?", author={"name": "Sol Quintanapalla"})
    text = other.case.drafts[0].text
    kept = place.decision(other, decision="accept", draft=0, text=text).json()
    assert (kept["outcome"], kept["sent_text"]) == ("sent_unedited", text)


def test_the_senders_name_goes_also_where_the_text_tells_another(place: Place) -> None:
    stored = late(place, "Hola, soy Juan y mi pedido no llega.", author={"name": "Sol Quintanapalla"})
    made = place.decision(stored, decision="respond", text="Díselo a Sol, y a juan.").json()
    assert masked(made["sent_text"]) == f"Díselo a {NAME_MASK}, y a {NAME_MASK}."


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Protege del sol a diario.", f"Protege del {NAME_MASK} a diario."),
        ("Un solar no quema.", "Un solar no quema."),
        ("Que Sol lo lave.", None),
    ],
)
def test_an_expert_may_write_a_plain_word_that_is_also_the_name(
    said: str, kept: str | None, place: Place
) -> None:
    stored = late(place, "Mi pedido no llega.", author={"name": "Sol Quintanapalla"})
    place.decision(stored, decision="escalate", note="¿Y ahora?")
    page = place.desk().post(f"/console/experts/{stored.case.id}/answer", data={"text": said})
    assert page.status_code == (422 if kept is None else 200)
    answers = place.app.state.desk.experts.of(stored.case.id, account="demo")
    assert [one.answer for one in answers] == ([] if kept is None else [kept])


def test_where_naming_errs_nothing_is_shown_of_earlier_turns(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(place.service.pipeline.engines.customer_names), "called", broken)
    stored = late(place, thread=[{"role": "agent", "text": f"Dile que no a {NAME.lower()}."}])
    assert [turn.text for turn in stored.case.thread] == ["[TEXTO_RETENIDO]"]
    assert marks(place, stored.case.id) is None


MESSAGES = "a customer's message: redacted by the pipeline, whole in the vault"
THROUGH = "api/desk_texts.py"
IDS = "a keyed hash; what is shown of it is redacted"
PRODUCT = "only the company's own name of a product is kept"
NOT_KEPT = "checked or searched, and not kept"
FREE_TEXTS = {
    "/console/cases/{case_id}/check text": NOT_KEPT,
    "/console/cases/{case_id}/decision note": THROUGH,
    "/console/cases/{case_id}/decision text": THROUGH,
    "/console/experts/{case_id}/answer text": THROUGH,
    "/console/experts/{case_id}/answer title": THROUGH,
    "/console/sign-in key": NOT_KEPT,
    "/console/try channel": NOT_KEPT,
    "/console/try text": NOT_KEPT,
    "/console/try visibility": NOT_KEPT,
    "/v1/answers:search q": NOT_KEPT,
    "/v1/cases id": IDS,
    "/v1/cases product": PRODUCT,
    "/v1/cases text": MESSAGES,
    "/v1/cases/{case_id}/decision note": THROUGH,
    "/v1/cases/{case_id}/decision text": THROUGH,
    "/v1/cases/{case_id}/satisfaction comment": THROUGH,
    "/v1/drafts id": IDS,
    "/v1/drafts product": PRODUCT,
    "/v1/drafts text": MESSAGES,
    "/v1/redactions id": NOT_KEPT,
    "/v1/redactions text": NOT_KEPT,
    "/v1/verifications text": NOT_KEPT,
}


def test_every_field_for_free_text_is_accounted_for() -> None:
    """A new one is a decision: does it reach the store, and who takes personal data out of it?"""
    assert set(free_texts()) == set(FREE_TEXTS)


def free_texts() -> Iterator[str]:
    for package in (api.console, api.routes):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            router = getattr(importlib.import_module(module.name), "router", None)
            for route in getattr(router, "routes", ()):
                if isinstance(route, APIRoute) and route.methods & {"POST", "PUT", "PATCH"}:
                    yield from (f"{route.path} {name}" for name in free_fields(route))


def free_fields(route: APIRoute) -> Iterator[str]:
    for field in route.dependant.body_params:
        of_form = {field.name: field.field_info}
        shape = field.field_info.annotation
        model = isinstance(shape, type) and issubclass(shape, BaseModel)
        for name, info in (shape.model_fields if model else of_form).items():
            text = str in (info.annotation, *get_args(info.annotation))
            bounds = [one.max_length for one in info.metadata if isinstance(one, MaxLen)]
            shaped = any(getattr(one, "pattern", None) for one in info.metadata)
            if text and not shaped and (not bounds or bounds[0] > 100):
                yield name
