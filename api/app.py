"""Builds the HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from api import docs_page, problems
from api.console import compliance_desk, compliance_pages, desk_routes, knowledge_pages, pages
from api.desk_wiring import build_desk
from api.http_policy import HttpPolicy
from api.http_wiring import build_http
from api.in_flight import InFlightLimit
from api.knowledge_desk import build_knowledge_desk
from api.learning_wiring import LearningDesk, SummaryKeeper
from api.middleware import BodyLimit, RequestContext
from api.openapi import bare_app
from api.panels import Panels
from api.service import Service
from api.settings import Settings
from api.webhook_wiring import build_webhook_work
from api.work_wiring import build_work_desk


def create_app(service: Service, settings: Settings, *, http_policy: HttpPolicy | None = None) -> FastAPI:
    """Build the application around a service that is ready; ``http_policy`` instead of the policies' own."""

    webhooks = build_webhook_work(service, settings)
    knowledge = build_knowledge_desk(service, settings)
    http = build_http(service, settings, http_policy)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        webhooks.start()
        knowledge.start()
        compliance_desk.warm(app.state.compliance)
        counting.start()
        http.work.start()
        http.streams.open()
        yield
        http.streams.close()
        http.work.stop()
        counting.stop()
        knowledge.stop()
        webhooks.stop()
        service.close()

    app = bare_app(lifespan=lifespan)
    app.state.service = service
    app.state.webhooks = webhooks
    app.state.http = http
    app.state.knowledge = knowledge
    app.state.work = build_work_desk(service.records, settings, service.pipeline.engines.accounts)
    app.state.desk = build_desk(service, settings)
    app.state.learning = LearningDesk(service.records, settings)
    counting = SummaryKeeper(app.state.learning.summary)
    app.mount("/apps", Panels(webhooks.desk.endpoints.frame_ancestors))
    app.include_router(pages.router)
    desk_routes.install(app)
    compliance_pages.install(app, service, settings)
    knowledge_pages.install(app, service, settings)
    app.mount("/console/static", StaticFiles(directory=Path(__file__).parent / "console" / "static"))
    app.add_exception_handler(pages.SignInNeededError, pages.to_sign_in)
    docs_page.install(app)
    problems.install(app)

    @app.get("/", include_in_schema=False)
    def root() -> RedirectResponse:
        return RedirectResponse("/console")

    app.add_middleware(InFlightLimit, limit=settings.max_in_flight)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    return app
