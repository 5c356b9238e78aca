"""Check digits by name, for the registry. Each takes the matched text folded and says valid or not."""

import re
from collections.abc import Callable
from importlib import import_module

_LATIN_AMERICAN = (
    "mx.curp",
    "mx.rfc",
    "cl.rut",
    "ar.cuit",
    "br.cpf",
    "do.cedula",
    "ec.ci",
)
_URUGUAY = (2, 9, 8, 7, 6, 3, 4)
"""Weights of the check digit of the Uruguayan cédula (Dirección Nacional de Identificación Civil)."""


def _compact(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text).upper()


def _stdnum(module: str, value: str) -> bool:
    try:
        return bool(import_module(f"stdnum.{module}").is_valid(value))
    except ModuleNotFoundError:
        return False


def es_nif(text: str) -> bool:
    """Check the letter of a DNI (leading zeros may be missing, the letter may come first), or of a K, L or M tax
    number of a person."""
    value = _compact(text)
    if value[:1].isdigit():
        return _stdnum("es.dni", value.zfill(9))
    if value[1:].isdigit():
        return len(value) == 9 and _stdnum("es.dni", value[1:] + value[0])
    return value[:1] in {"K", "L", "M"} and _stdnum("es.nif", value)


def es_nie(text: str) -> bool:
    """Check the letter of a foreigner's number."""
    return _stdnum("es.nie", _compact(text))


def es_cif(text: str) -> bool:
    """Check the control character of a legal person's number."""
    return _stdnum("es.cif", _compact(text))


def es_ccc(text: str) -> bool:
    """Check the two control digits of a Spanish account of twenty digits."""
    return _stdnum("es.ccc", _compact(text))


def iban(text: str) -> bool:
    """Check an IBAN's control digits."""
    return _stdnum("iban", _compact(text))


def luhn(text: str) -> bool:
    """Check a card number of 13 to 19 digits."""
    value = _compact(text)
    return 13 <= len(value) <= 19 and _stdnum("luhn", value)


def es_nuss(text: str) -> bool:
    """Check a Spanish social security number: its last two digits are the rest by 97 (Orden TAS/2865/2003).

    Numbers under ten millions are joined to the province without their leading zero.
    """
    value = _compact(text)
    if not value.isdigit() or len(value) not in (11, 12):
        return False
    province, number, control = value[:2], int(value[2:-2]), int(value[-2:])
    base = int(f"{province}{number:07d}") if number < 10_000_000 else int(f"{province}{number}")
    return base % 97 == control


def latin_american(text: str) -> bool:
    """Whether any of the Latin American schemes with check digits accepts the value."""
    value = _compact(text)
    return uy_ci(value) or any(_stdnum(module, value) for module in _LATIN_AMERICAN)


def uy_ci(text: str) -> bool:
    """Check the last digit of a Uruguayan cédula of seven digits and a check digit."""
    value = _compact(text)
    if len(value) != 8 or not value.isdigit():
        return False
    weighed = sum(weight * int(digit) for weight, digit in zip(_URUGUAY, value, strict=False))
    return (weighed + int(value[-1])) % 10 == 0


VALIDATORS: dict[str, Callable[[str], bool]] = {
    function.__name__: function
    for function in (es_nif, es_nie, es_cif, es_ccc, iban, luhn, es_nuss, latin_american, uy_ci)
}
