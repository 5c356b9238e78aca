"""Before the first request: the engines read the longest that they ever read at once, as many at once as they may.

Their memory grows with the longest text they have met. Met at the start, it does not grow for half an hour under the
first customers, and an operator sees at once what the service takes; the first answer is as fast as the next.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog

from cases.message import Message, Turn
from cases.pipeline import Pipeline
from policies.vocabulary import Channel

log = structlog.get_logger(__name__)

LONG = 1_000
"""Code points: all that the encoder reads of a message, and more than a window of the token model."""
_SENTENCE = "Hola, llevo dos semanas esperando el pedido y la crema que compré me escuece, y nadie contesta al móvil. "
_TURN = "Ya les escribí el lunes por lo mismo y todavía no sé nada de mi pedido ni de la crema. "


def warm_up(pipeline: Pipeline, *, at_once: int) -> None:
    """Draft replies to invented messages; nothing is recorded, and what fails is told in the log alone."""
    text, turn = (_SENTENCE * LONG)[:LONG], Turn(role="customer", text=(_TURN * LONG)[:LONG])
    message = Message(text=text, channel=Channel.EMAIL, thread=(turn,))

    def draft(_: int) -> None:
        pipeline.run(message, received_at=datetime.now(UTC))

    try:
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(draft, range(at_once)))
    except Exception as error:  # a start that fails here would fail on the first message; that one says why
        log.warning("warm_up.failed", error_type=type(error).__name__)
