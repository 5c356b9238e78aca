"""Why a language model's draft was not used. The codes are stable: a case shows them."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why the composed draft stands."""

    NOT_FOR_THIS_CASE = "llm_not_for_this_case"
    """Policy keeps models away from this disposition, flag or language."""
    CIRCUIT_OPEN = "llm_circuit_open"
    """The server failed several times in a row and is left alone for a while."""
    BUSY = "llm_busy"
    """As many calls are under way as policy allows."""
    TIMEOUT = "llm_timeout"
    UNREACHABLE = "llm_unreachable"
    HTTP_ERROR = "llm_http_error"
    OUTPUT_TOO_LONG = "llm_output_too_long"
    OUTPUT_INVALID = "llm_output_invalid"
    """Not the JSON that was asked for."""
    UNKNOWN_SOURCE = "llm_unknown_source"
    """A sentence names a source that it was not given."""
    NOT_GROUNDED = "llm_not_grounded"
    """A sentence says something else than its source; the check that found it follows a colon."""
    INCOMPLETE = "llm_incomplete"
    """Something that the composed draft says was left out."""
    VERIFICATION_FAILED = "llm_verification_failed"
    """The verifier refused the draft; the rule follows a colon."""
    INTERNAL_ERROR = "llm_internal_error"


SERVER_FAULTS = frozenset(
    {
        Refusal.TIMEOUT, Refusal.UNREACHABLE, Refusal.HTTP_ERROR, Refusal.OUTPUT_TOO_LONG,
        Refusal.OUTPUT_INVALID, Refusal.INTERNAL_ERROR,
    }
)  # fmt: skip
"""Faults of the server rather than of what it wrote: these open the circuit."""


class LanguageModelError(Exception):
    """A language model that cannot be used now. Its text holds codes only, never a word that was sent or received."""

    def __init__(self, refusal: Refusal, detail: str | None = None, *, retry: bool = False) -> None:
        super().__init__(refusal.value if detail is None else f"{refusal.value}:{detail}")
        self.refusal = refusal
        self.retry = retry
        """Whether the same call may go well a moment later."""

    @property
    def reason(self) -> str:
        """The code, with the check or rule that failed after a colon."""
        return str(self)
