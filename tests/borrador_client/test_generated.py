"""The client is the one that the routes make; what the writer does not know, it refuses to write."""

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest

from api.client_operations import UnwritableError, write_operations
from api.client_writing import CLIENT, GENERATED, client_document, write_client
from borrador_client.operations import Operations


def test_the_client_in_the_repository_is_not_stale(tmp_path: Path):
    write_client(tmp_path)
    for name in GENERATED:
        fresh, kept = (
            ast.parse((folder / name).read_text(encoding="utf-8")) for folder in (tmp_path, CLIENT)
        )
        assert ast.dump(fresh) == ast.dump(kept), f"{name} is stale: run `make client`"


def test_there_is_a_method_for_each_operation_of_a_key():
    operations = [
        operation
        for verbs in client_document()["paths"].values()
        for operation in verbs.values()
        if operation.get("security") != []
    ]
    methods = [name for name, _ in inspect.getmembers(Operations, inspect.isfunction) if name[0] != "_"]
    assert len(operations) == len(set(methods) - {"close"})


def document(**operation: Any) -> dict[str, Any]:
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}
    given = {
        "operationId": "get_thing_things_get",
        "summary": "Get a thing",
        "responses": answer,
        **operation,
    }
    return {"paths": {"/things": {"get": given}}}


def test_a_simple_operation_is_written_as_one_method():
    source = write_operations(document())
    assert "def get_thing(self) -> models.Thing:" in source
    assert 'return self._send("GET", "/things", query={}, headers={}).read(models.Thing)' in source
    ast.parse(source)


def test_a_parameter_named_as_a_keyword_keeps_its_name_on_the_wire():
    given = [{"name": "from", "in": "query", "required": True, "schema": {"type": "string"}}]
    source = write_operations(document(parameters=given))
    assert "def get_thing(self, *, from_: str)" in source
    assert 'query={"from": from_}' in source


@pytest.mark.parametrize(
    "schema", [{}, {"type": "object"}, {"type": ["string", "null"]}, {"type": "array", "items": {}}]
)
def test_a_schema_without_a_type_is_refused(schema: dict[str, Any]):
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    with pytest.raises(UnwritableError, match="GET /things"):
        write_operations(document(responses=answer))


def test_two_operations_of_one_name_are_refused():
    given = document()
    given["paths"]["/other"] = {
        "get": {**given["paths"]["/things"]["get"], "operationId": "get_thing_other_get"}
    }
    with pytest.raises(UnwritableError, match="get_thing"):
        write_operations(given)


def test_what_another_signature_stands_for_is_left_out():
    assert "get_thing" not in write_operations(document(security=[]))
