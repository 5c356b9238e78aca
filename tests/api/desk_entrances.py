"""Every way by which a text of the desk's people gets to a case, and a look for a name wherever the service writes."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.service import Service
from api.settings import Settings
from api.webhook_decisions import HelpdeskRecorder
from cases.decision_export import export_decisions
from cases.evidence.pack import Exporter
from cases.evidence.selection import Period, Selection
from cases.evidence.signing import Signer
from cases.evidence.texts import Texts
from cases.keys import Scope
from cases.stored import StoredCase
from cases.timekeeping.keeper import Keeper
from cases.webhooks.aftermath import Aftermath
from cases.webhooks.inbox import Inbox
from tests.api.console.served import actions, decided, signed_in
from tests.cases.webhooks.senders import Kind, endpoint

NAME = "Quirinaldo"
LATE = f"Hola, soy {NAME} Ruiz y mi pedido no llega."
WRITTEN = (
    f"El crédito de {NAME.lower()} está hecho.",
    f"Gracias por todo {NAME.upper()} un abrazo",
    f"El caso de d'{NAME} va lento.",
    f"{NAME.lower()}'s order is late",
    f"{NAME}ren eskaera bidean da",
    f"El crédito de {NAME.replace('o', 'ó')} está hecho.",
    f"El crédito de {NAME[:3]}\u200b{NAME[3:].lower()} está hecho.",
)
"""Each holds the name in a way that the redactor alone leaves."""


@dataclass(frozen=True)
class Place:
    """A service with its application, and who works there."""

    app: FastAPI
    service: Service
    settings: Settings

    def client(self, *scopes: Scope) -> TestClient:
        """A client with a new key."""
        secret = self.service.keys.create(name="t", account="demo", scopes=scopes, actor="test").secret
        headers = {"Authorization": f"Bearer {secret}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)

    def desk(self) -> TestClient:
        """A browser with a session."""
        return signed_in(self.app, self.service, Scope.AGENT, Scope.AUDITOR, Scope.CURATOR, Scope.ADMIN)

    def decision(self, stored: StoredCase, **body: Any) -> Any:
        """The answer to a decision over HTTP."""
        url = f"/v1/cases/{stored.case.id}/decision"
        return self.client(Scope.AGENT).post(url, json={"thread_version": stored.case.thread_version, **body})

    def stored(self, case_id: str) -> StoredCase:
        """The case as it stands."""
        return self.service.records.store.get(case_id, account="demo")


Entrance = Callable[[Place, StoredCase, str], list[Any]]
"""Brings a text to a case; gives the answers."""


def _edit(place: Place, stored: StoredCase, text: str) -> list[Any]:
    said = f"{stored.case.drafts[0].text}\n\n{text}"
    return [place.decision(stored, decision="edit", draft=0, text=said, note=text)]


def _respond(place: Place, stored: StoredCase, text: str) -> list[Any]:
    return [place.decision(stored, decision="respond", text=text)]


def _ignore(place: Place, stored: StoredCase, text: str) -> list[Any]:
    return [place.decision(stored, decision="ignore", note=text)]


def _escalate(place: Place, stored: StoredCase, text: str) -> list[Any]:
    return [place.decision(stored, decision="escalate", note=text)]


def _page_edit(place: Place, stored: StoredCase, text: str) -> list[Any]:
    said = f"{stored.case.drafts[0].text}\r\n\r\n{text}"
    form = {"decision": "send", "draft": "0", "text": said, "overrule": "yes", "customer_name": NAME}
    return [decided(place.desk(), stored.case.id, **form)]


def _page_respond(place: Place, stored: StoredCase, text: str) -> list[Any]:
    form = {"decision": "respond", "text": text, "audience": "private", "overrule": "yes"}
    return [decided(place.desk(), stored.case.id, **form)]


def _page_ignore(place: Place, stored: StoredCase, text: str) -> list[Any]:
    return [decided(place.desk(), stored.case.id, decision="ignore", reason="other", note=text)]


def _page_escalate(place: Place, stored: StoredCase, text: str) -> list[Any]:
    return [decided(place.desk(), stored.case.id, decision="escalate", reason="other", note=text)]


def _expert(place: Place, stored: StoredCase, text: str) -> list[Any]:
    asked = place.decision(stored, decision="escalate", note="¿Qué se le dice?")
    answer = {"text": text, "title": text[:100]}
    return [asked, place.desk().post(f"/console/experts/{stored.case.id}/answer", data=answer)]


def _satisfaction(place: Place, stored: StoredCase, text: str) -> list[Any]:
    sent = place.decision(stored, decision="respond", text="Ya sale.")
    url = f"/v1/cases/{stored.case.id}/satisfaction"
    return [sent, place.client(Scope.AGENT).post(url, json={"score": 4, "comment": text})]


def _helpdesk(place: Place, stored: StoredCase, text: str) -> list[Any]:
    """An agent's reply in the helpdesk, as it is read back."""
    recorder = HelpdeskRecorder(place.service, cast(Keeper, None), lambda *_: None)
    aftermath = Aftermath(
        cast(Inbox, None), place.service.records, decide=recorder.decide, resolve=recorder.resolve
    )
    said = f"{stored.case.drafts[0].text}\n\n{text}"
    aftermath._reply([stored], said, "webhook:chatwoot:7", endpoint(Kind.CHATWOOT))
    return []


def _earlier_turn(place: Place, stored: StoredCase, text: str) -> list[Any]:
    """An agent's reply that comes back in the thread of the customer's next message."""
    thread = [{"role": "customer", "text": LATE}, {"role": "agent", "text": text}]
    message = {"text": "¿Y mi pedido?", "channel": "email", "thread": thread}
    made = place.client(Scope.AGENT).post("/v1/cases", json=message)
    return [made, place.client(Scope.AGENT).get(f"/v1/cases/{made.json()['id']}")]


def _verification(place: Place, stored: StoredCase, text: str) -> list[Any]:
    """Stores nothing; its answer repeats the words of the person who asks."""
    asked = {"text": text, "case_id": stored.case.id}
    assert place.client(Scope.AGENT).post("/v1/verifications", json=asked).status_code == 200
    alone = {"text": text, "channel": "email"}
    assert place.client(Scope.AGENT).post("/v1/verifications", json=alone).status_code == 200
    page = place.desk().post(f"/console/cases/{stored.case.id}/check", data={"text": text})
    assert page.status_code == 200
    return []


def _refused(place: Place, stored: StoredCase, text: str) -> list[Any]:
    """Decisions that break the contract: their errors quote nothing."""
    bodies = [
        {"decision": "accept", "draft": 0, "text": text},
        {"decision": "edit", "draft": 9, "text": text},
        {"decision": "ignore", "text": text},
        {"decision": text},
        {"decision": "respond", "text": text, text: text},
        {"decision": "respond", "text": text, "thread_version": 99},
        {"decision": "ignore", "note": text * 100},
    ]
    return [place.decision(stored, **body) for body in bodies]


STORING: Mapping[str, Entrance] = {
    "edit": _edit,
    "respond": _respond,
    "ignore": _ignore,
    "escalate": _escalate,
    "page_edit": _page_edit,
    "page_respond": _page_respond,
    "page_ignore": _page_ignore,
    "page_escalate": _page_escalate,
    "expert": _expert,
    "satisfaction": _satisfaction,
    "helpdesk": _helpdesk,
    "earlier_turn": _earlier_turn,
}
"""These keep what was written."""
PASSING: Mapping[str, Entrance] = {"verification": _verification, "refused": _refused}
"""These keep nothing of it."""


def holds(name: str, content: bytes | str) -> bool:
    """Whether the name stands there, however it is written."""
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    return name.lower() in text.lower().replace("ó", "o").replace("\\u00f3", "o").replace("\u200b", "")


def found(name: str, place: Place, case_id: str, folder: Path) -> list[str]:
    """Where the name stands of all that the service wrote and tells: files of the store, answers, metrics, exports."""
    reader = place.client(Scope.AGENT, Scope.AUDITOR, Scope.ADMIN)
    case = f"/v1/cases/{case_id}"
    asked = [
        case,
        f"{case}/events?follow=false",
        f"{case}/handover",
        f"{case}/satisfaction",
        "/v1/cases",
        "/metrics",
    ]
    answers = {path: reader.get(path) for path in asked}
    assert {one.status_code for one in answers.values()} == {200}
    told = {path: one.text for path, one in answers.items()}
    told["page"] = place.desk().get(f"/console/cases/{case_id}").text
    told["audit"] = json.dumps(actions(place.service, case_id), ensure_ascii=False, default=str)
    place.service.records.database.forget_deleted()
    files = {str(one): one.read_bytes() for one in place.settings.data_dir.rglob("*") if one.is_file()}
    files |= dict(exported(place, case_id, folder))
    return [where for where, content in (told | files).items() if holds(name, content)]


def exported(place: Place, case_id: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of the evidence of a case, and the decisions of its day."""
    records, settings = place.service.records, place.settings
    texts = Texts(settings.policies_dir, settings.knowledge_base_dir)
    exporter = Exporter(records, Signer.load(settings.data_dir), texts, service_version="0.1.0")
    exporter.export(Selection(case_id=case_id), folder / "pack.zip", actor="test")
    with zipfile.ZipFile(folder / "pack.zip") as archive:
        yield from ((name, archive.read(name)) for name in archive.namelist())
    day = records.now().date()
    period = Period(day - timedelta(days=1), day, "Europe/Madrid")
    export_decisions(records, folder / "decisions.jsonl", period=period, account="demo", actor="test")
    yield "decisions.jsonl", (folder / "decisions.jsonl").read_bytes()
