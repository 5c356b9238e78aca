"""Writes the client's operations from the OpenAPI document: one typed method for each, as Python source."""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

Json = Mapping[str, Any]
HEADER = '''"""The API's operations. Written by `make client`: change the routes, not this file."""

from collections.abc import Iterator, Sequence

from borrador_client import models
from borrador_client.events import Event
from borrador_client.transport import Transport, segment


class Operations(Transport):
    """A method for each operation. Each raises as `Transport` says: a refusal is a `ProblemError`."""
'''
SIMPLE = {"string": "str", "integer": "int", "boolean": "bool", "number": "float"}
WIDTH = 100
JSON, EVENTS = "application/json", "text/event-stream"


class UnwritableError(Exception):
    """The document has something that the writer does not know; the text says where."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a method: where it stands in the request, and under what name there."""

    place: str
    wire: str
    type: str
    default: str | None

    @property
    def name(self) -> str:
        """Its name in Python."""
        name = re.sub(r"\W", "_", self.wire).lower()
        return f"{name}_" if keyword.iskeyword(name) else name


@dataclass(slots=True)
class Operation:
    """What a method is written from."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Parameter] = field(default_factory=list)
    body: str | None = None
    answers: dict[int, str | None] = field(default_factory=dict)
    streams: bool = False


def write_operations(document: Json) -> str:
    """The source of ``borrador_client/operations.py``, not formatted yet.

    Raises:
        UnwritableError: two operations of one name, or a schema that it does not know.
    """
    found = [
        _operation(method, path, operation)
        for path, verbs in document["paths"].items()
        for method, operation in verbs.items()
        # `security: []`: another's signature stands for the key, so it is no operation of this client.
        if operation.get("security") != []
    ]
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnwritableError(f"two operations of one name: {', '.join(twice)}")
    return HEADER + "".join(_method(one) for one in sorted(found, key=lambda one: one.name))


def _operation(method: str, path: str, given: Json) -> Operation:
    suffix = re.sub(r"\W", "_", f"{path}_{method}")
    operation = Operation(
        name=given["operationId"].removesuffix(suffix),
        method=method.upper(),
        path=path,
        summary=given["summary"],
        description=given.get("description", ""),
    )
    where = f"{operation.method} {path}"
    operation.parameters = [_parameter(one, where) for one in given.get("parameters", ())]
    content = given.get("requestBody", {}).get("content", {})
    if content:
        operation.body = _type(content[JSON]["schema"], where)
    for status, answer in given["responses"].items():
        kinds = answer.get("content", {})
        if EVENTS in kinds:
            operation.streams = True
        elif JSON in kinds:
            operation.answers[int(status)] = _type(kinds[JSON]["schema"], where)
        elif status.startswith("2"):
            operation.answers[int(status)] = None
    return operation


def _parameter(given: Json, where: str) -> Parameter:
    schema = given["schema"]
    kind = _type(schema, where)
    if given.get("required"):
        return Parameter(given["in"], given["name"], kind, None)
    default = repr(schema.get("default"))
    return Parameter(given["in"], given["name"], kind, default)


def _type(schema: Json, where: str) -> str:
    if "$ref" in schema:
        return "models." + str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(_type(one, where) for one in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        return f"Sequence[{_type(schema['items'], where)}]"
    if kind == "null":
        return "None"
    if isinstance(kind, str) and kind in SIMPLE:
        return SIMPLE[kind]
    raise UnwritableError(f"{where}: a schema that is neither a component, a list nor a simple type")


def _method(operation: Operation) -> str:
    arguments = ["self"]
    arguments += [f"{one.name}: {one.type}" for one in operation.parameters if one.place == "path"]
    if operation.body is not None:
        arguments.append(f"body: {operation.body}")
    named = [one for one in operation.parameters if one.place != "path"]
    if named:
        arguments.append("*")
        # Those without a default first.
        for one in sorted(named, key=lambda one: one.default is not None):
            arguments.append(f"{one.name}: {one.type}" + ("" if one.default is None else f" = {one.default}"))
    lines = [
        f"    def {operation.name}({', '.join(arguments)}) -> {_answered(operation)}:",
        *_docstring(operation),
    ]
    return "\n" + "\n".join(lines + [f"        {line}" for line in _work(operation)]) + "\n"


def _answered(operation: Operation) -> str:
    if operation.streams:
        return "Iterator[Event]"
    return " | ".join(dict.fromkeys(model or "str" for model in operation.answers.values()))


def _docstring(operation: Operation) -> list[str]:
    lines = [f"`{operation.method} {operation.path}`", "", *operation.description.strip().split("\n")]
    body = [line for text in lines for line in (wrap(text, WIDTH) or [""])]
    return [
        f'        """{operation.summary.rstrip(".")}.',
        "",
        *(f"        {line}".rstrip() for line in body),
        '        """',
    ]


def _work(operation: Operation) -> list[str]:
    path = re.sub(r"\{(\w+)\}", r"{segment(\1)}", operation.path)
    path = f'f"{path}"' if "{" in path else f'"{path}"'
    query, headers = (_mapping(operation, place) for place in ("query", "header"))
    if operation.streams:
        return [f"return self._events({path}, query={query}, headers={headers})"]
    more = "" if operation.body is None else ", body=body"
    failures = sorted(status for status in operation.answers if status >= 400)
    if failures:
        more += f", also=frozenset({{{', '.join(map(str, failures))}}})"
    call = f'self._send("{operation.method}", {path}, query={query}, headers={headers}{more})'
    models = list(dict.fromkeys(operation.answers.values()))
    if models == [None]:
        return [f"return {call}.text()"]
    if len(models) == 1:
        return [f"return {call}.read({models[0]})"]
    first, *others = sorted(operation.answers)
    lines = [f"reply = {call}"]
    for status in others:
        if operation.answers[status] != operation.answers[first]:
            lines += [f"if reply.status == {status}:", f"    return reply.read({operation.answers[status]})"]
    return [*lines, f"return reply.read({operation.answers[first]})"]


def _mapping(operation: Operation, place: str) -> str:
    entries = [f'"{one.wire}": {one.name}' for one in operation.parameters if one.place == place]
    return "{" + ", ".join(entries) + "}"
