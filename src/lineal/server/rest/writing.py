"""How answers become JSON: integers of 64 bits as texts, NaN and infinities as texts, bytes without a detour.

The shapes are the service's dataclasses (lineal.catalogue.shapes). Here they learn how pydantic writes and
describes them, so that the OpenAPI document is precise.
"""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

from fastapi import Response
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import core_schema

from lineal.catalogue import shapes

WIDE_SCHEMA = {"type": "string", "pattern": "^-?[0-9]+$", "description": "An integer of 64 bits, as a text"}
DECIMAL_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]}


def _wide_core(self: Any, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    return core_schema.int_schema(serialization=core_schema.to_string_ser_schema(when_used="always"))


def _wide_json(self: Any, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    return dict(WIDE_SCHEMA)


def _decimal_core(self: Any, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    return core_schema.float_schema(serialization=core_schema.plain_serializer_function_ser_schema(decimal))


def _decimal_json(self: Any, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    return dict(DECIMAL_SCHEMA)


def decimal(number: float) -> float | str:
    """Return a number as JSON can hold it."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _teach() -> None:
    """Tell pydantic of the marks, and that a field with a default is always written."""
    for mark, core, json_schema in (
        (shapes.AsText, _wide_core, _wide_json),
        (shapes.MayBeNan, _decimal_core, _decimal_json),
    ):
        setattr(mark, "__get_pydantic_core_schema__", core)  # noqa: B010 mypy knows no such attribute
        setattr(mark, "__get_pydantic_json_schema__", json_schema)  # noqa: B010
    for shape in vars(shapes).values():
        if dataclasses.is_dataclass(shape):
            setattr(shape, "__pydantic_config__", {"json_schema_serialization_defaults_required": True})  # noqa: B010


_teach()


@cache
def adapter(shape: type) -> TypeAdapter[Any]:
    """Return what writes a shape."""
    return TypeAdapter(shape)


def to_bytes(value: Any) -> bytes:
    """Return a shape as JSON."""
    return adapter(type(value)).dump_json(value)  # type: ignore[arg-type]


def answer(value: Any, *, status: int = 200) -> Response:
    """Return the response whose body is a shape as JSON."""
    return Response(to_bytes(value), status_code=status, media_type="application/json")


def tagged(node: shapes.Node) -> Response:
    """Return the response that holds a node, with its tag."""
    response = answer(node)
    response.headers["ETag"] = f'"{node.tag}"'
    return response
