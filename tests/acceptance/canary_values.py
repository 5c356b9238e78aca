"""Planted values of invented people: each unique, each in a sentence that says what it is."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

MARK = "quetz"
"""Every planted word holds it, so that one pattern finds them all; it stands in no other text."""
_SYLLABLES = [consonant + vowel for consonant in "bdfglmnprstv" for vowel in "aeiou"]
_NAMES = ("Lucía", "Marcos", "Carmen", "Javier", "Rosario", "Andrés", "Beatriz", "Gonzalo")
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


@dataclass(frozen=True, slots=True)
class Canary:
    """A value as written, the sentence that carries it, and what of it may be found nowhere (folded)."""

    kind: str
    value: str
    sentence: str
    needle: str


def word(number: int) -> str:
    """A word of its own for each number."""
    base = len(_SYLLABLES)
    return MARK + "".join(_SYLLABLES[number // base**place % base] for place in range(3))


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def _iban(account: str) -> str:
    return f"ES{98 - int(account + '142800') % 97:02d}{account}"


def _rut(body: str) -> str:
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body)))
    check = "0123456789K0"[11 - total % 11]
    return f"{body[:2]}.{body[2:5]}.{body[5:]}-{check}"


def _grouped(digits: str, *sizes: int) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(digits[start : start + size])
        start += size
    return " ".join(parts)


def _person(n: int) -> tuple[str, str]:
    value = f"{_NAMES[n % len(_NAMES)]} {word(n).title()}"
    cues = ("Soy {}.", "Me llamo {}.", "El pedido va a nombre de {}.", "Mi hija se llama {}.")
    return value, cues[n % len(cues)].format(value)


def _phone(n: int) -> tuple[str, str]:
    digits = f"6{71_000_000 + 7 * n:08d}"
    value = (digits, _grouped(digits, 3, 3, 3), "+34 " + _grouped(digits, 3, 2, 2, 2))[n % 3]
    return value, f"Mi móvil es el {value}."


def _dni(n: int) -> str:
    number = 72_000_000 + 11 * n
    return f"{number}{_DNI[number % 23]}"


def _nie(n: int) -> str:
    number = 7_100_000 + 13 * n
    return f"X{number}{_DNI[number % 23]}"


def _address(n: int) -> tuple[str, str]:
    value = f"calle {word(n).title()} {n % 90 + 1}, 3º B, 28013 Madrid"
    return value, f"Vivo en la {value}."


def _curp(n: int) -> str:
    letters = "BCDFGHJKLMNPQRSTVWXYZ"
    tail = "".join(letters[n // 21**place % 21] for place in range(3))
    return f"QEUZ{n % 30 + 65:02d}0{n % 9 + 1}1{n % 9}HDF{tail}0{n % 10}"


_Maker = Callable[[int], tuple[str, str]]


def _said(template: str, value: Callable[[int], str]) -> _Maker:
    def make(n: int) -> tuple[str, str]:
        written = value(n)
        return written, template.format(written)

    return make


def _encoded(n: int) -> str:
    return base64.b64encode(f"dni: {_dni(n)} gracias".encode()).decode()


KINDS: dict[str, _Maker] = {
    "person": _person,
    "email": _said("Mi correo es {}.", lambda n: f"{word(n)}@buzon.example"),
    "email_spelled": _said("Escribidme a {}.", lambda n: f"{word(n)} arroba buzon punto example"),
    "phone": _phone,
    "dni": _said("Mi DNI es {}.", _dni),
    "nie": _said("Mi NIE es el {}.", _nie),
    "iban": _said("Mi IBAN es {}.", lambda n: _iban(f"21000418{n % 90 + 10}{7_200_000_000 + 17 * n}")),
    "card": _said("Pagué con la tarjeta {}.", lambda n: _grouped(_luhn(f"453{700_000_000_000 + 19 * n}"), 4, 4, 4, 4)),
    "curp": _said("Mi CURP es {}.", _curp),
    "rut": _said("Mi RUT es {}.", lambda n: _rut(f"{81_000_000 + 7 * n}")),
    "address": _address,
    "order": _said("El pedido {} no ha llegado.", lambda n: f"FV-{700_000_000 + 3 * n}"),
    "handle": _said("Mi usuario de instagram es {}.", lambda n: f"@{word(n)}_87"),
    "health_card": _said("Mi tarjeta sanitaria es la {}.", lambda n: f"AN{7_300_000_000 + 7 * n}"),
    "social_security": _said(
        "Mi número de la seguridad social es 28/{}/40.", lambda n: f"{83_000_000 + 3 * n}"
    ),
    "medical_record": _said("Mi historia clínica es la {}.", lambda n: f"{94_000_000 + 3 * n}"),
    "passport": _said("Mi pasaporte es {}.", lambda n: f"PAB{700_000 + n}"),
    "password": _said("Mi contraseña es {}", lambda n: f"{word(n)}7!"),
    "medication": _said("Tomo {} cada noche.", lambda n: f"{word(n)}prazol"),
    "base64": _said("Lo tengo apuntado así: {}.", _encoded),
}  # fmt: skip


def _needle(kind: str, number: int, value: str) -> str:
    if kind == "base64":
        return _dni(number).lower()
    lowered = value.lower()
    if MARK in lowered:
        start = lowered.index(MARK)
        return lowered[start : start + len(word(0))]
    if kind in {"phone", "card", "rut", "order"}:
        digits = "".join(char for char in value if char.isdigit())
        return digits[:8] if kind == "rut" else digits.removeprefix("34")
    return lowered


def plant(count: int) -> list[Canary]:
    """Return so many canaries, the kinds in turn; no needle comes twice."""
    made = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        value, sentence = KINDS[kind](number)
        made.append(Canary(kind, value, sentence, _needle(kind, number, value)))
    assert len({canary.needle for canary in made}) == count
    return made
