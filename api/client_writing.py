"""Writes the Python client from the OpenAPI document: ``make client``, or ``python -m api.client_writing``.

The models come from datamodel-code-generator (development extra), the operations from ``client_operations``.
"""

import copy
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.client_operations import write_operations
from api.openapi import bare_app

CLIENT = Path(__file__).resolve().parent.parent / "borrador_client"
GENERATED = ("models.py", "operations.py")
_HEADER = '''"""Bodies of the API. Written by `make client`: change the routes, not this file."""
# ruff: noqa: RUF012 - pydantic copies defaults
'''
_OPTIONS = (
    "--input-file-type=openapi",
    "--output-model-type=pydantic_v2.BaseModel",
    "--base-class=borrador_client.model.Model",
    "--target-python-version=3.11",
    "--formatters=builtin",
    "--use-standard-collections",
    "--use-union-operator",
    "--use-schema-description",
    "--use-specialized-enum",
    "--capitalise-enum-members",
    "--set-default-enum-member",
    "--use-double-quotes",
    "--use-exact-imports",
    "--disable-timestamp",
    "--strict-nullable",
    f"--custom-file-header={_HEADER}",
)
_CHECKED_BY_THE_SERVICE = {
    "title", "minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems", "examples",
}  # fmt: skip
"""The service says what is too long, with a code. A client that knew it too would be wrong after a change."""


def client_document() -> dict[str, Any]:
    """The OpenAPI document as the client is written from it."""
    document = copy.deepcopy(bare_app().openapi())
    schemas = document["components"]["schemas"]
    asked = _reachable(document, schemas)
    for name, schema in schemas.items():
        if name not in asked:
            # A newer service may say more; only what a request does not know is refused.
            schema.pop("additionalProperties", None)
        for part in schema.get("properties", {}).values():
            _loosen(part)
    return document


def write_client(folder: Path) -> None:
    """Write the generated files into a folder, formatted.

    Raises:
        subprocess.CalledProcessError: a tool of the development extra is missing or refuses.
        UnwritableError: a route that the writer does not know how to write.
    """
    document = client_document()
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "openapi.json"
        source.write_text(json.dumps(document), encoding="utf-8")
        command = [str(tools / "datamodel-codegen"), f"--input={source}", f"--output={folder / GENERATED[0]}"]
        subprocess.run([*command, *_OPTIONS], check=True, cwd=scratch)
    (folder / GENERATED[1]).write_text(write_operations(document), encoding="utf-8")
    files = [str(folder / name) for name in GENERATED]
    config = f"--config={CLIENT.parent / 'pyproject.toml'}"
    for task in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([str(tools / "ruff"), *task, config, *files], check=True)


def _reachable(document: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """Names of the components that requests are made of."""
    bodies = [
        operation["requestBody"]
        for verbs in document["paths"].values()
        for operation in verbs.values()
        if "requestBody" in operation
    ]
    found: set[str] = set()
    waiting = set(_references(bodies))
    while waiting:
        found |= waiting
        waiting = {name for one in waiting for name in _references(schemas[one])} - found
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield str(part["$ref"]).rsplit("/", 1)[1]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _references(one)


def _loosen(schema: dict[str, Any]) -> None:
    for name in _CHECKED_BY_THE_SERVICE & schema.keys():
        del schema[name]
    for branch in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        _loosen(branch)


if __name__ == "__main__":
    write_client(CLIENT)
