"""The small grammar of templates and value lists: ``{slot}``, ``{slot!}``, ``{slot+k}`` and ``[one|other|]``."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent / "templates"
LINE_BREAK = "⏎"
"""Stands for a line break inside a template, which takes one line of its file."""
MAX_WEIGHT = 12
"""An entry with alternatives is drawn as often as it has them, up to this many times."""
_SLOT = re.compile(r"([a-z_]+\d*)(!?)(?:\+(\w+))?")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill. ``plain`` values carry no span; ``suffix`` is a Basque case ending inside the span."""

    name: str
    plain: bool
    suffix: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences, with equal chances."""

    options: "tuple[tuple[str | Slot | Choice, ...], ...]"


Node = str | Slot | Choice
Sequence = tuple[Node, ...]


class TemplateError(ValueError):
    """A template or value list is not well formed; the message says where."""


def parse(text: str) -> Sequence:
    """Read one template. Raises TemplateError for an unknown slot form or an open bracket."""
    sequence, position = _sequence(text.replace(LINE_BREAK, "\n"), 0, nested=False)
    if position != len(text):
        raise TemplateError(f"unbalanced bracket: {text!r}")
    return sequence


def _sequence(text: str, position: int, *, nested: bool) -> tuple[Sequence, int]:
    nodes: list[Node] = []
    start = position
    while position < len(text) and not (nested and text[position] in "|]"):
        if text[position] == "{" or (text[position] == "[" and _is_choice(text, position)):
            if start < position:
                nodes.append(text[start:position])
            read = _slot if text[position] == "{" else _choice
            node, position = read(text, position)
            nodes.append(node)
            start = position
        else:
            position += 1
    if start < position:
        nodes.append(text[start:position])
    return tuple(nodes), position


def _is_choice(text: str, position: int) -> bool:
    """Whether this bracket holds a bar at its own level; others, as in ``[at]``, are text."""
    depth = 0
    for char in text[position:]:
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return False
        if depth == 1 and char == "|":
            return True
    raise TemplateError(f"open bracket: {text!r}")


def _slot(text: str, position: int) -> tuple[Slot, int]:
    end = text.find("}", position)
    match = _SLOT.fullmatch(text[position + 1 : end])
    if end < 0 or match is None:
        raise TemplateError(f"bad slot: {text!r}")
    return Slot(match[1], bool(match[2]), match[3] or ""), end + 1


def _choice(text: str, position: int) -> tuple[Choice, int]:
    options: list[Sequence] = []
    while text[position] != "]":
        option, position = _sequence(text, position + 1, nested=True)
        options.append(option)
        if position >= len(text):
            raise TemplateError(f"open bracket: {text!r}")
    return Choice(tuple(options)), position + 1


def weight(sequence: Sequence) -> int:
    """How many texts a sequence stands for, counting its choices only."""
    total = 1
    for node in sequence:
        if isinstance(node, Choice):
            total *= sum(weight(option) for option in node.options)
    return total


def entries(block: str) -> tuple[Sequence, ...]:
    """Read the entries of a value list, parted by line breaks and semicolons, repeated by their weight."""
    parsed = [parse(entry.strip()) for entry in re.split(r"[;\n]", block) if entry.strip()]
    return tuple(entry for entry in parsed for _ in range(min(MAX_WEIGHT, weight(entry))))


def _loaded(name: str) -> object:
    try:
        return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise TemplateError(f"{name}: {error}") from error


@cache
def read_yaml(name: str) -> dict[str, Any]:
    """Read one data file of ``templates/``. Raises TemplateError when it is missing or no mapping."""
    found = _loaded(name)
    if not isinstance(found, dict):
        raise TemplateError(f"{name}: not a mapping")
    return found


def read_rows(name: str) -> list[dict[str, str]]:
    """Read one file of message templates. Raises TemplateError when it is missing or no list."""
    found = _loaded(name)
    if not isinstance(found, list):
        raise TemplateError(f"{name}: not a list")
    return found
