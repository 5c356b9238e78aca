"""What the second checker says of a draft."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a draft breaks, and on which words."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a draft: its text and what it names as its source."""

    text: str
    source: str

    @property
    def quoted(self) -> bool:
        """Whether it is an approved answer, which has been approved as medical or legal text where it is one."""
        return self.source.startswith("answer:")


@dataclass(frozen=True, slots=True)
class Seen:
    """A draft and the case that it is for, in plain values."""

    text: str
    audience: str
    channel: str
    language: str
    """``und`` when the customer's is none of those answered in."""
    declared: tuple[int, int]
    """Length and limit that the draft says of itself."""
    sentences: tuple[Said, ...]
    disposition: str = "acknowledge"
    emotion: str = "neutral"
    flags: frozenset[str] = frozenset()
    evidence: frozenset[tuple[str, int]] = frozenset()
    safety_numbers: tuple[str, ...] = ()
    own_values: tuple[str, ...] = ()
    """Of this case: tracking code, the customer's placeholder, the product asked about."""
    customer: str = ""
    said_before: tuple[str, ...] = ()

    @property
    def endangered(self) -> bool:
        """Whether somebody may be in danger or harmed."""
        dangers = {"emergency", "self_harm", "adverse_event", "crisis_risk"}
        return self.disposition in ("urgent_referral", "refer_in_person") or bool(dangers & self.flags)

    @property
    def hurt(self) -> bool:
        """Whether somebody is in danger, harmed or not well."""
        return self.endangered or self.emotion in ("angry", "sad", "worried", "frustrated")
