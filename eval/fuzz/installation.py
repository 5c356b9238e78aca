"""The real application in this process, with a data folder of its own and five helpdesks that may call."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.http_policy import load_http_policy
from api.logging import configure
from api.service import Service
from api.settings import Settings
from api.webhook_wiring import WebhookWork, build_webhook_work
from cases.keys import Scope
from cases.webhooks.endpoints import Kind
from cases.webhooks.notes import NoteRequest
from eval.fuzz.signing import SECRETS

UNLIMITED = {"per_second": 100_000.0, "burst": 1_000_000}
"""The limit of requests for a key is proved elsewhere; here it would answer 429 instead of what is asked."""


@dataclass(slots=True)
class Notes:
    """Takes the notes that a helpdesk would get."""

    texts: list[bytes] = field(default_factory=list)

    def send(self, request: NoteRequest) -> None:
        """Keep a note."""
        self.texts.append(repr(dict(request.json)).encode())


@dataclass(slots=True)
class Fuzzed:
    """What is fuzzed."""

    app: FastAPI
    service: Service
    work: WebhookWork
    notes: Notes
    settings: Settings

    def secret(self, scope: Scope) -> str:
        """A key of a scope."""
        return self.service.keys.create(name="fuzz", account="demo", scopes=[scope], actor="fuzz").secret


def webhooks_file() -> str:
    """The settings of one endpoint of each kind, with notes where the kind has any."""
    lines = ["version: 1", "endpoints:"]
    for kind in Kind:
        lines += [
            f"  {kind}:",
            f"    kind: {kind}",
            "    account: demo",
            f"    secrets_env: [FUZZ_{kind.upper()}]",
        ]
        if kind is not Kind.STANDARD:
            lines += ["    api_base: http://127.0.0.1:9", "    token_env: FUZZ_TOKEN", '    api_user: "25"']
        if kind is Kind.CHATWOOT:
            lines.append('    remote_account: "3"')
    return "\n".join(lines) + "\n"


@contextmanager
def installation(folder: Path, *, redaction: str) -> Iterator[Fuzzed]:
    """Open it; what it prints and logs goes to files under the folder ``logs`` meanwhile.

    Args:
        redaction: ``patterns``, or the name or folder of a model as in the settings.
    """
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    file = folder / "webhooks.yaml"
    file.write_text(webhooks_file(), encoding="utf-8")
    environment = {f"FUZZ_{kind.upper()}": SECRETS[kind] for kind in Kind} | {"FUZZ_TOKEN": "f" * 24}
    settings = Settings(data_dir=folder / "data", redaction_model=redaction)
    with _output_to(folder / "logs"):
        configure(as_json=True)
        service = Service.open(settings)
        shipped = load_http_policy(settings.policies_dir / "http.yaml")
        data = shipped.model_dump()
        data["rates"]["default"] = UNLIMITED
        data["streams"] |= {"max_seconds": 0.1, "poll_seconds": 0.05}
        app = create_app(service, settings, http_policy=type(shipped).model_validate(data))
        notes = Notes()
        work = build_webhook_work(
            service,
            settings.model_copy(update={"webhooks_file": file}),
            environment=environment,
            sender=notes,
        )
        app.state.webhooks = work
        try:
            yield Fuzzed(app, service, work, notes, settings)
        finally:
            app.state.http.work.stop()  # clients that begin the application's life set it going
            service.close()


@contextmanager
def _output_to(folder: Path) -> Iterator[None]:
    """Send what this process writes, from any library, to files."""
    kept = []
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        stream.flush()
        kept.append((number, os.dup(number)))
        with (folder / f"fd{number}.log").open("wb") as file:
            os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, saved in kept:
            os.dup2(saved, number)
            os.close(saved)
