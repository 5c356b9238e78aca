"""What a language model is to the drafter, whatever serves it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from drafting.llm_prompt import Turn

Schema = Mapping[str, Any]


class Call(Protocol):
    """One call under way."""

    def text(self) -> str:
        """What the model writes, whole.

        Raises:
            LanguageModelError: it failed, or wrote more than allowed.
        """
        ...

    def abort(self) -> None:
        """End it from another thread: nobody waits for it any more."""
        ...


class LanguageModel(Protocol):
    """A model that continues a conversation."""

    @property
    def name(self) -> str:
        """What drafts are signed with, after ``llm:``."""
        ...

    def call(self, turns: Sequence[Turn], schema: Schema, seconds: float) -> Call:
        """Prepare a call that should be over within ``seconds``; ``text`` makes it."""
        ...


Clock = Callable[[], float]
