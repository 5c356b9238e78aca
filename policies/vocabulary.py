"""Closed sets of what can be decided. Adding a code is a decision, written in CHANGELOG.md."""

from enum import IntEnum, StrEnum


class Channel(StrEnum):
    """Where the message came from and the reply goes (M12)."""

    X = "x"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WEB = "web"


class Visibility(StrEnum):
    """Who can read the message, or a draft (its audience)."""

    PUBLIC = "public"
    PRIVATE = "private"


class Flag(StrEnum):
    """What a person must know before acting on the case."""

    EMERGENCY = "emergency"
    SELF_HARM = "self_harm"
    ADVERSE_EVENT = "adverse_event"
    EXPERT_REVIEW = "expert_review"
    IN_PERSON_REFERRAL = "in_person_referral"
    PERSONAL_DATA_PUBLIC = "personal_data_public"
    HEALTH_DATA = "health_data"
    MINOR = "minor"
    PREGNANCY = "pregnancy"
    CRISIS_RISK = "crisis_risk"
    PROMPT_INJECTION = "prompt_injection"


class Disposition(StrEnum):
    """What happens to the case; exactly one."""

    DRAFT = "draft"
    ACKNOWLEDGE = "acknowledge"
    REFER_IN_PERSON = "refer_in_person"
    URGENT_REFERRAL = "urgent_referral"
    NO_REPLY = "no_reply"


class Priority(StrEnum):
    """p1 is now."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class ReplyTier(IntEnum):
    """How much of an answer is owed (M57): 0 none, 1 thanks, 2 standard, 3 consulted, 4 expert or urgent."""

    NONE = 0
    THANKS = 1
    STANDARD = 2
    CONSULTED = 3
    EXPERT = 4


class Strategy(StrEnum):
    """When to answer (M6, M7)."""

    ANSWER_NOW = "answer_now"
    ACKNOWLEDGE_AND_CONSULT = "acknowledge_and_consult"
    HOLD_AND_MONITOR = "hold_and_monitor"
    DO_NOT_ANSWER = "do_not_answer"
