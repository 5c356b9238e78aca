"""``borrador mcp``: the service as tools of an MCP client, over standard input and output."""

import logging
import os
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from api.commands.options import KnowledgeBaseDir, PoliciesDir, load_settings
from api.failures import UsageError
from api.record_keeping import open_records

if TYPE_CHECKING:
    from api.service import Service
    from api.settings import Settings

KEY_VARIABLE = "BORRADOR_API_KEY"


def mcp(knowledge_base: KnowledgeBaseDir = None, policies: PoliciesDir = None) -> None:
    """Serve redact, classify, search, draft and get_case to an MCP client, with the key in BORRADOR_API_KEY."""
    settings = load_settings(knowledge_base=knowledge_base, policies=policies)
    secret = _checked_key(settings)
    # Its debug lines and tracebacks may quote a request.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    import anyio  # these load every engine: a wrong key is told at once

    from api.mcp.calls import Desk
    from api.mcp.server import build_server, serve_stdio
    from api.version import SERVICE_VERSION

    loading = _loading(settings)
    desk = Desk(loading.result, secret)
    anyio.run(serve_stdio, build_server(desk, version=SERVICE_VERSION, workers=settings.draft_workers))


def _checked_key(settings: "Settings") -> str:
    """The key in the environment.

    Raises:
        UsageError: there is none, or it is unknown or revoked.
    """
    secret = os.environ.get(KEY_VARIABLE, "").strip()
    records = open_records(settings)
    try:
        known = bool(secret) and records.keys.authenticate(secret) is not None
    finally:
        records.database.close()
    if not known:
        raise UsageError(f"{KEY_VARIABLE}: an API key in force is needed; `borrador keys create` makes one")
    return secret


def _loading(settings: "Settings") -> "Future[Service]":
    """Load the engines beside the protocol, so that a client's greeting is answered at once."""
    future: Future[Service] = Future()

    def load() -> None:
        from api.service import Service

        try:
            future.set_result(Service.open(settings))
        except Exception as error:
            future.set_exception(error)

    Thread(target=load, name="engines", daemon=True).start()
    return future
