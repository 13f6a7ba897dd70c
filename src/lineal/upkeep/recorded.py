"""What the audit log says of a record beside its values: who recorded it, what was changed since, what is gone.

Names and times of what changes in the normal life of a record are left out: its state, labels, description, aliases and
when it was archived. Values that are added are no change either, because an execution gets many while it runs. What
stays out: the entries themselves (history.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lineal import conventions
from lineal.event_directions import OUTPUTS
from lineal.kinds import EXECUTION, Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.store.schema import on_demand
from lineal.store.tables import own_tables
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.changes import TIME_OF_UPDATE

MOST_CHANGES = 10_000
"""How many entries are read of one record; of more, it is not said what was changed."""
_ENDED = ("COMPLETE", "FAILED", "CANCELED", "CACHED")
_LIVING = (
    TIME_OF_UPDATE,
    conventions.LABELS,
    conventions.ALIASES,
    conventions.ARCHIVED,
    conventions.DELETED,
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
        deleted_outputs: how many outputs of an execution were deleted.
    """

    by: str | None
    changed: list[str] | None
    deleted_outputs: int


def recorded(service: MetadataService, kind: Kind, node_id: int, caller: Caller) -> Recorded | None:
    """Return what the log says of a record; None if there is none, or the caller does not see changes by others."""
    if caller.scope is not None or not on_demand.holds(service.database, own_tables.AUDIT):
        return None
    by, rows = service.read(
        lambda session, _: (
            audit_rows.recorder(session, kind.name, node_id),
            audit_rows.replaced(session, kind.name, node_id, limit=MOST_CHANGES + 1),
        )
    )
    pairs = [(row.action, _values(row.old_values), _values(row.new_values)) for row in rows[:MOST_CHANGES]]
    updates = [(old, new) for action, old, new in pairs if action == "update"]
    gone = [old for action, old, _ in pairs if action == "event" and kind is EXECUTION and old.get("type") in OUTPUTS]
    return Recorded(by, _changed(updates) if len(rows) <= MOST_CHANGES else None, len(gone))


def _values(text: str | None) -> Mapping[str, Any]:
    return {} if text is None else json.loads(text)


def _changed(updates: list[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[str]:
    """Return the names of which the first value that was replaced is not the last one; updates come oldest first."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for old, new in updates:
        before, after = dict(_flat(old)), dict(_flat(new))
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
        if inner is None:
            yield plain, value
        else:
            yield from ((f"{_OPENED[plain]}{key}", each) for key, each in inner.items())


def _object(value: Any) -> Mapping[str, Any] | None:
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return None
    return found if isinstance(found, dict) else None
