"""Waits for a call to a model no longer than allowed, whatever the call does."""

import threading
from queue import Empty, SimpleQueue

from drafting.llm_errors import LanguageModelError, Refusal
from drafting.llm_model import Call


def text_within(seconds: float, call: Call, slots: threading.Semaphore) -> str:
    """The call's text. It runs in a thread of its own, so that a server which drips bytes cannot hold the case.

    Args:
        slots: a place among the calls at once; given back when the thread has ended, not when the wait has.

    Raises:
        LanguageModelError: the call's own, no slot free, or the time over.
    """
    if seconds <= 0:
        raise LanguageModelError(Refusal.TIMEOUT)
    if not slots.acquire(blocking=False):
        raise LanguageModelError(Refusal.BUSY)
    results: SimpleQueue[str | LanguageModelError] = SimpleQueue()

    def work() -> None:
        try:
            results.put(call.text())
        except LanguageModelError as error:
            results.put(error)
        except Exception:  # its text may quote what was sent
            results.put(LanguageModelError(Refusal.INTERNAL_ERROR))
        finally:
            slots.release()

    threading.Thread(target=work, name="language-model", daemon=True).start()
    try:
        result = results.get(timeout=seconds)
    except Empty:
        call.abort()
        raise LanguageModelError(Refusal.TIMEOUT) from None
    if isinstance(result, LanguageModelError):
        raise result
    return result
