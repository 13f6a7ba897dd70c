"""What the catalogue answers about types."""

from __future__ import annotations

from dataclasses import dataclass

from lineal.catalogue.shapes.records import KindName
from lineal.json_shapes import Wide


@dataclass(frozen=True)
class TypeInfo:
    """A type: its declared properties (name to kind), how many nodes it has, and how many of them are archived."""

    id: Wide
    kind: KindName
    name: str
    version: str | None
    description: str | None
    properties: dict[str, str]
    base_type: str | None
    count: int
    archived: int = 0


@dataclass(frozen=True)
class Types:
    """All types of a kind or of all kinds."""

    items: list[TypeInfo]
