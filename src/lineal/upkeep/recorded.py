"""What the audit log says of a record beside its values: who recorded it, what was changed since, what is gone.

Names and times of what changes in the normal life of a record are left out: its state, labels, description, aliases,
when it was archived, what Lineal keeps for itself, what events of OpenLineage tell, and what a watcher writes of its
objects. Values that are added are no change either, because an execution gets many while it runs. What stays out: the
entries themselves (history.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lineal import conventions
from lineal.event_directions import OUTPUTS
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.record_patch import LONGEST_LABEL
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.audit import Replaced
from lineal.store.upkeep.changes import TIME_OF_UPDATE
from lineal.type_names import watched_kind

MOST_CHANGES = 500
"""How many entries are read of one record; of more, it is not said what was changed."""
MOST_EXECUTIONS = 5_000
"""Of how many executions at once it is said how many outputs were deleted."""
_MOST_LOST_EVENTS = 10_000
_BY_PEOPLE = ("ChangeNodes", "UndoChange")
"""The calls that no watcher makes."""
_ENDED = ("COMPLETE", "FAILED", "CANCELED", "CACHED")
_LIVING = (
    TIME_OF_UPDATE,
    conventions.LABELS,
    conventions.ALIASES,
    conventions.ARCHIVED,
    conventions.DELETED,
    conventions.MLFLOW_NOTE,
    f"{conventions.TAG_PREFIX}{conventions.MLFLOW_HISTORY}",
    "description",
)
_OPENED = {conventions.ALL_META: "", conventions.ENVIRONMENT: "environment."}
"""Properties that are JSON, of which each member is a value of its own, and what is before their names."""


@dataclass(frozen=True)
class Recorded:
    """What the log says of a record.

    Attributes:
        by: whose call recorded it; None if that call was not logged.
        changed: the names of what has another value than it was recorded with, or is gone, in alphabetical order; None
            if there are too many changes to tell.
        deleted_outputs: how many outputs of an execution were deleted; None as well.
    """

    by: str | None
    changed: list[str] | None
    deleted_outputs: int | None


class _Record(NamedTuple):
    """The type and the external id of a record, "" for none."""

    type: str
    external_id: str

    @property
    def is_watched(self) -> bool:
        """Whether it is of an object of Kubernetes, which its watcher writes again whenever the object changes."""
        return watched_kind(self.type) is not None or self.type == conventions.OWNER_TYPE

    def is_label(self, name: str, value: Any) -> bool:
        """Say whether a value of an entry is a label; what says what the content is counts as no label here."""
        is_custom, plain = name.startswith(_CUSTOM), name.removeprefix(_CUSTOM)
        if not is_custom or plain in conventions.CONTENT or not isinstance(value, str) or len(value) > LONGEST_LABEL:
            return False
        return conventions.label_of(self.type, self.external_id, plain) is not None


_CUSTOM = "custom_properties."


def recorded(service: MetadataService, kind: Kind, node_id: int, caller: Caller) -> Recorded | None:
    """Return what the log says of a record; None if there is none, or the caller does not see changes by others."""
    if not sees_log(service, caller):
        return None
    return service.read(lambda session, types: _recorded(session, types, kind, node_id))


def sees_log(service: MetadataService, caller: Caller) -> bool:
    """Return whether there is a log, and the caller sees changes by others."""
    return caller.scope is None and service.has_log()


def deleted_outputs(session: Session, execution_ids: Sequence[int]) -> dict[int, int] | None:
    """Return how many outputs of each execution were deleted.

    None if these are more than MOST_EXECUTIONS, or if their entries are too many to tell.
    """
    if len(execution_ids) > MOST_EXECUTIONS:
        return None
    rows = audit_rows.lost_events(session, execution_ids, limit=_MOST_LOST_EVENTS + 1)
    if len(rows) > _MOST_LOST_EVENTS:
        return None
    made: dict[int, set[int]] = {execution_id: set() for execution_id in execution_ids}
    for execution_id, old in rows:
        made[execution_id] |= _outputs([_values(old)])
    lost = set().union(*made.values())
    left = node_rows.existing_ids(session, ARTIFACT, lost) if lost else set()
    return {execution_id: len(outputs - left) for execution_id, outputs in made.items()}


def _recorded(session: Session, types: KnownTypes, kind: Kind, node_id: int) -> Recorded:
    by = audit_rows.recorder(session, kind.name, node_id)
    rows = audit_rows.replaced(
        session, kind.name, node_id, without=conventions.OPENLINEAGE_CALL, limit=MOST_CHANGES + 1
    )
    if len(rows) > MOST_CHANGES:
        return Recorded(by, None, None)
    record = _record(session, types, kind, node_id) if rows else _Record("", "")
    updates = [
        (_values(row.old_values), _values(row.new_values))
        for row in rows
        if row.action == "update" and not (record.is_watched and _is_by_watcher(row, by))
    ]
    gone = [_values(row.old_values) for row in rows if row.action == "event"] if kind is EXECUTION else []
    made = _outputs(gone)
    left = node_rows.existing_ids(session, ARTIFACT, made) if made else set()
    return Recorded(by, _changed(updates, record), len(made - left))


def _outputs(events: Iterable[Mapping[str, Any]]) -> set[int]:
    return {int(each["artifact_id"]) for each in events if each.get("type") in OUTPUTS and "artifact_id" in each}


def _record(session: Session, types: KnownTypes, kind: Kind, node_id: int) -> _Record:
    for row in node_rows.nodes_by_ids(session, kind, [node_id]):
        return _Record(types.name(session, row.type_id), row.external_id or "")
    return _Record("", "")


def _is_by_watcher(row: Replaced, recorder: str | None) -> bool:
    return row.who == (recorder or row.who) and row.rpc not in _BY_PEOPLE


def _values(text: str | None) -> Mapping[str, Any]:
    return {} if text is None else json.loads(text)


def _changed(updates: list[tuple[Mapping[str, Any], Mapping[str, Any]]], record: _Record) -> list[str]:
    """Return the names of which the first value that was replaced is not the last one; updates come oldest first."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for old, new in updates:
        kept = {name: value for name, value in old.items() if not record.is_label(name, value)}
        before, after = dict(_flat(kept)), dict(_flat(new))
        for name, value in before.items():
            if value != after.get(name):
                first.setdefault(name, value)
        last.update({name: after.get(name) for name in {*before, *after}})
    return sorted(name for name, value in first.items() if _matters(name, value) and last[name] != value)


def _matters(name: str, value: Any) -> bool:
    """Say whether another value in the place of this one is no part of the normal life of a record."""
    if name == "state":
        return value in _ENDED
    return value is not None and name.partition(".")[0] not in _LIVING and name not in _LIVING


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of an entry by the names that people know, each member of the SDK's JSON by itself."""
    for name, value in values.items():
        plain = name.removeprefix("custom_").removeprefix("properties.")
        inner = _object(value) if plain in _OPENED else None
        if inner is not None:
            yield from ((f"{_OPENED[plain]}{key}", each) for key, each in inner.items())
        elif plain in _OPENED or not plain.startswith(conventions.INTERNAL_PREFIX):
            yield plain, value


def _object(value: Any) -> Mapping[str, Any] | None:
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return None
    return found if isinstance(found, dict) else None
