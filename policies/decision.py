"""Facts in, decision out: the types of the policy engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.vocabulary import Channel, Disposition, Flag, Priority, ReplyTier, Strategy, Visibility


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine may know. No customer text, no clock, and by default no influence (M54, X1).

    Codes of intents, emotions, relevance and signals are plain strings; the policy file declares the closed
    sets it uses, and wiring checks at start that they are those of the models.
    """

    channel: Channel
    visibility: Visibility
    language: str | None
    """None: a language the service does not answer in."""
    intents: tuple[str, ...]
    """Main one first."""
    emotion: str
    relevance: str
    signals: Mapping[str, float]
    """Signal code to score; only those over their threshold."""
    handling: Mapping[str, float]
    """Scores of the five ways that labelled messages of this kind were handled; sums to 1."""
    understanding_abstained: bool
    evidence_abstained: bool
    """No approved answer was close enough."""
    personal_entities: frozenset[str]
    """Entity types of personal data found in the message."""
    health_entities: frozenset[str]
    customer_turns: int
    """Turns by the customer, this one included."""
    agent_turns: int
    country: str = "ES"
    referral_topic: str | None = None
    tags: frozenset[str] = frozenset()
    tier: str | None = None
    """Contract tier of the customer (never followers or fame); used only where the setting X1 allows it."""
    serious_hint: bool = False
    """An adverse event that may be serious (GVP VI: death, life threat, hospital, disability…)."""
    top_answer_tags: frozenset[str] = frozenset()
    """Tags of the best approved answer, when there is one."""
    failed_steps: tuple[str, ...] = ()
    """Steps before this one that erred: the decision is then expert review (fail closed)."""


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """A flag, with the signal's score, the reason in Spanish and the rule that raised it."""

    code: Flag
    score: float
    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class SlaTargets:
    """Targets of the three clocks (X5). Minutes run around the clock unless the account's hours apply."""

    acknowledge_minutes: int
    answer_minutes: int
    resolve_working_days: int
    ignores_business_hours: bool = False


@dataclass(frozen=True, slots=True)
class Referral:
    """To whom a case is referred (M39, M40): by topic and policy, never by a probability of disease."""

    kind: str
    """emergency · helpline · poison_centre · in_person · expert"""
    professional: str
    reason: str
    contact: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What must happen to the message, and the written rules that say so."""

    disposition: Disposition
    flags: tuple[RaisedFlag, ...]
    priority: Priority
    queue: str
    strategy: Strategy
    reply_tier: ReplyTier
    audiences: tuple[Visibility, ...]
    """Drafts to write, in order; empty for no_reply."""
    sla: SlaTargets
    referral: Referral | None
    rules: tuple[str, ...]
    """Ids of ALL rules that fired, in policy order."""
    reasons: tuple[str, ...]
    """In Spanish, one for each rule that decided something, for people to read."""
    draft_constraints: frozenset[str]
    """What the draft must or must not do: names from the policy file (``no_channel_shift``, ``no_humour``…)."""
    policy: str
    """``name@version`` of the policy in force."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """The declared settings X1 to X6 in force."""

    def has(self, flag: Flag) -> bool:
        """Whether a flag was raised."""
        return any(raised.code == flag for raised in self.flags)
