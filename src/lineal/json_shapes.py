"""The shapes of values: the marks of numbers that JSON cannot hold, and one class for each kind of property value.

What stays out: the shapes of records (catalogue/shapes/), which are made of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union


@dataclass(frozen=True)
class AsText:
    """Marks an integer of 64 bits."""


@dataclass(frozen=True)
class MayBeNan:
    """Marks a number that may be NaN or infinite."""


Wide = Annotated[int, AsText()]
Decimal = Annotated[float, MayBeNan()]


@dataclass(frozen=True)
class IntValue:
    """A property that is an integer of 64 bits."""

    value: Wide
    kind: Literal["int"] = "int"


@dataclass(frozen=True)
class DoubleValue:
    """A property that is a decimal number; NaN, Infinity and -Infinity are texts."""

    value: Decimal
    kind: Literal["double"] = "double"


@dataclass(frozen=True)
class StringValue:
    """A property that is a text."""

    value: str
    kind: Literal["string"] = "string"


@dataclass(frozen=True)
class BoolValue:
    """A property that is true or false."""

    value: bool
    kind: Literal["bool"] = "bool"


@dataclass(frozen=True)
class StructValue:
    """A property that is a JSON object."""

    value: dict[str, Any]
    kind: Literal["struct"] = "struct"


@dataclass(frozen=True)
class ProtoValue:
    """A property that is a packed message: its type and its bytes in base64."""

    type_url: str
    value: str
    kind: Literal["proto"] = "proto"


Value = Union[IntValue, DoubleValue, StringValue, BoolValue, StructValue, ProtoValue]
