"""The changes of a transaction, recorded for the audit log.

The functions that write rows first call the tracker of their session. The tracker compares the recorded values with
those at the end of the transaction, or with those before the same node changes again: if a second change undoes the
first, both are recorded. A session without a tracker costs nothing. What stays out: who changes something, and whether
it is written to the log at all (service/audit.py).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lineal import errors, json_form
from lineal.kinds import KINDS, Kind
from lineal.store.engine.session import Row, Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.properties import ask_for_properties
from lineal.store.tables.values import decode
from lineal.wire import metadata_store as pb

Values = dict[str, Any]


class Change(NamedTuple):
    """One thing that changed.

    Attributes:
        action: "create", "update", "delete", "tombstone", or what was added or removed: "event", "attribution",
            "association", "parent", "property", "metrics", "facets"; or of an alias: "promote", "lose alias",
            "remove alias".
        subject: what it is about: "artifact", "execution", "context", or "type".
        node_id: its id.
        old: the values that are gone or were replaced.
        new: the values that are new.
    """

    action: str
    subject: str
    node_id: int
    old: Values | None
    new: Values | None


class Snapshot(NamedTuple):
    """A node at one moment: the time of its last update, and its values."""

    updated: int
    values: Values


@dataclass
class TransactionChanges:
    """The changes of one transaction."""

    _before: dict[Kind, dict[int, Snapshot | None]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    _actions: dict[tuple[str, int], str] = field(default_factory=dict)
    _done: list[Change] = field(default_factory=list)
    _others: list[Change] = field(default_factory=list)

    def created(self, kind: Kind, ids: Iterable[int]) -> None:
        """Record nodes that are new."""
        self._before[kind].update(dict.fromkeys(ids))

    def changing(self, session: Session, kind: Kind, ids: Iterable[int], action: str = "update") -> None:
        """Record nodes that are about to be changed or deleted."""
        known, ids = self._before[kind], list(dict.fromkeys(ids))
        present = snapshots(session, kind, ids)
        for node_id in ids:
            if node_id in known:
                self._done += self._change(kind.name, node_id, known[node_id], present.get(node_id))
        known.update({node_id: present.get(node_id) for node_id in ids})
        self._actions.update({(kind.name, node_id): action for node_id in ids})

    def added(self, action: str, subject: str, node_id: int, new: Values) -> None:
        """Record something that is added."""
        self._others.append(Change(action, subject, node_id, None, new))

    def removed(self, action: str, subject: str, node_id: int, old: Values) -> None:
        """Record something that is removed."""
        self._others.append(Change(action, subject, node_id, old, None))

    def replaced(self, action: str, subject: str, node_id: int, old: Values | None, new: Values | None) -> None:
        """Record something that takes the place of something else, either of which may be nothing."""
        self._others.append(Change(action, subject, node_id, old, new))

    def changes(self, session: Session) -> list[Change]:
        """Return what has changed."""
        found = list(self._done)
        asked = {kind: ask_for_snapshots(session, kind, list(before)) for kind, before in self._before.items()}
        for kind, before in self._before.items():
            after = asked[kind]()
            for node_id, old in before.items():
                found += self._change(kind.name, node_id, old, after.get(node_id))
        return found + self._others

    def _change(self, subject: str, node_id: int, old: Snapshot | None, new: Snapshot | None) -> list[Change]:
        if old is None:
            return [Change("create", subject, node_id, None, new.values)] if new is not None else []
        action = self._actions[subject, node_id]
        if new is None:
            return [Change("delete", subject, node_id, old.values, None)]
        lost = {name: value for name, value in old.values.items() if not is_same(new.values.get(name, _NOTHING), value)}
        gained = {
            name: value for name, value in new.values.items() if not is_same(old.values.get(name, _NOTHING), value)
        }
        if not (lost or gained) and old.updated != new.updated:  # the time of the entry is enough for the other updates
            lost, gained = {TIME_OF_UPDATE: old.updated}, {TIME_OF_UPDATE: new.updated}
        return [Change(action, subject, node_id, lost, gained)] if lost or gained else []


_NOTHING = ()
"""What no value of a snapshot is."""


def is_same(one: Any, other: Any) -> bool:
    """Say whether two values of snapshots are equal and of one type: 1, 1.0 and true differ, and NaN equals NaN."""
    return type(one) is type(other) and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


TIME_OF_UPDATE = "last_update_time_since_epoch"
"""What an entry holds if nothing else of a node has changed."""


def snapshots(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, Snapshot]:
    """Return the nodes that exist, their values by the names that filters give them."""
    return ask_for_snapshots(session, kind, ids)()


def ask_for_snapshots(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], dict[int, Snapshot]]:
    """Return what returns the nodes that exist, as `snapshots` does."""
    rows = node_rows.ask_for_nodes(session.unscoped, kind, ids)
    properties = ask_for_properties(session.unscoped, kind, ids)
    return lambda: _snapshots(kind, rows(), properties())


def _snapshots(kind: Kind, rows: Sequence[NodeRow], properties: Sequence[Row]) -> dict[int, Snapshot]:
    found: dict[int, Snapshot] = {}
    for row in rows:
        values = {"type_id": row.type_id, "name": row.name, "external_id": row.external_id, "uri": row.uri}
        values["state"] = _state(kind, row.state)
        found[row.id] = Snapshot(row.updated, {name: value for name, value in values.items() if value is not None})
    for node_id, name, is_custom, *columns in properties:
        if node_id in found:
            prefix = "custom_properties" if is_custom else "properties"
            found[node_id].values[f"{prefix}.{name}"] = _plain(tuple(columns))
    return found


def _state(kind: Kind, number: int | None) -> str | int | None:
    if number is None or kind.state_field is None:
        return None
    states: Any = kind.node.DESCRIPTOR.enum_types_by_name["State"]
    known = states.values_by_number.get(number)
    return known.name if known else number


def _plain(columns: Any) -> Any:
    """Return a property's value as Python's JSON can hold it; numbers may be NaN or infinite."""
    value = pb.Value()
    try:
        decode(columns, value)
    except errors.DataLossError:
        return None
    if value.HasField("struct_value"):
        return json_form.struct(value.struct_value)
    if value.HasField("proto_value"):
        packed = value.proto_value
        return {"type_url": packed.type_url, "value": base64.b64encode(packed.value).decode("ascii")}
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind else None
