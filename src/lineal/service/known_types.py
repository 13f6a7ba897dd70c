"""The types that this process has seen, so that reading and writing nodes need not read types again.

It cannot become stale: a type is never deleted, its name, version and kind never change, and properties are only added.
Unknown types are read; a property that seems to be missing is looked up again before a node is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lineal import errors
from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.rows import types as type_rows
from lineal.store.rows.types import WholeTypes


@dataclass(frozen=True)
class KnownType:
    """The facts about a type that nodes need. Properties map names to numbers of PropertyType."""

    id: int
    type_kind: int
    name: str
    properties: dict[str, int]


class KnownTypes:
    """The types of one database by id, and their ids by name.

    Attributes:
        has_long_texts: whether properties were met whose texts a server did not send packed, so that there was more to
            read after what seemed the last statement.
    """

    def __init__(self) -> None:
        self.has_long_texts = False
        self._types: dict[int, KnownType] = {}
        self._ids: dict[tuple[int, str, str], int] = {}

    def id_of(self, session: Session, kind: Kind, name: str, version: str) -> int | None:
        """Return the id of the type of that name and version ("" = without version), or None if there is none."""
        key = (kind.type_kind, name, version)
        if key not in self._ids:
            found = type_rows.find_type(session, kind, name, version)
            if found is None:
                return None
            self._ids[key] = found.id
        return self._ids[key]

    def name(self, session: Session, type_id: int) -> str:
        """Return the name of a stored node's type ("" if the type is missing from a damaged database)."""
        known = self._types.get(type_id) or self.learn(type_rows.whole_types_by_ids(session, [type_id])).get(type_id)
        return known.name if known else ""

    def load(self, session: Session, type_ids: Iterable[int]) -> None:
        """Read those of the types that are not known yet, all at once."""
        missing = set(type_ids) - self._types.keys()
        if missing:
            self.learn(type_rows.whole_types_by_ids(session, sorted(missing)))

    def get(self, session: Session, kind: Kind, type_id: int) -> KnownType:
        """Return the type of a node to be written.

        Raises:
            NotFoundError: no type of that kind has this id.
        """
        known = self._types.get(type_id) or self.learn(type_rows.whole_types_by_ids(session, [type_id])).get(type_id)
        if known is None or known.type_kind != kind.type_kind:
            raise errors.NotFoundError(f"no {kind.name} type has the id {type_id}; put the type first")
        return known

    def property_type(self, session: Session, known: KnownType, name: str) -> int | None:
        """Return the number of the PropertyType of a type's property, or None if the type lacks it."""
        found = known.properties.get(name)
        if found is None:
            known = self.learn(type_rows.whole_types_by_ids(session, [known.id])).get(known.id, known)
            found = known.properties.get(name)
        return found

    def learn(self, found: WholeTypes) -> dict[int, KnownType]:
        """Take note of types that were read; return them by id."""
        loaded = {
            row.id: KnownType(row.id, row.type_kind, row.name, found.properties.get(row.id, {})) for row in found.rows
        }
        self._types.update(loaded)
        return loaded
