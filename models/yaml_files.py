"""Reading of the YAML files of models and lexicons: no key twice, errors in one line that names the file."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from models.errors import ArtifactError


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML keeps the last of two equal keys in silence: what is masked, or heard, must not be lost that way."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping; raises for a repeated key."""
        seen = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} given twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> object:
    """Read a file. Raises ArtifactError naming the file and, where there is one, the line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ArtifactError(f"{path.name}: cannot be read: {reason}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise ArtifactError(f"{path.name}: {line}{getattr(error, 'problem', None) or 'no YAML'}") from None
    except (TypeError, ValueError, RecursionError) as error:
        # Impossible dates, nesting without end.
        raise ArtifactError(f"{path.name}: no YAML: {type(error).__name__}") from None
