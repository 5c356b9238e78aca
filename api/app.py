"""Builds the HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from api import problems
from api.console import pages
from api.middleware import BodyLimit, RequestContext
from api.routes import answers, cases, drafts, health, redactions
from api.service import Service
from api.settings import Settings
from api.wiring import SERVICE_VERSION

DESCRIPTION = """Borrador drafts a health company's replies to its customers. It redacts personal and health data,
understands the message, finds approved answers, decides by written policy, composes from approved sentences,
verifies, and keeps the evidence. **A person decides what is sent.**

Errors are problem details (RFC 9457) with a stable `code`."""


def create_app(service: Service, settings: Settings) -> FastAPI:
    """Build the application around a service that is ready."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        title="Borrador",
        version=SERVICE_VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,  # a redirect repeats the address, with all that it asks
        responses=problems.documented(400, 401, 403, 413, 422, 503),
    )
    app.state.service = service
    for module in (drafts, redactions, answers, cases, health):
        app.include_router(module.router)
    app.include_router(pages.router)
    app.mount("/console/static", StaticFiles(directory=Path(__file__).parent / "console" / "static"))
    app.add_exception_handler(pages.SignInNeededError, pages.to_sign_in)
    problems.install(app)

    @app.get("/", include_in_schema=False)
    def root() -> RedirectResponse:
        return RedirectResponse("/console")

    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    return app
