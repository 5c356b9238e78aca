"""The client: ``Borrador(base_url, key)`` has a method for each operation of the API.

>>> with Borrador("http://127.0.0.1:8000", key) as borrador:
...     case = borrador.create_case(Message(text="¿Cada cuánto hay que volver a ponerse el protector solar?"))
"""

import time
from collections.abc import Callable, Iterator

from borrador_client.errors import ClientError
from borrador_client.models import (
    CaseOnRecord,
    CaseStatus,
    Disposition,
    Message,
    Priority,
    Work,
    WorkState,
)
from borrador_client.operations import Operations


class NotDoneInTimeError(ClientError):
    """Accepted work was not done within the time given; it goes on, and can be asked for later."""


class Borrador(Operations):
    """The API, with what takes more than one request: all pages of a list, and waiting for accepted work."""

    def cases(
        self,
        *,
        disposition: Disposition | None = None,
        priority: Priority | None = None,
        queue: str | None = None,
        status: CaseStatus | None = None,
        page_size: int = 50,
    ) -> Iterator[CaseOnRecord]:
        """All cases that fit, newest first, fetched page by page as they are taken."""
        cursor: str | None = None
        while True:
            page = self.list_cases(
                limit=page_size,
                cursor=cursor,
                disposition=disposition,
                priority=priority,
                queue=queue,
                status=status,
            )
            yield from page.data
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    def accept_case(self, message: Message, *, idempotency_key: str | None = None) -> Work:
        """Have a message accepted, to be worked soon: 202 at once.

        Raises:
            ClientError: the service answered with the case itself.
        """
        accepted = self.create_case(message, prefer="respond-async", idempotency_key=idempotency_key)
        if not isinstance(accepted, Work):
            raise ClientError("the service did not honour respond-async")
        return accepted

    def wait_for(
        self,
        work: Work,
        *,
        timeout_s: float = 60.0,
        every_s: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> CaseOnRecord:
        """The case of accepted work, asked for until it is recorded.

        Raises:
            NotDoneInTimeError: it was not, so far.
        """
        waited = 0.0
        while (found := self.get_work(work.id)).status is not WorkState.DONE:
            if waited >= timeout_s:
                raise NotDoneInTimeError(f"{work.id} is not done after {timeout_s:g} s")
            sleep(every_s)
            waited += every_s
        return self.get_case(found.case_id)
