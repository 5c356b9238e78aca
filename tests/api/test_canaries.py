"""Planted personal data, sent through the whole service, is nowhere in what it wrote, answered or logged."""

import json
import logging
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.service import Service
from api.settings import Settings
from cases.keys import Scope

CANARIES = (
    "Quintanapalla",
    "677 918 243",
    "677918243",
    "zq.canario@buzon.example",
    "53184266K",
    "Peñalosilla 118",
)
TEXT = (
    "Hola, soy Zacarías Quintanapalla, DNI 53184266K, vivo en la calle Peñalosilla 118, 3º B, mi móvil es el "
    "677 918 243 y mi correo zq.canario@buzon.example. Mi pedido no ha llegado y estoy harto."
)


def test_no_canary_survives(
    service: Service,
    settings: Settings,
    client: TestClient,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    message = {
        "text": TEXT,
        "channel": "x",
        "id": "inbox-0001",
        "thread": [{"role": "customer", "text": TEXT}, {"role": "agent", "text": "Lo miramos."}],
        "author": {"handle": "@zquintanapalla", "name": "Zacarías Quintanapalla"},
    }
    case = client.post("/v1/drafts", json=message).json()
    answered = [
        json.dumps(case, ensure_ascii=False),
        client.post("/v1/redactions", json={"text": TEXT}).text,
        client.post("/v1/answers:search", json={"q": TEXT}).text,
        client.post("/v1/drafts", json={**message, "channel": TEXT}).text,
        client.post("/v1/drafts", json={**message, TEXT: 1}).text,
        client.post(
            f"/v1/cases/{case['id']}/decision",
            json={
                "decision": "respond",
                "thread_version": case["thread_version"],
                "text": TEXT,
                "note": TEXT,
            },
        ).text,
        client.get("/metrics").text,
    ]
    service.records.database.forget_deleted()
    written = b"\n".join(file.read_bytes() for file in settings.data_dir.rglob("*") if file.is_file())
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    for canary in CANARIES:
        assert canary not in logged
        assert canary.encode() not in written
        for answer in answered:
            assert canary not in answer


def test_the_search_would_find_one(
    service: Service, settings: Settings, secret_of: Callable[..., str]
) -> None:
    """A positive control: what is stored in the clear is found by the same search."""
    service.keys.create(name="control-xyzzy", account="demo", scopes=[Scope.AGENT], actor="test")
    written = b"\n".join(file.read_bytes() for file in settings.data_dir.rglob("*") if file.is_file())
    assert b"control-xyzzy" in written
