"""Where streams take their events from: the store, and for a case in work the board of this process."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from api.event_stream import frame
from api.http_wiring import HttpParts
from cases.accepted import WorkState
from cases.canonical import Json
from cases.errors import CaseNotFoundError
from cases.event_reading import EventReader, PlacedEvent
from cases.progress import Step, StepTaken
from cases.store import CaseStore
from cases.stored import StoredCase

START = "start"
"""The id before the first event."""
_STEP = re.compile(r"step-([1-6])")


def _event(placed: PlacedEvent) -> bytes:
    data: dict[str, Json] = {
        "type": placed.type,
        "id": placed.id,
        "case_id": placed.case_id,
        "created_at": placed.created_at.isoformat(),
        "data": json.loads(placed.data),
    }
    return frame(placed.id, placed.type, data)


class AccountEvents:
    """The events of an account, in the order of commits."""

    def __init__(self, reader: EventReader, account: str) -> None:
        self._reader = reader
        self._account = account
        self._position = 0
        self._opened = False
        self._anchor = START

    def seek(self, last_event_id: str | None) -> bool:
        """Go to after an event, or to now; False for one that this account does not have."""
        if last_event_id is None:
            newest = self._reader.newest(account=self._account)
            if newest is not None:
                self._position, self._anchor = newest.position, newest.id
            return True
        if last_event_id != START:
            found = self._reader.position_of(last_event_id, account=self._account)
            if found is None:
                return False
            self._position = found
        self._anchor = last_event_id
        return True

    async def pull(self) -> Sequence[bytes]:
        """The next frames. The first names the place, so that a client that lost the line comes back to it."""
        if not self._opened:
            self._opened = True
            return [frame(self._anchor, "stream.open", {"type": "stream.open"})]
        found = await run_in_threadpool(self._reader.after, self._position, account=self._account)
        if found:
            self._position = found[-1].position
        return [_event(placed) for placed in found]


@dataclass(slots=True)
class _Place:
    step: int = 0
    position: int = 0


class CaseEvents:
    """The steps of one case, then its events."""

    def __init__(self, http: HttpParts, store: CaseStore, case_id: str, account: str) -> None:
        self._http = http
        self._store = store
        self._case_id = case_id
        """As promised; the case on record may be another, where its message was known."""
        self._account = account
        self._place = _Place()

    def check(self) -> None:
        """Raise CaseNotFoundError where this account has neither the case nor work on it."""
        work = self._http.work.store.of_case(self._case_id, account=self._account)
        if work is None and self._store.find_by_id(self._case_id, account=self._account) is None:
            raise CaseNotFoundError("no such case")

    def seek(self, last_event_id: str | None) -> bool:
        """Go to after a step or an event; False for one that this case does not have."""
        if last_event_id is None or last_event_id == START:
            return True
        step = _STEP.fullmatch(last_event_id)
        if step is not None:
            self._place.step = int(step[1])
            return True
        stored = self._recorded()
        if stored is None:
            return False
        found = self._http.events.position_of(last_event_id, account=self._account, case_id=stored.case.id)
        if found is None:
            return False
        self._place = _Place(Step.RECORDED.number, found)
        return True

    async def pull(self) -> Sequence[bytes]:
        """The next frames."""
        return await run_in_threadpool(self._next)

    def _next(self) -> list[bytes]:
        if self._place.step < Step.RECORDED.number:
            return self._steps()
        stored = self._recorded()
        if stored is None:  # the step was said to be done, by a client that cannot know
            return []
        found = self._http.events.after(self._place.position, account=self._account, case_id=stored.case.id)
        if found:
            self._place.position = found[-1].position
        return [_event(placed) for placed in found]

    def _steps(self) -> list[bytes]:
        """Steps not told yet: of work in progress from the board, of what is done from the store."""
        work = self._http.work.store.of_case(self._case_id, account=self._account)
        if work is not None and work.state is not WorkState.DONE:
            taken = self._http.board.steps(self._case_id)
        else:
            taken = (*(() if work is None else work.steps), *self._last_step())
        new = [one for one in taken if one.step.number > self._place.step]
        if new:
            self._place.step = new[-1].step.number
        return [self._frame(one) for one in new]

    def _last_step(self) -> Iterator[StepTaken]:
        stored = self._recorded()
        if stored is not None:
            detail: dict[str, Json] = {
                "case_id": stored.case.id,
                "disposition": stored.case.disposition.value,
                "status": stored.status.value,
            }
            yield StepTaken(Step.RECORDED, stored.recorded_at, detail)

    def _recorded(self) -> StoredCase | None:
        work = self._http.work.store.of_case(self._case_id, account=self._account)
        return self._store.find_by_id(self._case_id if work is None else work.case_id, account=self._account)

    def _frame(self, taken: StepTaken) -> bytes:
        data: dict[str, Json] = {
            "type": "case.progress",
            "case_id": self._case_id,
            "step": taken.step.value,
            "number": taken.step.number,
            "at": taken.at.isoformat(),
            "data": taken.detail,
        }
        return frame(f"step-{taken.step.number}", "case.progress", data)
