"""What the composer, the verifier and the drafter are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge_base.evidence import Retrieval, Vectors
from models.text import RedactedText
from models.understanding.types import Understanding
from policies.account import Account
from policies.decision import Decision
from policies.vocabulary import Channel, Visibility

LANGUAGES = ("es", "ca", "gl", "eu", "pt", "en")


@dataclass(frozen=True, slots=True)
class ComposeRequest:
    """Everything a draft may be made of. Customer text comes redacted only."""

    text: RedactedText
    understanding: Understanding
    decision: Decision
    retrieval: Retrieval
    account: Account
    channel: Channel
    seed: str
    """Id of the message: varies the wording from customer to customer, always the same for one message."""
    safety_numbers: Mapping[str, str] = field(default_factory=dict)
    """``numero_emergencias``, ``linea_ayuda`` and the other safety slots of the customer's country (data)."""
    tracking_code: str | None = None
    agent_texts: tuple[str, ...] = ()
    """What was already sent in this thread: no sentence of it is sent twice."""
    customer_name: str | None = None
    """The customer's own first name, from the vault: given only when a private draft is shown with it (``naming``),
    never when drafts are made that are stored."""
    product: str | None = None
    """Product the message is about, when the caller knows it; else found by the account's product names."""
    vector: Vectors | None = None
    """The message's unit vector, when there is one."""
    customer_turns: int = 1
    complaint_stage: str | None = None
    """Where the thread's complaint stands (``opened``, ``overdue``…); None where there is none."""

    @property
    def language(self) -> str | None:
        """Language to answer in; None when Borrador does not answer in the customer's."""
        code = self.understanding.language
        return str(code) if code is not None else None

    def audiences(self) -> tuple[Visibility, ...]:
        """Audiences to write for, in order."""
        return self.decision.audiences
