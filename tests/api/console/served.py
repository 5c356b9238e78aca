"""The shipped desk around records of a test's own: pages without a browser."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.service import Service
from cases.keys import Scope
from cases.message import Message
from cases.stored import StoredCase


def signed_in(app: FastAPI, service: Service, *scopes: Scope, language: str = "es") -> TestClient:
    """A client with a session of a new key."""
    key = service.keys.create(name="mesa", account="demo", scopes=scopes, actor="test")
    client = TestClient(app, headers={"Accept-Language": language})
    assert (
        client.post("/console/sign-in", data={"key": key.secret}, follow_redirects=False).status_code == 303
    )
    return client


def worked(service: Service, text: str, **fields: Any) -> StoredCase:
    """The case of a message."""
    message = Message.model_validate({"text": text, "channel": "instagram", "account": "demo", **fields})
    case = service.work(message, account="demo", actor="test")
    return service.records.store.get(case.id, account="demo")


def decided(client: TestClient, case_id: str, **form: str) -> Any:
    """The answer to a form of the case's page."""
    return client.post(f"/console/cases/{case_id}/decision", data={"thread_version": "1", **form})


def actions(service: Service, case_id: str) -> list[Mapping[str, str]]:
    """What the audit log tells of a case, oldest first."""
    from sqlalchemy import select

    from cases.tables import AuditRow

    with service.records.database.read() as session:
        query = select(AuditRow).where(AuditRow.case_id == case_id).order_by(AuditRow.seq)
        return [
            {"action": row.action, "actor": row.actor, "payload": row.payload}
            for row in session.scalars(query)
        ]
