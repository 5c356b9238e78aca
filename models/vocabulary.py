"""Closed sets of what a message can be. Adding a code is a decision, written in CHANGELOG.md."""

from enum import StrEnum


class Language(StrEnum):
    """Languages that Borrador answers in. Any other gets a holding reply and a flag."""

    ES = "es"
    CA = "ca"
    GL = "gl"
    EU = "eu"
    PT = "pt"
    EN = "en"


class Intent(StrEnum):
    """What the customer wants. Several may hold; the main one comes first."""

    PRODUCT_INFORMATION = "product_information"
    PRODUCT_RECOMMENDATION = "product_recommendation"
    ORDER_OR_DELIVERY = "order_or_delivery"
    BILLING_OR_REFUND = "billing_or_refund"
    OPENING_HOURS_OR_CONTACT = "opening_hours_or_contact"
    ACCOUNT_OR_APP = "account_or_app"
    COMPLAINT = "complaint"
    PRODUCT_QUALITY = "product_quality"
    ADVERSE_EVENT = "adverse_event"
    MEDICAL_ADVICE = "medical_advice"
    PRAISE = "praise"
    SUGGESTION = "suggestion"
    DATA_RIGHTS = "data_rights"
    PRESS_OR_LEGAL = "press_or_legal"
    JOB_OR_COMMERCIAL = "job_or_commercial"
    OFF_TOPIC = "off_topic"
    ABUSE = "abuse"


class SignalCode(StrEnum):
    """What a message shows that policy may turn into a flag of the same code."""

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


class Handling(StrEnum):
    """What the labelled messages of this kind were given (GUIDE: disposition). A score for policy, no decision."""

    DRAFT = "draft"
    ACKNOWLEDGE = "acknowledge"
    REFER_IN_PERSON = "refer_in_person"
    URGENT_REFERRAL = "urgent_referral"
    NO_REPLY = "no_reply"


class Emotion(StrEnum):
    """The customer's tone, from the text alone."""

    NEUTRAL = "neutral"
    SATISFIED = "satisfied"
    WORRIED = "worried"
    SAD = "sad"
    FRUSTRATED = "frustrated"
    ANGRY = "angry"


class Relevance(StrEnum):
    """Whether somebody should answer, watch, or leave it (M55, M56)."""

    ANSWER = "answer"
    MONITOR = "monitor"
    IGNORE = "ignore"
