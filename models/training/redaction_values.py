"""Fills the slots of templates: lists of the value files, and makers for what is computed."""

from collections.abc import Callable
from functools import cache

from models.training.redaction_contacts import CONTACTS
from models.training.redaction_dates import DATES
from models.training.redaction_documents import DOCUMENTS
from models.training.redaction_draw import Draw, digits, letters
from models.training.redaction_grammar import (
    HERE,
    Choice,
    Sequence,
    Slot,
    TemplateError,
    entries,
    read_yaml,
)
from models.training.redaction_names import PERSONS

Maker = Callable[[Draw], str]
Piece = tuple[str, str]
"""A stretch of text and its entity type, which is empty outside spans."""

_MAKERS: dict[str, tuple[str, Maker]] = {**PERSONS, **DOCUMENTS, **CONTACTS, **DATES}
_VOWELS = "aeiouáéíóú"


@cache
def value_lists() -> dict[str, tuple[str, dict[str, tuple[Sequence, ...]]]]:
    """Return, per slot of the value files, its entity type and its entries per key.

    A key is a variety, a country, a language, ``any``, or ``other`` for where no other key fits. Raises
    TemplateError for a slot defined twice.
    """
    lists: dict[str, tuple[str, dict[str, tuple[Sequence, ...]]]] = {}
    for file in sorted(HERE.glob("values_*.yaml")):
        for name, block in read_yaml(file.name).items():
            if name in lists or name in _MAKERS:
                raise TemplateError(f"{file.name}: slot {name} is defined twice")
            keyed = {key: entries(text) for key, text in block.items() if key != "entity"}
            lists[name] = (block.get("entity", ""), keyed)
    return lists


@cache
def _pool(name: str, variety: str, country: str, language: str) -> tuple[Sequence, ...]:
    keyed = value_lists()[name][1]
    keys = dict.fromkeys((variety, country, language, "any"))
    pool = tuple(entry for key in keys for entry in keyed.get(key, ()))
    return pool or keyed.get("other") or tuple(entry for found in keyed.values() for entry in found)


def entity_of(name: str) -> str:
    """Return the entity type of a slot, empty for one without. Raises TemplateError when it is unknown."""
    if name in _MAKERS:
        return _MAKERS[name][0]
    if name in value_lists():
        return value_lists()[name][0]
    if name == "n" or (name[:1] in "du" and name[1:].isdigit()):
        return ""
    raise TemplateError(f"unknown slot {name}")


def value(name: str, draw: Draw) -> str:
    """Draw one value of a slot. ``d4`` is four digits, ``u2`` two capital letters, ``n`` a house number."""
    maker = _MAKERS.get(name)
    if maker is not None:
        return maker[1](draw)
    if name == "n":
        return str(draw.rng.randint(1, 99 if draw.rng.random() < 0.7 else 1400))
    if name[0] in "du" and name[1:].isdigit():
        return digits(draw, int(name[1:])) if name[0] == "d" else letters(draw, int(name[1:]))
    pool = _pool(name, draw.variety, draw.country, draw.language)
    return "".join(text for text, _ in expand(draw.rng.choice(pool), draw)).strip()


def inflected(text: str, suffix: str) -> str:
    """Join a Basque case ending: ``Amaia`` + ``ek`` is ``Amaiak``, ``Mikel`` + ``ek`` is ``Mikelek``."""
    if text[-1].lower() in _VOWELS:
        return text + {"ek": "k", "i": "ri", "en": "ren", "ekin": "rekin", "entzat": "rentzat"}.get(
            suffix, suffix
        )
    return text + suffix


def expand(sequence: Sequence, draw: Draw) -> list[Piece]:
    """Fill a sequence: its pieces in order, each with its entity type."""
    pieces: list[Piece] = []
    for node in sequence:
        if isinstance(node, str):
            pieces.append((node, ""))
        elif isinstance(node, Choice):
            pieces.extend(expand(draw.rng.choice(node.options), draw))
        else:
            pieces.extend(_filled(node, draw))
    return pieces


def _filled(slot: Slot, draw: Draw) -> list[Piece]:
    if slot.name.startswith("f_"):
        pool = _pool(slot.name, draw.variety, draw.country, draw.language)
        return expand(draw.rng.choice(pool), draw)
    text = value(slot.name, draw)
    if slot.suffix:
        text = inflected(text, slot.suffix)
    return [(text, "" if slot.plain else entity_of(slot.name))] if text else []
