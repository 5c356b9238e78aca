"""Reading policy files: YAML without repeated keys, errors in one line that name file, entry and field."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies.errors import PolicyError

B = TypeVar("B", bound=BaseModel)

MAX_BYTES = 2_000_000
"""A policy file beyond this is a mistake, not a policy."""


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML keeps the last of two equal keys in silence; a policy must not lose a line that way."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping; raises for a repeated key."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"repeated key {key!r}", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_bytes(file: Path) -> bytes:
    """A file's bytes. Raises PolicyError when it is missing, unreadable or far too large."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PolicyError(f"{file}: cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise PolicyError(f"{file}: {len(content)} bytes, more than {MAX_BYTES}")
    return content


def yaml_of(file: Path, content: bytes) -> object:
    """The YAML of a file's content. Raises PolicyError with the line."""
    try:
        return yaml.load(content.decode("utf-8"), Loader=_UniqueKeyLoader)
    except UnicodeDecodeError as error:
        raise PolicyError(f"{file}: not UTF-8 at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise PolicyError(f"{file}: {_yaml_problem(error)}") from None
    except (TypeError, ValueError, RecursionError) as error:
        # Unhashable keys, impossible dates, aliases that contain themselves.
        raise PolicyError(f"{file}: not valid YAML: {type(error).__name__}") from None


def validated(model: type[B], data: object, file: Path) -> B:
    """Data as a model. Raises PolicyError that names file, entry and field."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        where = _place(first["loc"], data)
        raise PolicyError(f"{file}: {where}: {_plain(first)}{more}") from None
    except RecursionError:
        raise PolicyError(f"{file}: nested too deeply") from None


def _plain(problem: ErrorDetails) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown key"
    if problem["type"] == "missing":
        return "missing"
    return str(problem["msg"]).removeprefix("Value error, ")


def _place(path: tuple[int | str, ...], data: object) -> str:
    """``dispositions rule 'x': field`` for the path of an error; list indices become ids where there are."""
    words: list[str] = []
    for step in path:
        data = _child(data, step)
        name = data.get("id") if isinstance(step, int) and isinstance(data, dict) else None
        words.append(f"{name!r}" if name else str(step))
    return " > ".join(words) or "file"


def _child(data: object, step: int | str) -> object:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}: " if mark else ""
    return line + " ".join(str(getattr(error, "problem", None) or type(error).__name__).split())
