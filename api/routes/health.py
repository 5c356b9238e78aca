"""Liveness, readiness and metrics."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api.deps import get_service

router = APIRouter(tags=["operation"])
_OWN_THREAD = ThreadPoolExecutor(1, thread_name_prefix="readiness")


class Health(BaseModel):
    """``ok``, or what is not."""

    status: str
    checks: dict[str, str] = {}


@router.get("/healthz", summary="Is the process alive")
async def healthz() -> Health:  # on the event loop: it is answered when all threads are taken
    """Answer as long as the process serves."""
    return Health(status="ok")


@router.get(
    "/readyz", summary="Can it do its work", response_model=Health, responses={503: {"model": Health}}
)
async def readyz(request: Request) -> Response:
    """Check the store, the policies, the knowledge base and the models; say which one is not ready."""
    # A thread of its own: those of the requests may all be taken.
    checks = await asyncio.get_running_loop().run_in_executor(_OWN_THREAD, get_service(request).readiness)
    ready = all(state == "ok" for state in checks.values())
    body = Health(status="ok" if ready else "not_ready", checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if ready else 503)


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
def metrics() -> Response:
    """Counts and times, with no text and no names in any label."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
