"""What the flags are called in Spanish, in notes and summaries for people."""

from collections.abc import Mapping

from policies.vocabulary import Flag

FLAG_NAMES: Mapping[Flag, str] = {
    Flag.EMERGENCY: "posible emergencia",
    Flag.SELF_HARM: "posible riesgo de autolesión",
    Flag.ADVERSE_EVENT: "posible reacción adversa",
    Flag.EXPERT_REVIEW: "lo revisa una persona experta",
    Flag.IN_PERSON_REFERRAL: "hay que verlo en persona",
    Flag.PERSONAL_DATA_PUBLIC: "datos personales en público",
    Flag.HEALTH_DATA: "datos de salud",
    Flag.MINOR: "menor de edad",
    Flag.PREGNANCY: "embarazo o lactancia",
    Flag.CRISIS_RISK: "riesgo de crisis",
    Flag.PROMPT_INJECTION: "intento de manipular el sistema",
}
