"""The pages of compliance and of approved answers around real records, policies and answers, without the models."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient

from api import problems
from api.account_files import load_accounts
from api.console import compliance_pages, knowledge_pages, pages
from api.console.sessions import COOKIE, Sessions
from api.knowledge_desk import KnowledgeDesk
from api.service import Service
from api.settings import ROOT, Settings
from api.wiring import load_policies
from cases.keys import Scope
from cases.pipeline import Pipeline
from eval.harness import folder as results_folder
from eval.harness.scores import Judged
from knowledge_base.answer import AnswerText, ApprovedAnswer
from knowledge_base.format import render_answer
from policies.adverse_events import load_adverse_events
from policies.safety_numbers import SafetyNumbers
from tests.cases.samples import Clock, open_records
from tests.eval.harness.builders import results

POLICIES = ROOT / "policies"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@cache
def _policies() -> Any:
    accounts = load_accounts(POLICIES / "accounts", default="demo")
    numbers = SafetyNumbers.load(POLICIES / "safety_numbers.yaml")
    return accounts, load_policies(POLICIES / "rules", accounts, numbers)


class Site:
    """An application of a test's own, on a folder of its own."""

    def __init__(self, folder: Path, *, data_dir: Path | None = None) -> None:
        self.folder = folder
        self.answers = folder / "answers"
        self.answers.mkdir(parents=True)
        data = data_dir or folder / "data"
        self.settings = Settings(
            data_dir=data, knowledge_base_dir=self.answers, results_dir=folder / "results"
        )
        self.clock = Clock(NOW)
        self.records = open_records(self.settings.effective_database_url, data, self.clock)
        accounts, policies = _policies()
        self.gone: set[str] = set()
        retriever = SimpleNamespace(
            withdrawn_ids=lambda: frozenset(self.gone),
            withdraw=self.gone.update,
            knows=lambda _id: None,
            ids=frozenset,
            fingerprint="",
            replace=lambda _base: None,
        )
        engines = SimpleNamespace(
            default_account="demo", accounts=accounts, policies=policies, retriever=retriever,
            adverse_events=load_adverse_events(),
        )  # fmt: skip
        pipeline = cast(Pipeline, SimpleNamespace(engines=engines))
        self.service = Service(
            pipeline, self.records, Sessions(b"s" * 32), workers=1, demo_key_file=data / "demo.key"
        )
        self.app = self._application(retriever)

    def _application(self, retriever: Any) -> FastAPI:
        app = FastAPI()
        app.state.service = self.service
        app.include_router(pages.router)
        compliance_pages.install(app, self.service, self.settings)
        knowledge_pages.install(app, self.service, self.settings)
        shelf = app.state.knowledge_views.shelf
        app.state.knowledge = KnowledgeDesk(self.records, retriever, shelf)
        static = Path(pages.__file__).parent / "static"
        app.mount("/console/static", StaticFiles(directory=static))
        app.add_exception_handler(pages.SignInNeededError, pages.to_sign_in)
        problems.install(app)
        return app

    def secret(self, *scopes: Scope, account: str = "demo", name: str = "Carmen Olmedo") -> str:
        return self.service.keys.create(name=name, account=account, scopes=scopes, actor="test").secret

    def client(self, *scopes: Scope, account: str = "demo", name: str = "Carmen Olmedo") -> TestClient:
        key = self.service.keys.authenticate(self.secret(*scopes, account=account, name=name))
        assert key is not None
        client = TestClient(self.app, follow_redirects=False)
        client.cookies.set(COOKIE, self.service.sessions.issue(key.id))
        return client

    def run(self, name: str, samples: list[Judged], **changes: Any) -> None:
        """An evaluation run in the folder of results."""
        target = self.folder / "results" / name
        results_folder.create(target)
        results_folder.write(target, results(samples, **changes))

    def answer(self, name: str, **changes: Any) -> ApprovedAnswer:
        """An answer file; a draft unless ``changes`` says otherwise."""
        text = AnswerText(
            title=f"Respuesta {name}", questions=(f"¿Qué hay de {name}?",),
            full=f"El protector {name} se repone cada dos horas.", short=f"{name}: cada dos horas.",
        )  # fmt: skip
        made = ApprovedAnswer(
            **{"id": name, "version": 1, "texts": {"es": text}, "owner": "Atención", **changes}
        )
        (self.answers / f"{name}.md").write_text(render_answer(made, suffix=".md"), encoding="utf-8")
        return made
