"""The form of a policy file, as compliance staff write it. Unknown keys are refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from policies.vocabulary import Disposition, Flag, Priority, ReplyTier, Strategy


class Strict(BaseModel):
    """Base of every model of a policy file: no unknown keys, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_tuple(value: object) -> object:
    """Let a single code stand for a list of one; YAML reads ``tags: sol`` as a string."""
    return (value,) if isinstance(value, str) else value


Codes = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Score = Annotated[float, Field(ge=0, le=1)]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,59}$")]
Practice = Annotated[str, Field(pattern=r"^[MX][1-9][0-9]?$")]
SettingName = Literal["x1_priority", "x2_hours", "x3_personal_data", "x4_pace", "x5_clocks", "x6_x_limit"]
ReferralKind = Literal["emergency", "helpline", "poison_centre", "in_person", "expert"]
NumberKind = Literal["emergency", "ambulance", "suicide_helpline", "poison_centre", "health_line"]


class Count(Strict):
    """Limits of a number of turns, both included."""

    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)


class ConditionModel(Strict):
    """A condition. All keys given must hold; a list holds when any of its codes does.

    A code may be the name of a group (``groups:`` of the same file), which stands for its members.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    main_intent: Codes | None = None
    intent: Codes | None = None
    """Any of the message's intents."""
    only_intents: Codes | None = None
    """The message has no intent besides these."""
    emotion: Codes | None = None
    relevance: Codes | None = None
    channel: Codes | None = None
    visibility: Codes | None = None
    language: Codes | None = None
    language_known: bool | None = None
    country: Codes | None = None
    signal: Codes | None = None
    signal_at_least: dict[str, Score] | None = None
    flag: Codes | None = None
    """Flags raised by the flag rules; not to be used in flag rules themselves."""
    handling_top: Codes | None = None
    """The handling with the highest score; a tie has none."""
    handling_at_least: dict[str, Score] | None = None
    handling_below: dict[str, Score] | None = None
    understanding_abstained: bool | None = None
    evidence_abstained: bool | None = None
    personal_data: bool | None = None
    """The message holds personal data of any type."""
    personal_entities: Codes | None = None
    health_data_found: bool | None = None
    health_entities: Codes | None = None
    customer_turns: Count | None = None
    agent_turns: Count | None = None
    tag: Codes | None = None
    top_answer_tag: Codes | None = None
    referral_topic: Codes | None = None
    serious_hint: bool | None = None
    tier: Codes | None = None
    setting: dict[SettingName, Codes] | None = None
    disposition: Codes | None = None
    """The disposition chosen; only in modifiers."""
    all: tuple["ConditionModel", ...] | None = None
    any: tuple["ConditionModel", ...] | None = None
    not_: "ConditionModel | None" = Field(default=None, alias="not")


class RuleModel(Strict):
    """What every rule says about itself."""

    id: RuleId
    """Descriptive, never reused for another meaning."""
    title: str = Field(min_length=1)
    practices: tuple[Practice, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    """Last day, included."""
    when: ConditionModel
    reason: str | None = Field(default=None, min_length=1)
    """In Spanish, for the person who reads the case; a modifier that always applies needs none."""

    @model_validator(mode="after")
    def _dates_in_order(self) -> "RuleModel":
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")
        return self


class FlagRuleModel(RuleModel):
    """Raises flags. All that match fire."""

    reason: str = Field(min_length=1)
    flags: tuple[Flag, ...] = Field(min_length=1)


class Handling(Strict):
    """What a disposition rule, the fallback and the failure rule decide."""

    disposition: Disposition
    flags: tuple[Flag, ...] = ()
    lift_flags: tuple[Flag, ...] = ()
    """Flags that this decision supersedes."""
    priority: Priority
    queue: str
    strategy: Strategy
    reply_tier: ReplyTier
    sla: str
    """Name of a profile under ``sla_profiles``."""
    private_followup: bool = False
    """A public message also gets a private draft."""
    referral: ReferralKind | None = None
    constraints: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _silence_owes_nothing(self) -> "Handling":
        if self.disposition is Disposition.NO_REPLY and (self.referral or self.constraints):
            raise ValueError("no_reply has no draft: it takes neither referral nor constraints")
        if self.disposition is Disposition.DRAFT and Flag.EXPERT_REVIEW in self.flags:
            raise ValueError("expert_review never goes with the disposition draft")
        return self


class DispositionRuleModel(RuleModel, Handling):
    """Decides. The first one that matches, in file order, wins."""

    reason: str = Field(min_length=1)
    even_on_failure: bool = False
    """May decide although an earlier step failed: only for what cannot wait."""


class OutcomeModel(Handling):
    """The failure rule and the fallback: they decide without a condition."""

    id: RuleId
    title: str = Field(min_length=1)
    practices: tuple[Practice, ...] = ()
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fails_closed(self) -> "OutcomeModel":
        if self.disposition is not Disposition.ACKNOWLEDGE or Flag.EXPERT_REVIEW not in self.flags:
            raise ValueError(
                "must be acknowledge with the flag expert_review: what is not decided goes to a person"
            )
        return self


class ModifierModel(RuleModel):
    """Changes details of the decision. All that match fire; the most urgent priority and clock win."""

    priority: Priority | None = None
    queue: str | None = None
    sla: str | None = None
    private_followup: bool = False
    constraints: tuple[str, ...] = ()
    lift_constraints: tuple[str, ...] = ()
    """Taken away at the end, whatever rule asked for them."""
    one_clock: bool = False
    """The first reply is the answer: one target stands for both (X5)."""

    @model_validator(mode="after")
    def _changes_something(self) -> "ModifierModel":
        changes = (self.priority, self.queue, self.sla, self.private_followup, self.constraints)
        if not any((*changes, self.lift_constraints, self.one_clock)):
            raise ValueError("changes nothing")
        return self


class SlaProfile(Strict):
    """Targets of the three clocks. A profile that leaves some out is a ceiling on the others (M2)."""

    acknowledge_minutes: int | None = Field(default=None, ge=1)
    answer_minutes: int | None = Field(default=None, ge=1)
    resolve_working_days: int | None = Field(default=None, ge=1)
    ignores_business_hours: bool = False
    note: str = Field(min_length=1)
    """Where the figures come from."""

    @property
    def complete(self) -> bool:
        """Whether it can be a rule's own profile, not only a ceiling."""
        return None not in (self.acknowledge_minutes, self.answer_minutes, self.resolve_working_days)


class Choice(Strict):
    """To whom, when the topic or a flag says so; the first that fits is taken."""

    topic: Codes | None = None
    flag: Codes | None = None
    professional: str


class ReferralModel(Strict):
    """One kind of referral: whom to, why, and the kind of safety number that goes with it."""

    reason: str
    number: NumberKind | None = None
    choose: tuple[Choice, ...] = ()
    otherwise: str


class Invariant(Strict):
    """What no rule of this file may ever do. Proved when the file is loaded."""

    id: RuleId
    title: str
    when: ConditionModel
    never: tuple[Disposition, ...] = Field(min_length=1)


class VocabularyModel(Strict):
    """The closed sets that conditions may name."""

    intents: tuple[str, ...]
    signals: tuple[str, ...]
    handling: tuple[str, ...]
    emotions: tuple[str, ...]
    relevance: tuple[str, ...]
    languages: tuple[str, ...]
    tags: dict[str, str] = Field(default_factory=dict)
    """Tag to what it means."""
    answer_tags: tuple[str, ...] = ()
    referral_topics: tuple[str, ...] = ()
    personal_entities: tuple[str, ...] = ()
    health_entities: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()


class PolicyModel(Strict):
    """A whole policy file."""

    policy: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    version: int = Field(ge=1)
    title: str
    vocabulary: VocabularyModel
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    queues: dict[str, str] = Field(min_length=1)
    """Queue to who works it. Order matters: when several rules name a queue, the first one listed wins."""
    constraints: dict[str, str]
    """Constraint on drafts to what it demands of them."""
    opposed_constraints: tuple[tuple[str, str], ...] = ()
    """Pairs that no draft can meet together: rules that may ask for both contradict each other."""
    sla_profiles: dict[str, SlaProfile]
    professionals: dict[str, dict[str, str]]
    """Professional to name by language; Spanish is compulsory."""
    referrals: dict[ReferralKind, ReferralModel]
    invariants: tuple[Invariant, ...] = ()
    flags: tuple[FlagRuleModel, ...]
    dispositions: tuple[DispositionRuleModel, ...] = Field(min_length=1)
    modifiers: tuple[ModifierModel, ...] = ()
    on_failure: OutcomeModel
    """Decides when an earlier step failed and no rule marked ``even_on_failure`` matched."""
    fallback: OutcomeModel
    """Decides when no disposition rule matched."""
