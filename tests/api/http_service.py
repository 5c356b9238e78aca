"""The HTTP surface around real records and a stand-in for the engines, so that its tests start in no time."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import problems
from api.console.sessions import Sessions
from api.http_policy import HttpPolicy, load_http_policy
from api.http_wiring import HttpParts, build_http
from api.in_flight import InFlightLimit
from api.middleware import BodyLimit, RequestContext
from api.routes import cases, drafts, events, health
from api.service import Service
from api.settings import ROOT, Settings
from cases.errors import UnknownAccountError
from cases.identifiers import new_case_id
from cases.keys import Scope
from cases.message import Message
from cases.name_mask import name_masks
from cases.pipeline import Outcome, Pipeline
from cases.progress import Step, Tell, silent
from cases.records import texts_of
from cases.stored import Origin
from models.text import RedactedText
from policies.decision import Facts
from tests.cases.samples import case, open_records

CANARY = "Zacarías Quintanapalla"
SHIPPED = load_http_policy(ROOT / "policies" / "http.yaml")


class StandIn:
    """Makes a case of any message of two companies; can be made to wait, or to fail."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.failures: list[Exception] = []
        self.runs = 0
        self.engines = SimpleNamespace(
            default_account="demo",
            retriever=SimpleNamespace(withdrawn_ids=lambda: frozenset()),
            name_masks=name_masks(),
        )

    def account(self, name: str | None) -> Any:
        if name not in (None, "demo", "otra"):
            raise UnknownAccountError("the message names an account that is not configured")
        return SimpleNamespace(id=name or "demo")

    def redact_text(self, text: str, **_: Any) -> Any:
        return SimpleNamespace(text=RedactedText(text.replace(CANARY, "[PERSONA_1]")), spans=())

    def redact_id(self, name: str | None, **_: Any) -> str | None:
        return name

    def run(
        self, message: Message, *, received_at: datetime, case_id: str | None = None, tell: Tell = silent
    ) -> Outcome:
        self.entered.release()
        assert self.gate.wait(20)
        self.runs += 1
        if self.failures:
            raise self.failures.pop(0)
        for step in list(Step)[:5]:
            tell(step, {"step": step.number})
        text = self.redact_text(message.text).text.value
        made = case(id=case_id or new_case_id(), redacted_text=text, thread_version=len(message.thread) + 1)
        origin = Origin(str(message.account), message.channel, received_at, message.id)
        return Outcome(made, origin, texts_of(message), cast(Facts, None))


@dataclass
class Served:
    """An application of a test's own."""

    app: FastAPI
    service: Service
    http: HttpParts
    stand_in: StandIn
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    def secret(self, scope: Scope = Scope.AGENT, account: str = "demo") -> str:
        known = self.secrets.get((scope, account))
        if known is None:
            created = self.service.keys.create(name="test", account=account, scopes=[scope], actor="test")
            known = self.secrets[scope, account] = created.secret
        return known

    def client(self, scope: Scope = Scope.AGENT, account: str = "demo") -> TestClient:
        headers = {"Authorization": f"Bearer {self.secret(scope, account)}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)

    def working(self) -> AbstractContextManager[Any]:
        """The threads of accepted work, while the context lasts."""
        return _Working(self.http)


@dataclass
class _Working:
    http: HttpParts

    def __enter__(self) -> None:
        self.http.work.start()

    def __exit__(self, *_: object) -> None:
        self.http.work.stop()


def changed(**parts: Mapping[str, Any]) -> HttpPolicy:
    """The shipped policy with some values replaced."""
    data = SHIPPED.model_dump()
    for part, values in parts.items():
        data[part] = {**data[part], **values}
    return HttpPolicy.model_validate(data)


def serve(
    folder: Path,
    *,
    policy: HttpPolicy = SHIPPED,
    url: str | None = None,
    now: Callable[[], datetime] | None = None,
    max_in_flight: int = 24,
    workers: int = 8,
) -> Served:
    """Build the application over records in a folder, or over those that an earlier one left there."""
    from cases.audit import utc_now

    settings = Settings(data_dir=folder, max_in_flight=max_in_flight)
    stand_in = StandIn()
    records = open_records(url or settings.effective_database_url, folder, now or utc_now)  # type: ignore[arg-type]
    service = Service(
        cast(Pipeline, stand_in),
        records,
        Sessions(b"s" * 32),
        workers=workers,
        demo_key_file=folder / "demo.key",
    )
    http = build_http(service, settings, policy)
    app = FastAPI(responses=problems.documented(400, 401, 403, 413, 422, 429, 503))
    app.state.service = service
    app.state.http = http
    for module in (drafts, events, cases, health):
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(InFlightLimit, limit=settings.max_in_flight)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    return Served(app, service, http, stand_in)


def main() -> None:
    """Serve until killed: ``python -m tests.api.http_service FOLDER PORT``; prints a key when it is ready."""
    import json
    import sys

    import uvicorn

    served = serve(Path(sys.argv[1]))
    served.http.work.start()
    secret = served.secret()

    class Ready(uvicorn.Server):
        async def startup(self, sockets: list[Any] | None = None) -> None:
            await super().startup(sockets)
            sys.stdout.write(json.dumps({"secret": secret}) + "\n")
            sys.stdout.flush()

    Ready(uvicorn.Config(served.app, port=int(sys.argv[2]), log_config=None)).run()


if __name__ == "__main__":
    main()
