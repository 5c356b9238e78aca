"""The server process: uvicorn, and a stop that waits for requests but not for streams of events."""

import socket
from collections.abc import Callable

import uvicorn

STOP_SECONDS = 30
"""For the requests in work at a stop, before they are cut off."""


class Server(uvicorn.Server):
    """Ends the streams of events before it waits for the requests: a stream has no end of its own."""

    def __init__(self, config: uvicorn.Config, before_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_stop = before_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self._before_stop()
        await super().shutdown(sockets)
