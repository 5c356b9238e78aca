"""Reads YAML that people write: safe, bounded, with the line of every value at hand for error messages."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import yaml

MAX_DEPTH = 12
"""Levels of nesting; the format itself needs five."""

Path = tuple[str | int, ...]


class YamlError(Exception):
    """What is wrong with the YAML, and on which line of the parsed text (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.CSafeLoader):
    """Safe loader that leaves dates as text: a broken date is reported by field, not by the parser."""


_KEPT = {f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "null")}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A parsed mapping and the node tree that it came from."""

    values: dict[str, Any]
    root: yaml.MappingNode

    def line_of(self, path: Path) -> int:
        """Line (from 1) of the value at a path, or of the deepest part of the path that exists."""
        node: yaml.Node = self.root
        line = _line(node)
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node, line = child
        return line


def parse_mapping(text: str) -> YamlDocument:
    """Parse one YAML mapping; raises ``YamlError`` for anything else, aliases and duplicate keys."""
    try:
        _check_events(text)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                raise YamlError("a mapping of fields is expected", 1)
            _check_keys(root)
            values = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "not valid YAML"
        raise YamlError(f"not valid YAML: {problem}", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError:
        raise YamlError("not valid YAML: it holds a character that YAML does not allow", 1) from None
    except ValueError as error:  # a tag whose value cannot be built, such as `!!int x`
        raise YamlError(f"not valid YAML: {error}", 1) from None
    return YamlDocument(values, root)


def _check_events(text: str) -> None:
    """Refuse aliases (they can blow up) and deep nesting before any tree is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise YamlError("YAML aliases (*name) are not accepted", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlError("nested too deep", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_keys(node: yaml.Node) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[Hashable] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            raise YamlError("a field's name must be a word", _line(key))
        if key.value in seen:
            raise YamlError(f"{key.value}: given twice", _line(key))
        key.tag = "tag:yaml.org,2002:str"  # `no:` and `1:` are names here, not a boolean and a number
        seen.add(key.value)
        _check_keys(value)


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, _line(key)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, _line(item)
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
