"""Check every record of an archive before the first row is written: its form, its ids, and its references.

Ids come in ascending order, so eight bytes for each are enough to check whether one exists. What stays out: damage of
the file (files.py), and names that are taken (restoring.py, renumbering.py).
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from typing import Any, NoReturn

from lineal import errors, progress
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.store.engine.column_limits import shown
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.values import STORE_ID
from lineal.store.upkeep.archive import (
    ALIASES,
    AUDITED,
    EVENT_FACETS,
    EVENTS,
    EVERY_MEMBER,
    FACETS,
    LAST_ID,
    LOCATIONS,
    MEMBERS,
    METRICS,
    NODES,
    PARENTS,
    POINTS,
    TYPES,
    VALUES,
    Member,
    fields_of,
)
from lineal.store.upkeep.metric_archive import POINT_COLUMNS
from lineal.upkeep.archive.files import Archive

_CHILDREN = {TYPES.name: {"properties", "base_types"}, EVENTS.name: {"steps"}, POINTS.name: {*POINT_COLUMNS}}
_CHILDREN |= {member.name: {"properties"} for member in NODES.values()}
_DIGEST = re.compile("[0-9a-f]{64}")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMES_OF_NUMBERS = frozenset({"nan", "inf", "-inf", "infinity", "-infinity"})


def check_records(archive: Archive) -> None:
    """Check all records.

    Raises:
        DataLossError: one has another form, or refers to something that the archive does not hold; the message names
            the member and the line.
    """
    known = {member.name for member in EVERY_MEMBER}
    for name in archive.manifest.members:
        if name not in known:
            raise errors.DataLossError(f"the archive holds {shown(name)}, which this version of Lineal does not know")
    checked = _Checked(archive)
    for member in EVERY_MEMBER:
        checked.run(member)


class _Ids:
    """Ids in ascending order."""

    def __init__(self) -> None:
        self._ids = array("q")

    def add(self, new: int) -> bool:
        """Add an id; say whether it is greater than those before."""
        if self._ids and new <= self._ids[-1]:
            return False
        self._ids.append(new)
        return True

    def __contains__(self, wanted: int) -> bool:
        index = bisect_left(self._ids, wanted)
        return index < len(self._ids) and self._ids[index] == wanted


class _Checked:
    """One pass over an archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._ids = {member.name: _Ids() for member in EVERY_MEMBER}
        self._kinds: dict[int, int] = {}
        self._bases: list[tuple[int, int]] = []
        self._place = ("", 0)

    def run(self, member: Member) -> None:
        held = self._archive.manifest.counts().get(member.name)
        # No name for the records: a refusal would keep their file open, for as long as somebody has the error.
        for number, record in enumerate(
            progress.counted(f"{member.name} read", self._archive.records(member.name), held), start=1
        ):
            self._place = (member.name, number)
            self._check_columns(member, record)
            if member.key == ("id",) and isinstance(record["id"], int) and not self._ids[member.name].add(record["id"]):
                self._refuse(f"its id {record['id']} is not greater than those before it")
            if member is AUDITED:
                self._archive.manifest.missing.add(record["id"])
            self._check_children(member, record)
            self._check_references(member, record)
        if member is TYPES:
            for line, base in self._bases:
                self._place = (member.name, line)
                self._require(TYPES, "base_types", base)

    def _refuse(self, reason: str) -> NoReturn:
        name, line = self._place
        raise errors.DataLossError(f"{name}.jsonl, line {line}: {reason}; nothing was written; use another backup")

    def _check_columns(self, member: Member, record: dict[str, Any]) -> None:
        unknown = record.keys() - set(member.columns) - _CHILDREN.get(member.name, set())
        if unknown:
            self._refuse(f"the field {shown(min(unknown))} is unknown")
        for each in fields_of(member):
            if each.name not in record:
                if each.is_required:
                    self._refuse(f"the field {each.name} is missing")
            elif each.span is None:
                self._check_text(each.name, record[each.name])
            else:
                self._check_number(each.name, record[each.name], *each.span)

    def _check_text(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            self._refuse(f"the field {name} is {_brief(value)}, and not a text")
        try:
            value.encode()
        except UnicodeEncodeError:
            self._refuse(f"the field {name} holds half of a surrogate pair, which UTF-8 cannot hold")

    def _check_number(self, name: str, value: Any, least: int, greatest: int) -> None:
        if type(value) is not int:
            self._refuse(f"the field {name} is {_brief(value)}, and not a whole number")
        if not least <= value <= greatest:
            self._refuse(f"the field {name} is {_brief(value)}; it can be from {least} to {greatest}")

    def _check_list(self, name: str, value: Any) -> None:
        if not isinstance(value, list):
            self._refuse(f"the field {name} is {_brief(value)}, and not a list")

    def _check_children(self, member: Member, record: dict[str, Any]) -> None:
        if member is TYPES:
            self._check_type(record)
        elif member is EVENTS:
            self._check_list("steps", record.get("steps", []))
            for step in record.get("steps", []):
                if isinstance(step, str):
                    self._check_text("steps", step)
                else:
                    self._check_number("steps", step, -(2**63), 2**63 - 1)
        elif member is POINTS:
            self._check_points(record)
        elif member in (FACETS, EVENT_FACETS):
            self._check_facet(record)
        elif member is LOCATIONS and not _DIGEST.fullmatch(record["identity"]):
            self._refuse(f"the field identity is {_brief(record['identity'])}, and not 64 digits of a SHA-256")
        elif member is VALUES:
            self._check_store_id(record)
        elif member.kind:
            self._check_list("properties", record.get("properties", []))
            for prop in record.get("properties", []):
                self._check_property(prop)

    def _check_facet(self, record: dict[str, Any]) -> None:
        if "content" in record and not facet_rows.is_json(record["content"]):
            self._refuse(f"the field content is {_brief(record['content'])}, and not JSON")

    def _check_store_id(self, record: dict[str, Any]) -> None:
        if record["name"] != STORE_ID:
            self._refuse(f"the field name is {_brief(record['name'])}, which is no value of an archive")
        if not _UUID.fullmatch(record["value"]):
            self._refuse(f"the field value is {_brief(record['value'])}, and not a UUID")

    def _check_points(self, record: dict[str, Any]) -> None:
        lengths = set()
        for name in POINT_COLUMNS:
            self._check_list(name, record.get(name))
            lengths.add(len(record[name]))
        if len(lengths) > 1:
            self._refuse(f"its {', '.join(POINT_COLUMNS)} are not of one length")
        for name in ("steps", "times"):
            for each in record[name]:
                self._check_number(name, each, -(2**63), 2**63 - 1)
        for each in record["values"]:
            self._check_double("values", each)

    def _check_type(self, record: dict[str, Any]) -> None:
        if record["type_kind"] not in {kind.type_kind for kind in KINDS}:
            self._refuse(f"the field type_kind is {_brief(record['type_kind'])}, which is not a kind of node")
        self._kinds[record["id"]] = record["type_kind"]
        declared = record.get("properties", {})
        if not isinstance(declared, dict):
            self._refuse(f"the field properties is {_brief(declared)}, and not an object")
        for name, number in declared.items():
            self._check_text("properties", name)
            self._check_number("properties", number, 0, 2**31 - 1)
        self._check_list("base_types", record.get("base_types", []))
        for base in record.get("base_types", []):
            self._check_number("base_types", base, 1, LAST_ID)
            self._bases.append((self._place[1], base))

    def _check_property(self, prop: Any) -> None:
        if not isinstance(prop, dict) or "name" not in prop:
            self._refuse(f"the property {_brief(prop)} is not an object with a name")
        for name, value in prop.items():
            if name in ("name", "string", "proto"):
                self._check_text(f"properties.{name}", value)
            elif name == "int":
                self._check_number("properties.int", value, -(2**63), 2**63 - 1)
            elif name in ("custom", "bool"):
                if not isinstance(value, bool):
                    self._refuse(f"the field properties.{name} is {_brief(value)}, and not true or false")
            elif name == "double":
                self._check_double("properties.double", value)
            else:
                self._refuse(f"the field properties.{shown(name)} is unknown")

    def _check_double(self, name: str, value: Any) -> None:
        is_named = isinstance(value, str) and value.lower() in _NAMES_OF_NUMBERS
        if not is_named and type(value) not in (int, float):
            self._refuse(f"the field {name} is {_brief(value)}, and not a number")
        if type(value) is int and abs(value) >= 2**1023:
            self._refuse(f"the field {name} is {_brief(value)}, which no double holds")

    def _check_references(self, member: Member, record: dict[str, Any]) -> None:
        if member.kind:
            self._require(TYPES, "type_id", record["type_id"])
            if self._kinds[record["type_id"]] != member.kind.type_kind:
                self._refuse(f"its type {record['type_id']} is one of another kind of nodes")
        elif member is EVENTS:
            for kind in (ARTIFACT, EXECUTION):
                self._require(NODES[kind], kind.id_column, record[kind.id_column])
        elif member is PARENTS:
            for column in member.key:
                self._require(NODES[CONTEXT], column, record[column])
        elif member is ALIASES:
            self._require(TYPES, "type_id", record["type_id"])
            self._require(NODES[ARTIFACT], "artifact_id", record["artifact_id"])
        elif member in (METRICS, FACETS):
            self._require(NODES[self._kind_of(record)], "node_id", record["node_id"])
        elif member is EVENT_FACETS:
            self._require(EVENTS, "event_id", record["event_id"])
        elif member is LOCATIONS:
            self._require(NODES[ARTIFACT], "artifact_id", record["artifact_id"])
        elif member is POINTS:
            self._require(METRICS, "metric_id", record["metric_id"])
        for kind, members in MEMBERS.items():
            if member is members:
                self._require(NODES[CONTEXT], "context_id", record["context_id"])
                self._require(NODES[kind], kind.id_column, record[kind.id_column])

    def _kind_of(self, record: dict[str, Any]) -> Kind:
        found = next((kind for kind in KINDS if kind.type_kind == record["kind"]), None)
        if found is None:
            self._refuse(f"the field kind is {_brief(record['kind'])}, which is not a kind of node")
        return found

    def _require(self, member: Member, column: str, wanted: int) -> None:
        if wanted not in self._ids[member.name]:
            self._refuse(
                f"its {column} {wanted} is not among the {member.name} of the archive (`lineal doctor --fix` mends "
                "such a store before it is backed up)"
            )


def _brief(value: Any) -> str:
    text = json.dumps(value) if not isinstance(value, int) or abs(value) < 2**70 else "a number of more than 70 bits"
    return text if len(text) <= 60 else f"{text[:60]}..."
