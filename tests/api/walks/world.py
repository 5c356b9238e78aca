"""Every route of the API around real records, two accounts and stand-ins for the engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from api import problems
from api.account_files import load_accounts
from api.learning_wiring import LearningDesk
from api.middleware import BodyLimit, RequestContext
from api.openapi import bare_app
from api.settings import Settings
from api.webhook_wiring import WebhookWork, count_outcome
from api.work_wiring import build_work_desk
from cases.audit import utc_now
from cases.cipher import Cipher
from cases.decisions import Verb
from cases.keys import Scope
from cases.message import Message
from cases.named_draft import NamedDrafts
from cases.secret_keys import VAULT_VARIABLE, load_keys
from cases.tables import Base
from cases.webhooks.desk import Desk
from cases.webhooks.endpoints import Endpoints, Kind
from cases.webhooks.inbound import Inbound
from cases.webhooks.inbox import Inbox
from drafting.person_reply import ReplyReport
from knowledge_base.evidence import Retrieval
from knowledge_base.format import render_answer
from tests.api.http_service import Served, changed, serve
from tests.api.test_knowledge_desk import desk as knowledge_desk
from tests.api.test_knowledge_desk import retriever
from tests.cases.samples import decision, record
from tests.cases.webhooks.senders import endpoint
from tests.knowledge_base.fakes import answer, shop

MINE, OTHER = "demo", "otra"
POLICY = changed(
    rates={"default": {"per_second": 10_000, "burst": 100_000}},
    streams={"max_seconds": 0.2, "poll_seconds": 0.05},
)
NOT_CHANGES = ("api_keys", "alembic_version")
"""Tables that a test writes itself while it asks."""


class _ReplyCheck:
    """Passes every reply: whose case it is was settled before."""

    def _report(self, *_: object, **__: object) -> ReplyReport:
        return ReplyReport(length=1, limit=280, findings=(), sentences=())

    of_case = of_message = alone = _report


@dataclass
class World:
    """The application, and things of an account as a test needs them."""

    app: FastAPI
    served: Served
    inbox: Inbox
    _number: int = 0
    marks: set[str] = field(default_factory=set)
    """Ids of what the account has: none of another may ever read one."""

    def client(self, account: str, *scopes: Scope) -> TestClient:
        """A client with a new key of an account."""
        created = self.served.service.keys.create(name="t", account=account, scopes=scopes, actor="test")
        headers = {"Authorization": f"Bearer {created.secret}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)

    def next(self) -> int:
        """A number that did not come before."""
        self._number += 1
        return self._number

    def case(self) -> str:
        """A case of the account, with a draft, a decision to come and events."""
        made = record(self.served.service.records, account=MINE).stored.case
        self.marks |= {made.id, made.tracking_code}
        return made.id

    def promised(self) -> str:
        """A case whose answer promises something."""
        case_id = self.case()
        said = decision(Verb.RESPOND, sent="Te llamamos mañana.", original="Te llamamos mañana.")
        self.served.service.records.store.decide(case_id, said, account=MINE)
        return case_id

    def key(self, account: str = MINE) -> str:
        """The id of a key that may decide."""
        made = self.served.service.keys.create(
            name="Eva", account=account, scopes=[Scope.AGENT], actor="test"
        )
        if account == MINE:
            self.marks.add(made.key.id)
        return made.key.id

    def work(self) -> str:
        """Accepted work of the account."""
        accepted = self.client(MINE, Scope.AGENT).post(
            "/v1/cases", json={"text": "Mi pedido no llega."}, headers={"Prefer": "respond-async"}
        )
        body = accepted.json()
        self.marks |= {body["id"], body["case_id"]}
        return str(body["id"])

    def conversation(self) -> str:
        """A helpdesk's conversation of the account, with a case."""
        name = f"conversacion-{self.next()}"
        self.marks.add(name)
        given = endpoint(Kind.STANDARD)
        message = Message(text="¿Tenéis champú?")
        row = self.inbox.accept(
            given, Inbound(message=message, message_id=name, conversation=name, delivery_id=None)
        )
        assert row is not None
        self.inbox.recorded(row, self.case())
        return name

    def answer(self) -> str:
        """An approved answer that only the account uses."""
        return "solo-demo"

    def rows(self) -> dict[str, int]:
        """How many rows each table has, but for those that asking itself fills."""
        with self.served.service.records.database.read() as session:
            return {
                name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
                for name in Base.metadata.tables
                if name not in NOT_CHANGES
            }


def _stand_ins(served: Served, folder: Path) -> None:
    pipeline = cast(Any, served.stand_in)
    pipeline.search = lambda *_, **__: (Retrieval((), abstained=True), "es")
    pipeline.redact_id = lambda name, **_: name
    plain = pipeline.redact_text
    pipeline.redact_text = lambda given, **more: SimpleNamespace(text=plain(given).text, spans=())


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The whole API for as long as the context lasts."""
    served = serve(folder, policy=POLICY)
    _stand_ins(served, folder)
    records = served.service.records
    settings = Settings(data_dir=folder)
    base = folder / "kb"
    base.mkdir()
    for item in [*shop(), answer("solo-demo", accounts=(MINE,))]:
        (base / f"{item.id}.md").write_text(render_answer(item), encoding="utf-8")
    inbox = Inbox(
        records.database, records.sealer, Cipher(load_keys(VAULT_VARIABLE, folder / "vault.key", {})), utc_now
    )
    webhooks = Desk(
        Endpoints({"standard": endpoint(Kind.STANDARD)}),
        inbox,
        records,
        handle=cast(Any, None),  # nothing is drafted here
        aftermath=cast(Any, None),
        sender=cast(Any, None),
        count=count_outcome,
        now=utc_now,
    )
    app = bare_app()
    app.state.service = served.service
    app.state.http = served.http
    app.state.work = build_work_desk(
        records, settings, load_accounts(settings.policies_dir / "accounts", default=MINE)
    )
    app.state.learning = LearningDesk(records, settings.model_copy(update={"knowledge_base_dir": base}))
    app.state.webhooks = WebhookWork(webhooks)
    app.state.knowledge = knowledge_desk(base, records, retriever(base))
    app.state.desk = SimpleNamespace(
        reply_check=_ReplyCheck(),
        # What the walks' cases are drafted from is none of the bank's: no name is put into them.
        named_drafts=NamedDrafts(records.vault, cast(Any, None), cast(Any, None)),
    )
    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    yield World(app, served, inbox)
    served.service.close()
