"""Rules and what they lacked, in Spanish, for a person who reads the policy file beside them."""

from collections.abc import Iterable, Mapping
from math import inf

from policies.conditions import AllOf, AnyOf, Avoids, Condition, Meets, NoneOf, OneOf, Within
from policies.view import FALSE, NONE, TRUE, View

_NAMES: Mapping[str, str] = {
    "main_intent": "la intención principal",
    "emotion": "la emoción",
    "relevance": "la relevancia",
    "channel": "el canal",
    "visibility": "la visibilidad",
    "language": "la lengua",
    "country": "el país",
    "referral_topic": "el tema que hay que ver en persona",
    "tier": "el contrato del cliente",
    "disposition": "lo decidido",
    "handling_top": "lo que más se hizo con mensajes parecidos",
    "understanding_abstained": "que no se haya entendido",
    "evidence_abstained": "que falte una respuesta aprobada",
    "personal_data": "que haya datos personales",
    "health_data_found": "que haya datos de salud",
    "serious_hint": "que pueda ser grave",
    "intents": "las intenciones",
    "signals": "las señales",
    "flags": "los avisos",
    "tags": "las marcas",
    "top_answer_tags": "las marcas de la mejor respuesta",
    "personal_entities": "los datos personales hallados",
    "health_entities": "los datos de salud hallados",
    "customer_turns": "el número de mensajes del cliente",
    "agent_turns": "el número de respuestas nuestras",
}
"""What conditions ask for, as a person calls it."""


MOST_LISTED = 6
"""Codes of a list that are named one by one."""


def named(name: str) -> str:
    """What a condition asks for, as a person calls it."""
    head, _, code = name.partition(".")
    if head == "handling":
        return f"el parecido con lo que acabó en «{code}»"
    if head == "signal":
        return f"la puntuación de la señal «{code}»"
    if head == "setting":
        return f"el ajuste {code}"
    return _NAMES.get(name, name)


def said(condition: Condition) -> str:
    """What a condition asks for: "la emoción es «angry»; las intenciones incluyen «complaint»"."""
    match condition:
        case OneOf(name, allowed) if allowed <= {TRUE, FALSE}:
            return f"se da {named(name)}" if TRUE in allowed else f"no se da {named(name)}"
        case OneOf(name, allowed):
            return f"{named(name)} es {listed(allowed)}"
        case NoneOf(name, excluded):
            return f"{named(name)} no es {listed(excluded)}"
        case Meets(name, members):
            return f"{named(name)} incluyen {listed(members)}"
        case Avoids(name, members):
            return f"{named(name)} no incluyen {listed(members)}"
        case Within():
            return f"{named(condition.name)} es {_range(condition)}"
        case AllOf(parts):
            return "; ".join(said(part) for part in parts) or "siempre"
        case AnyOf((part,)):
            return said(part)
        case AnyOf(parts):
            return "una de estas: " + " | ".join(said(part) for part in parts)


def missed(condition: Condition, view: View) -> str:
    """Why a condition does not hold: "la relevancia es «ignore» y se pide «monitor»"."""
    match condition:
        case OneOf(name, allowed) if allowed <= {TRUE, FALSE}:
            return (
                f"no se da {named(name)}"
                if TRUE in allowed
                else f"se da {named(name)}, y la regla lo excluye"
            )
        case OneOf(name, allowed):
            return f"{named(name)} es {_shown(view.value(name))} y se pide {listed(allowed)}"
        case NoneOf(name):
            return f"{named(name)} es {_shown(view.value(name))}, que la regla excluye"
        case Meets(name, members):
            return f"{named(name)} no incluyen {listed(members)}"
        case Avoids(name, members):
            return f"{named(name)} incluyen {listed(members & view.members(name))}, que la regla excluye"
        case Within():
            return (
                f"{named(condition.name)} es {view.number(condition.name):.2g} y se pide {_range(condition)}"
            )
        case AllOf(parts):
            return "; ".join(missed(part, view) for part in parts if not part.holds(view))
        case AnyOf((part,)):
            return missed(part, view)
        case AnyOf(parts):
            return "no se cumple ninguna de estas: " + " | ".join(missed(part, view) for part in parts)


def listed(codes: Iterable[str]) -> str:
    """Codes as the policy file writes them, one or another."""
    shown = [_shown(code) for code in sorted(codes)]
    if len(shown) > MOST_LISTED + 1:
        shown = [*shown[:MOST_LISTED], f"{len(shown) - MOST_LISTED} más"]
    return " o ".join(shown)


def _shown(code: str) -> str:
    return "ninguno" if code == NONE else f"«{code}»"


def _range(within: Within) -> str:
    if within.high == inf:
        return f"desde {within.low:g}"
    if within.low == -inf:
        return f"menos de {within.high:g}"
    return f"desde {within.low:g} y menos de {within.high:g}"
