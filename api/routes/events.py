"""Server-Sent Events: of one case, while it is made and after, and of all cases of an account."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from api.deps import HttpDep, ReaderKey, ServiceDep
from api.event_sources import AccountEvents, CaseEvents
from api.event_stream import MEDIA_TYPE, EventStream, Pull, Streams
from api.problems import CODES, ProblemError, documented
from api.service import Service
from cases.keys import ApiKey

router = APIRouter(prefix="/v1", tags=["events"])

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=40,
        description="`id` of the last event seen: what followed comes first.",
    ),
]
Follow = Annotated[bool, Query(description="False: tell what there is, then end.")]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events as `text/event-stream`: `id`, `event` and JSON `data`.",
        # Of each event, as FastAPI writes it for its own streams and OpenAPI 3.2 has it; 3.1 knows no word for it.
        "content": {
            MEDIA_TYPE: {
                "itemSchema": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "event": {"type": "string"},
                        "data": {"type": "string", "contentMediaType": "application/json"},
                        "retry": {"type": "integer"},
                    },
                }
            }
        },
    }
}


@router.get("/events", summary="Follow all cases", response_class=Response, responses=_STREAM)
async def account_events(
    service: ServiceDep,
    http: HttpDep,
    key: ReaderKey,
    last_event_id: LastEventId = None,
    follow: Follow = True,
) -> EventStream:
    """Tell the events of the key's account as they happen.

    Without `Last-Event-ID` from now on; with it, what followed that event first. `start` is the id before the first.
    """
    source = AccountEvents(http.events, key.account)
    if not await run_in_threadpool(source.seek, last_event_id):
        raise _unknown_event()
    return _stream(service, http.streams, key, source.pull, follow)


@router.get(
    "/cases/{case_id}/events",
    summary="Follow a case",
    response_class=Response,
    responses={**_STREAM, **documented(404)},
)
async def case_events(
    case_id: Annotated[str, Path(max_length=40, description="Id of the case, `cas_…`.")],
    service: ServiceDep,
    http: HttpDep,
    key: ReaderKey,
    last_event_id: LastEventId = None,
    follow: Follow = True,
) -> EventStream:
    """Tell the steps of a case that was accepted with 202 as they are done, and then its events.

    `case.progress`: redacted, understood, retrieved, decided, drafted, recorded. Once recorded, the case can be read.
    """
    source = CaseEvents(http, service.records.store, case_id, key.account)
    await run_in_threadpool(source.check)
    if not await run_in_threadpool(source.seek, last_event_id):
        raise _unknown_event()
    return _stream(service, http.streams, key, source.pull, follow)


def _stream(service: Service, streams: Streams, key: ApiKey, pull: Pull, follow: bool) -> EventStream:
    async def allowed() -> bool:
        return await run_in_threadpool(service.keys.get, key.id) is not None

    return EventStream(streams, pull, allowed, key_id=key.id, follow=follow)


def _unknown_event() -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, "event_id_invalid", CODES["event_id_invalid"])
