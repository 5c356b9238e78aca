"""Reading of policy files: YAML with the line of each entry, expressions for words, and errors in one line."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from policies.errors import PolicyError

LINE = "__line__"


class _LineLoader(yaml.CSafeLoader):
    """Adds to every mapping the line it starts on."""


def _mapping_with_line(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.value in seen:
            raise yaml.MarkedYAMLError(
                problem=f"key '{key_node.value}' given twice", problem_mark=key_node.start_mark
            )
        seen.add(key_node.value)
    loader.flatten_mapping(node)
    mapping: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    mapping[LINE] = node.start_mark.line + 1
    return mapping


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_with_line)
Model = TypeVar("Model", bound=BaseModel)


def load_yaml(path: Path, *, lines: bool = False) -> object:
    """Read a YAML file; with ``lines`` every mapping carries its line under ``__line__``.

    Raises PolicyError in one line when the file is missing or is no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: cannot be read: {type(error).__name__}") from None
    try:
        data = yaml.load(text, Loader=_LineLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise PolicyError(f"{path.name}:{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise PolicyError(f"{path.name}: {' '.join(str(error).split())}") from None
    except (TypeError, ValueError, RecursionError) as error:
        # Lists as keys, impossible dates, nesting without end.
        raise PolicyError(f"{path.name}: not valid YAML: {type(error).__name__}") from None
    return data if lines else without_lines(data)


def without_lines(data: object) -> object:
    """The data without the line marks."""
    if isinstance(data, dict):
        return {key: without_lines(value) for key, value in data.items() if key != LINE}
    if isinstance(data, list):
        return [without_lines(value) for value in data]
    return data


def at_word_start(expressions: Sequence[str]) -> str:
    """The source of one of some expressions where no word is cut: one that begins with a sign follows a word, too."""
    return r"(?<!\w(?=\w))(?:" + "|".join(expressions) + ")"


def word_pattern(expressions: Sequence[str], place: str) -> re.Pattern[str]:
    """One of some expressions, at a word start, for texts without accents and capitals.

    Raises:
        PolicyError: names the place; an expression is none, or fits where nothing stands.
    """
    try:
        pattern = re.compile(at_word_start(expressions))
    except re.error as error:
        raise PolicyError(f"{place}: {error}") from None
    if pattern.search(""):
        raise PolicyError(f"{place}: matches an empty text")
    return pattern


def validated(
    model: type[Model], data: object, path: Path, entry: str = "", line: int | None = None
) -> Model:
    """Validate data against a model; a PolicyError names file, line, entry and field in one line."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "(root)"
        place = f"{path.name}:{line}" if line else path.name
        raise PolicyError(f"{place}: {entry + ': ' if entry else ''}{field}: {first['msg']}") from None
