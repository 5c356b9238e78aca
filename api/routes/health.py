"""Liveness, readiness and metrics."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api.deps import ServiceDep

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """``ok``, or what is not."""

    status: str
    checks: dict[str, str] = {}


@router.get("/healthz", summary="Is the process alive")
def healthz() -> Health:
    """Answer as long as the process serves."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it do its work", responses={503: {"model": Health}})
def readyz(service: ServiceDep) -> Response:
    """Check the store, the policies, the knowledge base and the models; say which one is not ready."""
    checks = service.readiness()
    ready = all(state == "ok" for state in checks.values())
    body = Health(status="ok" if ready else "not_ready", checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if ready else 503)


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
def metrics() -> Response:
    """Counts and times, with no text and no names in any label."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
