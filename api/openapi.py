"""The API as a document: the application with its routes and nothing behind them.

``create_app`` fills it; what only wants the OpenAPI document (the client's generator) needs no service for it.
"""

from typing import Any

from fastapi import FastAPI

from api import problems
from api.routes import (
    answers,
    cases,
    drafts,
    events,
    handover,
    health,
    learning,
    named_drafts,
    redactions,
    satisfaction,
    verifications,
    webhooks,
    withdrawals,
)
from api.version import SERVICE_VERSION

DESCRIPTION = """Borrador drafts a health company's replies to its customers. It redacts personal and health data,
understands the message, finds approved answers, decides by written policy, composes from approved sentences,
verifies, and keeps the evidence. **A person decides what is sent.**

Errors are problem details (RFC 9457) with a stable `code`."""
ROUTES = (
    webhooks,
    withdrawals,
    handover,
    verifications,
    drafts,
    redactions,
    answers,
    events,
    cases,
    named_drafts,
    satisfaction,
    learning,
    health,
)


def bare_app(**more: Any) -> FastAPI:  # noqa: ANN401 - handed on to FastAPI, whose own types hold
    """The application with every route of the API; ``more`` goes to FastAPI."""
    app = FastAPI(
        title="Borrador",
        version=SERVICE_VERSION,
        description=DESCRIPTION,
        docs_url=None,  # api/docs_page.py serves it, without the internet
        redoc_url=None,
        redirect_slashes=False,  # a redirect repeats the address, with all that it asks
        responses=problems.documented(400, 401, 403, 413, 422, 429, 503),
        **more,
    )
    for module in ROUTES:
        app.include_router(module.router)
    return app
