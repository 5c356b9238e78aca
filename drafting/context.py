"""What the verifier knows about the case that a draft is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drafting.situation import Labels
from knowledge_base.evidence import Evidence
from policies.account import Account
from policies.vocabulary import Channel, Visibility

FindPersonalData = Callable[[str], list[str]]
"""Strings of a text that are personal or health data of someone (the redactor, wrapped)."""


@dataclass(frozen=True, slots=True)
class Context:
    """Facts of one case and audience, against which a draft is verified."""

    language: str | None
    """None: no language of ours, only the two-language holding reply is allowed."""
    channel: Channel
    audience: Visibility
    labels: Labels
    limit: int
    max_sentences: int
    account: Account
    values: Mapping[str, str] = field(default_factory=dict)
    """Slot values known for this case."""
    evidence: tuple[Evidence, ...] = ()
    agent_texts: tuple[str, ...] = ()
    customer_text: str = ""
    """Redacted; a product the customer named may be named back."""
    safety_numbers: tuple[str, ...] = ()
    customer_name: str | None = None
    """As in the request: the one name that a private draft may say."""
    find_personal_data: FindPersonalData | None = None
    reworded: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Text and source of sentences that were found to say what their source says, and the source's own text."""

    def has(self, *labels: str) -> bool:
        """Whether one of the labels holds."""
        return not self.labels.isdisjoint(labels)
