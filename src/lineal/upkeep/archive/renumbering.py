"""Restore an archive into a store that may hold records, with new ids.

Existing types of the same kind, name and version, and existing contexts of the same type and name, are used and do not
change. The versions of a name keep their aliases; if one is taken in the store, nothing is written. Values do not
change: an id in a property still refers to the store of the archive. The store keeps its own id.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, cast

from lineal import errors, progress
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service.writes.put_aliases import identity_of
from lineal.store.engine.column_limits import shown
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations as location_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations as relation_rows
from lineal.store.rows import types as type_rows
from lineal.store.rows.aliases import AliasRow
from lineal.store.rows.types import TypeRow
from lineal.store.upkeep import archive as archive_rows
from lineal.store.upkeep import metric_archive
from lineal.store.upkeep.archive import (
    ALIASES,
    EVENT_FACETS,
    EVENTS,
    FACETS,
    FILES,
    LOCATIONS,
    MEMBERS,
    METRICS,
    NODES,
    PARENTS,
    POINTS,
    TYPES,
    Member,
    Record,
)
from lineal.upkeep.archive.files import Archive


def batches(archive: Archive, member: Member) -> Iterator[tuple[Sequence[int], list[Record]]]:
    """Yield the records of a member in batches, each with the numbers of its lines."""
    records, done = archive.records(member.name), 0
    while batch := list(islice(records, member.batch)):
        yield range(done + 1, done + 1 + len(batch)), batch
        done += len(batch)
        progress.report(f"{member.name} written", done, archive.manifest.counts().get(member.name))


class IdMap:
    """The new id of each old one; old ids come in ascending order. Sixteen bytes for each."""

    def __init__(self) -> None:
        self._old, self._new = array("q"), array("q")

    def add(self, old: int, new: int) -> None:
        """Record the new id of an old one."""
        self._old.append(old)
        self._new.append(new)

    def __getitem__(self, old: int) -> int:
        index = bisect_left(self._old, old)
        if index == len(self._old) or self._old[index] != old:
            raise errors.DataLossError(
                f"the archive refers to the id {old}, which it does not hold; try `lineal doctor`"
            )
        return self._new[index]


class Renumbering:
    """One pass over an archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._types = IdMap()
        self._nodes = {kind: IdMap() for kind in KINDS}
        self._events = IdMap()
        self._metrics = IdMap()

    def run(self, session: Session) -> None:
        """Write all of the archive with new ids.

        Raises:
            AlreadyExistsError: a name or external id is taken, or a type has a property of another data type.
        """
        for record in self._archive.records(TYPES.name):
            self._types.add(record["id"], self._put_type(session, record))
        for kind in KINDS:
            for lines, batch in batches(self._archive, NODES[kind]):
                self._put_nodes(session, kind, batch, lines)
        for lines, batch in batches(self._archive, EVENTS):
            self._put_events(session, batch, lines)
        for kind in MEMBERS:
            for _, batch in batches(self._archive, MEMBERS[kind]):
                relation_rows.add_members(session, kind, self._pairs(batch, (CONTEXT, kind)))
        for _, batch in batches(self._archive, PARENTS):
            self._put_parents(session, batch)
        for _, batch in batches(self._archive, ALIASES):
            self._put_aliases(session, batch)
        for _, batch in batches(self._archive, METRICS):
            self._put_metrics(session, batch)
        for _, batch in batches(self._archive, POINTS):
            points = [{**record, "metric_id": self._metrics[record["metric_id"]]} for record in batch]
            metric_archive.write_points(session, points)
        for _, batch in batches(self._archive, FILES):
            archive_rows.write_files(session, batch)
        for _, batch in batches(self._archive, FACETS):
            self._put_facets(session, batch)
        for _, batch in batches(self._archive, EVENT_FACETS):
            facet_rows.merge_into_events(session, [_facet(each, self._events[each["event_id"]]) for each in batch])
        for _, batch in batches(self._archive, LOCATIONS):
            names = [(self._nodes[ARTIFACT][each["artifact_id"]], each["name"]) for each in batch]
            location_rows.add_names(session, names)

    def _put_type(self, session: Session, record: Record) -> int:
        kind = next(kind for kind in KINDS if kind.type_kind == record["type_kind"])
        declared = cast("dict[str, int]", record.get("properties", {}))
        found = type_rows.find_type(session, kind, record["name"], record.get("version", ""))
        if found is None:
            row = TypeRow._make(record.get(name) for name in TypeRow._fields)
            return self._new_type(session, row, declared, record.get("base_types", ()))
        known = type_rows.type_properties(session, [found.id]).get(found.id, {})
        for name, number in declared.items():
            if known.get(name, number) != number:
                raise errors.AlreadyExistsError(
                    f"property {shown(name)} of the {kind.name} type {shown(found.name)} has another data type in this "
                    "store; restore into another one"
                )
        missing = {name: number for name, number in declared.items() if name not in known}
        type_rows.add_type_properties(session, found.id, missing)
        return found.id

    def _new_type(self, session: Session, row: TypeRow, declared: dict[str, int], bases: Any) -> int:
        try:
            type_id = type_rows.insert_type(session, row, declared)
        except Conflict as conflict:
            raise _taken(f"type {shown(row.name)}") from conflict
        for base in bases:
            type_rows.insert_base_type(session, type_id, self._types[base])
        return type_id

    def _put_nodes(self, session: Session, kind: Kind, records: list[Record], lines: Sequence[int]) -> None:
        for record in records:
            record["type_id"] = self._types[record["type_id"]]
        known = self._same_contexts(session, records) if kind is CONTEXT else {}
        new = [record for record in records if record["id"] not in known]
        places = [line for line, record in zip(lines, records, strict=True) if record["id"] not in known]
        ids = iter(self._insert(session, NODES[kind], new, places) if new else ())
        for record in records:
            old = record["id"]
            record["id"] = known[old] if old in known else next(ids)
            self._nodes[kind].add(old, record["id"])
        archive_rows.write_children(session, NODES[kind], new, places)

    @staticmethod
    def _same_contexts(session: Session, records: list[Record]) -> dict[int, int]:
        types, names = {record["type_id"] for record in records}, {record["name"] for record in records}
        ids = node_rows.ids_by_types_and_names(session, CONTEXT, types, names)
        found = {record["id"]: ids.get((record["type_id"], record["name"])) for record in records}
        return {old: new for old, new in found.items() if new is not None}

    @staticmethod
    def _insert(session: Session, member: Member, records: list[Record], lines: Sequence[int]) -> Any:
        rows = [[each.get(name) for name in member.without_id.order] for each in records]
        try:
            return session.insert_many(member.without_id, rows, called=archive_rows.named_by_line(member, lines))
        except Conflict as conflict:
            raise _taken(_called(member, records, conflict)) from conflict

    def _put_events(self, session: Session, records: list[Record], lines: Sequence[int]) -> None:
        for record in records:
            record["artifact_id"] = self._nodes[ARTIFACT][record["artifact_id"]]
            record["execution_id"] = self._nodes[EXECUTION][record["execution_id"]]
        ids = self._insert(session, EVENTS, records, lines)
        renumbered = [{**record, "id": new} for record, new in zip(records, ids, strict=True)]
        archive_rows.write_children(session, EVENTS, renumbered, lines)
        for record, new in zip(records, ids, strict=True):
            self._events.add(record["id"], new)

    def _pairs(self, records: list[Record], kinds: tuple[Kind, Kind]) -> list[tuple[int, int]]:
        first, second = kinds
        column = second.id_column if second is not CONTEXT else "parent_context_id"
        return [(self._nodes[first][each["context_id"]], self._nodes[second][each[column]]) for each in records]

    def _put_parents(self, session: Session, records: list[Record]) -> None:
        pairs = self._pairs(records, (CONTEXT, CONTEXT))
        known = set(relation_rows.parent_ids(session, [child for child, _ in pairs]))
        relation_rows.add_parents(session, [pair for pair in pairs if pair not in known])

    def _put_aliases(self, session: Session, records: list[Record]) -> None:
        for record in records:
            record["type_id"] = self._types[record["type_id"]]
            record["artifact_id"] = self._nodes[ARTIFACT][record["artifact_id"]]
            record["identity"] = identity_of(record["workspace"], record["type_id"], record["name"])
            if alias_rows.holder(session, record["identity"], record["alias"]):
                raise errors.AlreadyExistsError(
                    f"a version of {shown(record['name'])} in this store has the alias {shown(record['alias'])}; "
                    "nothing was written; take it away there, or restore into another store"
                )
            alias_rows.put(session, AliasRow(**record))

    def _put_metrics(self, session: Session, records: list[Record]) -> None:
        """Give metrics to the new nodes; a context that is in the store may have a metric of the name already."""
        by_number = {kind.type_kind: self._nodes[kind] for kind in KINDS}
        moved = [(each["kind"], by_number[each["kind"]][each["node_id"]], each["name"]) for each in records]
        for record, new in zip(records, metric_archive.put_metrics(session, moved), strict=True):
            self._metrics.add(record["id"], new)

    def _put_facets(self, session: Session, records: list[Record]) -> None:
        """Give facets to the new nodes; of those of a context that is in the store the later ones stay."""
        for kind in KINDS:
            of_kind = [each for each in records if each["kind"] == kind.type_kind]
            moved = [_facet(each, self._nodes[kind][each["node_id"]]) for each in of_kind]
            facet_rows.merge_into_nodes(session, kind, moved)


def _facet(record: Record, owner_id: int) -> Facet:
    return Facet(owner_id, record["name"], record["time"], record.get("content"))


def _called(member: Member, records: list[Record], conflict: Conflict) -> str:
    kind = member.kind.name if member.kind else "event"
    record = records[conflict.row] if conflict.row is not None else {}
    return f"{kind} {shown(record['name'])}" if record.get("name") else f"{kind} of the archive"


def _taken(what: str) -> errors.AlreadyExistsError:
    return errors.AlreadyExistsError(
        f"the name or external id of the {what} is taken in this store; nothing was written; restore into another one"
    )
