"""The types that this process has seen, so that reading and writing nodes need not read types again.

What was committed cannot become stale: a type is never deleted, its name, version and kind never change, and properties
are only added. Unknown types are read; a property that seems to be missing is looked up again before a node is refused.
A transaction that writes also sees the types that it has made itself, which may be undone. So what it learns stays in a
layer of its own, which is added to the rest after the commit.
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

    def __init__(self, committed: KnownTypes | None = None) -> None:
        """Know nothing, or, for one transaction that writes, know what was committed as well."""
        self.has_long_texts: bool = committed is not None and committed.has_long_texts
        self._types: dict[int, KnownType] = {}
        self._ids: dict[tuple[int, str, str], int] = {}
        self._committed_types = committed._types if committed is not None else {}
        self._committed_ids = committed._ids if committed is not None else {}

    def add(self, learned: KnownTypes) -> None:
        """Take over what a transaction has learned, after its commit."""
        self.has_long_texts = self.has_long_texts or learned.has_long_texts
        self._types.update(learned._types)
        self._ids.update(learned._ids)

    def id_of(self, session: Session, kind: Kind, name: str, version: str) -> int | None:
        """Return the id of the type of that name and version ("" = without version), or None if there is none."""
        key = (kind.type_kind, name, version)
        known = self._ids.get(key) or self._committed_ids.get(key)
        if known is not None:
            return known
        found = type_rows.find_type(session, kind, name, version)
        if found is None:
            return None
        self._ids[key] = found.id
        return found.id

    def name(self, session: Session, type_id: int) -> str:
        """Return the name of a stored node's type ("" if the type is missing from a damaged database)."""
        known = self._types.get(type_id) or self._committed_types.get(type_id) or self._read(session, type_id)
        return known.name if known else ""

    def load(self, session: Session, type_ids: Iterable[int]) -> None:
        """Read those of the types that are not known yet, all at once."""
        missing = {each for each in set(type_ids) if each not in self._types and each not in self._committed_types}
        if missing:
            self.learn(type_rows.whole_types_by_ids(session, sorted(missing)))

    def get(self, session: Session, kind: Kind, type_id: int) -> KnownType:
        """Return the type of a node to be written.

        Raises:
            NotFoundError: no type of that kind has this id.
        """
        known = self._types.get(type_id) or self._committed_types.get(type_id) or self._read(session, type_id)
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

    def _read(self, session: Session, type_id: int) -> KnownType | None:
        return self.learn(type_rows.whole_types_by_ids(session, [type_id])).get(type_id)
