"""Reads YAML that comes with the evaluation."""

from pathlib import Path

import yaml

from eval.harness.errors import EvaluationError


def read_yaml(file: Path) -> object:
    """The content of a file.

    Raises:
        EvaluationError: it is missing, or no YAML.
    """
    try:
        content: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvaluationError(f"{file.name}: {error.strerror or 'cannot be read'}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{file.name}: not YAML ({type(error).__name__})") from None
    return content
