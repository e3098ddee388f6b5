"""Twilio's OpenAPI documents, and whether a request and its answer follow them."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.standing_in import DOCUMENTS, Exchange

NAMES = ("twilio_api_v2010", "twilio_lookups_v2", "twilio_verify_v2")
ERROR = {"code": int, "message": str, "more_info": str, "status": int}
Json = dict[str, Any]


@cache
def documents() -> list[Json]:
    """The documents that are there."""
    paths = [DOCUMENTS / f"{name}.json" for name in NAMES]
    return [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]


def available(folder: Path = DOCUMENTS) -> bool:
    """Whether the documents stand beside the project."""
    return all((folder / f"{name}.json").exists() for name in NAMES)


def faults(exchange: Exchange) -> list[str]:
    """What is wrong with a request or its answer, in words."""
    found = _operation(exchange)
    if found is None:
        return [f"no such operation: {exchange.method} {exchange.path}"]
    document, operation = found
    asked = list(_asked_wrongly(document, operation, exchange))
    return asked + list(_answered_wrongly(document, operation, exchange))


def faults_of_answer(exchange: Exchange) -> list[str]:
    """The same of the answer alone."""
    found = _operation(exchange)
    return list(_answered_wrongly(*found, exchange)) if found else ["no operation"]


def examples() -> Iterator[Exchange]:
    """The documents' own examples of the operations that we use."""
    for document in documents():
        for path, item in document["paths"].items():
            for method in ("get", "post"):
                yield from _examples(path, method, item.get(method, {}))


def _examples(path: str, method: str, operation: Json) -> Iterator[Exchange]:
    for status, response in operation.get("responses", {}).items():
        content = response.get("content", {}).get("application/json", {})
        for example in content.get("examples", {}).values():
            yield Exchange(
                method.upper(), path, [], [], int(status), example.get("value")
            )


def _operation(exchange: Exchange) -> tuple[Json, Json] | None:
    for document in documents():
        for path, item in document["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(path))
            same = path == exchange.path or re.fullmatch(pattern, exchange.path)
            if same and exchange.method.lower() in item:
                return document, item[exchange.method.lower()]
    return None


def _asked_wrongly(
    document: Json, operation: Json, exchange: Exchange
) -> Iterator[str]:
    queries = {
        each["name"]: each["schema"]
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    }
    yield from _unfit(document, queries, exchange.query, "query")
    content = operation.get("requestBody", {}).get("content", {})
    form = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
    yield from _unfit(document, form.get("properties", {}), exchange.form, "form")
    given = {name for name, _ in exchange.form}
    for name in form.get("required", ()) if exchange.status < 400 else ():
        if name not in given:
            yield f"form: {name} is missing"


def _unfit(
    document: Json,
    schemas: Mapping[str, Json],
    given: list[tuple[str, str]],
    where: str,
) -> Iterator[str]:
    for name, value in given:
        if name not in schemas:
            yield f"{where}: {name} is unknown"
            continue
        schema = _resolved(document, schemas[name])
        items = schema.get("items", schema)
        yield from _errors(items, _read(value, items), f"{where} {name}")


def _answered_wrongly(
    document: Json, operation: Json, exchange: Exchange
) -> Iterator[str]:
    response = operation["responses"].get(str(exchange.status))
    if response is None:
        yield from _errors(_error_schema(), exchange.answer, "error")
        return
    schema = _resolved(document, response["content"]["application/json"]["schema"])
    yield from _errors(schema, exchange.answer, "answer")


def _errors(schema: Json, value: Any, where: str) -> Iterator[str]:
    for error in Draft202012Validator(schema).iter_errors(value):
        path = ".".join(str(part) for part in error.absolute_path)
        yield f"{where} {path}: {error.message}"


def _resolved(document: Json, schema: Any) -> Any:
    """The schema without references; nothing unknown, and `null` allowed anywhere.

    The documents' own examples have null where the schemas do not say so.
    """
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved(document, document["components"]["schemas"][name])
    resolved = {
        key: schema[key]
        for key in ("minLength", "maxLength", "pattern", "minimum", "maximum")
        if key in schema
    }
    if "type" in schema:
        resolved["type"] = [schema["type"], "null"]
    if "enum" in schema:
        resolved["enum"] = [*schema["enum"], None]
    if "items" in schema:
        resolved["items"] = _resolved(document, schema["items"])
    if "properties" in schema:
        resolved["properties"] = {
            name: _resolved(document, each)
            for name, each in schema["properties"].items()
        }
        resolved["additionalProperties"] = False
    return resolved


def _error_schema() -> Json:
    types = {int: "integer", str: "string"}
    return {
        "type": "object",
        "properties": {name: {"type": types[kind]} for name, kind in ERROR.items()},
        "required": list(ERROR),
        "additionalProperties": False,
    }


def _read(value: str, schema: Json) -> Any:
    """A field of a form as the schema's type, where it can be read so."""
    kinds = schema.get("type", [])
    if "integer" in kinds and value.lstrip("-").isdecimal():
        return int(value)
    if "boolean" in kinds and value in ("true", "false"):
        return value == "true"
    return value
