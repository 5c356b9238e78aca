"""Emergency numbers and helplines by country, as dated data; only verified ones reach a draft."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field, model_validator

from policies.files import read_bytes, validated, yaml_of
from policies.schema import NumberKind, Strict

SLOTS: Mapping[str, NumberKind] = {
    "numero_emergencias": "emergency",
    "telefono_ambulancias": "ambulance",
    "linea_ayuda": "suicide_helpline",
    "telefono_toxicologia": "poison_centre",
    "linea_salud": "health_line",
}
"""Slots of the sentence bank that carry a safety number."""

NO_FALLBACK: frozenset[NumberKind] = frozenset({"health_line"})
"""A line for advice is no emergency line: without it the sentence is ruled out, not redirected."""


class SafetyNumber(Strict):
    """One number."""

    number: str = Field(pattern=r"^[0-9*][0-9 *]{1,19}( opción [0-9])?$")
    name: str = Field(min_length=1)
    verified: bool
    """Someone has checked it against the source below. Otherwise it never reaches a draft."""
    source: str = Field(pattern=r"^\[[SK]\] \S")
    """[S] and where it was read, or [K]: general knowledge, not read anywhere."""
    checked_on: date | None = None
    coverage: str = "nacional"
    hours: str = "24 horas"
    note: str = ""

    @property
    def sourced(self) -> bool:
        """Whether the number was read in a source."""
        return self.source.startswith("[S]")

    @model_validator(mode="after")
    def _sourced_is_dated(self) -> "SafetyNumber":
        if self.sourced and self.verified and self.checked_on is None:
            raise ValueError("a verified number with a source needs checked_on")
        return self


class Country(Strict):
    """The numbers of one country."""

    name: str
    numbers: dict[NumberKind, SafetyNumber]

    @model_validator(mode="after")
    def _has_an_emergency_number(self) -> "Country":
        emergency = self.numbers.get("emergency")
        if emergency is None or not emergency.verified:
            raise ValueError("a country needs a verified emergency number: the others fall back to it")
        for kind, entry in self.numbers.items():
            if entry.verified and not entry.sourced and kind != "emergency":
                raise ValueError(f"{kind}: general knowledge [K] is not enough for verified: true")
        return self


class SafetyNumbersModel(Strict):
    """The file."""

    version: int = Field(ge=1)
    title: str
    countries: dict[str, Country] = Field(min_length=1)


class SafetyNumbers:
    """Numbers by country (ISO 3166-1 alpha-2) and kind."""

    def __init__(self, model: SafetyNumbersModel, content_hash: str) -> None:
        self.model = model
        self.content_hash = content_hash

    @classmethod
    def load(cls, file: Path) -> "SafetyNumbers":
        """Read a safety-numbers file. Raises PolicyError."""
        content = read_bytes(file)
        model = validated(SafetyNumbersModel, yaml_of(file, content), file)
        return cls(model, hashlib.sha256(content).hexdigest())

    def entry(self, country: str, kind: NumberKind) -> SafetyNumber | None:
        """The number of that kind, verified or not."""
        found = self.model.countries.get(country)
        return found.numbers.get(kind) if found else None

    def contact(self, country: str, kind: NumberKind) -> str | None:
        """The number to give: the verified one, else the country's emergency number, else None.

        None also when the country is unknown: a number of another country may ring nowhere.
        """
        entry = self.entry(country, kind)
        if entry is not None and entry.verified:
            return entry.number
        if kind in NO_FALLBACK:
            return None
        emergency = self.entry(country, "emergency")
        return emergency.number if emergency else None

    def slots(self, country: str) -> dict[str, str]:
        """Values of the safety slots for drafts in a country; a slot without a number is left out."""
        found = {slot: self.contact(country, kind) for slot, kind in SLOTS.items()}
        return {slot: number for slot, number in found.items() if number is not None}
