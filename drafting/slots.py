"""Slots: the typed places of a phrase, filled from a known value or else ruling the phrase out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drafting.files import load_yaml, validated
from drafting.request import ComposeRequest
from drafting.topics import fold, fold_name
from policies.vocabulary import Visibility

SLOT = re.compile(r"\{(\w+)\}")
# From the account (policies/accounts/*.yaml): terms, links and contacts of the company.
ACCOUNT_SLOTS = frozenset(
    {
        "plazo_respuesta", "plazo_urgente", "plazo_legal", "plazo_derechos", "plazo_reembolso",
        "plazo_devolucion", "enlace_seguro", "canal_seguro", "contacto_farmacovigilancia",
        "portal_notificacion", "telefono_atencion", "coste_llamada", "horario_atencion",
        "telefono_citas", "enlace_privacidad", "contacto_dpd", "enlace_catalogo", "enlace_prospecto",
        "enlace_sucursales", "enlace_empleo", "enlace_info", "enlace_contacto", "enlace_cuenta",
        "enlace_pedidos", "enlace_proveedores", "contacto_prensa", "contacto_comercial",
        "contacto_empleo", "correo_colaboraciones", "correo_juridico", "correo_empleo", "firma",
    }
)  # fmt: skip
# Those that say where something is done or asked: the most useful thing that a next step can name.
PLACES = frozenset(
    {
        "contacto_prensa", "contacto_comercial", "contacto_empleo", "correo_colaboraciones", "correo_juridico",
        "correo_empleo", "enlace_prospecto", "enlace_sucursales", "enlace_empleo", "enlace_proveedores",
        "enlace_privacidad", "contacto_dpd", "telefono_citas", "portal_notificacion",
    }
)  # fmt: skip
# What a draft names once at most.
NAMED_ONCE = PLACES | {"enlace_seguro", "canal_seguro", "enlace_catalogo", "enlace_pedidos", "enlace_cuenta"}
# From the case in hand.
CASE_SLOTS = frozenset({"codigo_seguimiento", "producto", "nombre"})
# From the queue, by departments.yaml.
QUEUE_SLOTS = frozenset({"departamento"})
# From the safety numbers of the customer's country.
SAFETY_SLOTS = frozenset({"numero_emergencias", "linea_ayuda", "telefono_toxicologia", "linea_salud"})
PRIVATE_SLOTS = frozenset({"codigo_seguimiento", "nombre"})


@cache
def known_slots() -> frozenset[str]:
    """Every slot that a phrase may name."""
    return ACCOUNT_SLOTS | CASE_SLOTS | QUEUE_SLOTS | SAFETY_SLOTS


class _DepartmentFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    default: str
    queues: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Departments:
    """How a queue is called before a customer, by language; the default serves unknown queues."""

    queues: Mapping[str, Mapping[str, str]]
    default: str

    @classmethod
    def load(cls, path: Path) -> "Departments":
        """Load the names of departments."""
        file = validated(_DepartmentFile, load_yaml(path), path)
        return cls(file.queues, file.default)

    def name(self, queue: str, language: str) -> str | None:
        """Name of the department behind a queue."""
        names = self.queues.get(queue) or self.queues.get(self.default, {})
        return names.get(language)


def slot_values(
    request: ComposeRequest, language: str, audience: Visibility, departments: Departments
) -> dict[str, str]:
    """Value of every slot that is known for this case and audience."""
    slots = request.account.slots
    values = {name: slots[name][language] for name in ACCOUNT_SLOTS if slots.get(name, {}).get(language)}
    values |= _safety_values(request.safety_numbers)
    department = departments.name(request.decision.queue, language)
    if department:
        values["departamento"] = department
    product = request.product or product_named(request.text.value, request.account.products)
    if product:
        values["producto"] = product
    if request.account.signature:
        values.setdefault("firma", request.account.signature)
    if audience == Visibility.PRIVATE:
        if request.tracking_code:
            values["codigo_seguimiento"] = request.tracking_code
        if request.customer_name:
            values["nombre"] = request.customer_name
    return values


def _safety_values(numbers: Mapping[str, str]) -> dict[str, str]:
    """The numbers there are. A helpline that only repeats the emergency number is none: phrases that call it
    free, confidential or toxicology's would be untrue."""
    values = {name: value for name, value in numbers.items() if name in SAFETY_SLOTS and value}
    emergency = values.get("numero_emergencias")
    return {
        name: value for name, value in values.items() if name == "numero_emergencias" or value != emergency
    }


def product_named(text: str, products: tuple[str, ...]) -> str | None:
    """The one product that a text names, as the company spells it; None for none or several."""
    folded = fold(text)
    named = {name for name in products if fold_name(name) in folded and whole_name(name, folded)}
    longest = {
        name
        for name in named
        if not any(name != other and fold_name(name) in fold_name(other) for other in named)
    }
    return longest.pop() if len(longest) == 1 else None


def whole_name(name: str, folded: str) -> bool:
    """Whether a name stands as whole words in a folded text."""
    return re.search(rf"(?<!\w){re.escape(fold_name(name))}(?!\w)", folded) is not None


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """The phrase with its slots filled, or None when a value is missing."""
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        found = values.get(match.group(1))
        missing = missing or not found
        return found or ""

    filled = SLOT.sub(value, text)
    return None if missing else filled
