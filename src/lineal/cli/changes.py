"""Entries of the audit log as records and columns: what a change was, and in a table only the values that differ.

What stays out: reading them (`audit.py`, `history.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lineal.cli.output import Column, time_column
from lineal.upkeep.audit_log import AuditEntry

_Values = dict[str, Any]


def change_record(entry: AuditEntry | Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry, or what REST says of one, as a record; the values before and after are objects."""
    found = dict(entry) if isinstance(entry, Mapping) else asdict(entry)
    return {**found, "old": _parsed(found["old"]), "new": _parsed(found["new"])}


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def change_columns() -> list[Column]:
    """Return the columns of a table of changes."""
    return [
        Column("id", lambda each: each["id"]),
        time_column("time", lambda each: each["time"]),
        Column("who", lambda each: each["who"]),
        Column("rpc", lambda each: each["rpc"]),
        Column("change", lambda each: f"{each['action']} {each['subject']} {each['node_id']}"),
        Column("before", lambda each: _differing(each["old"], each["new"])),
        Column("after", lambda each: _differing(each["new"], each["old"])),
    ]


def _differing(values: Any, others: Any) -> Any:
    """Return values with only those members of JSON in them that differ from the others."""
    if not (isinstance(values, dict) and isinstance(others, dict)):
        return values
    return {name: _inner(value, others.get(name)) for name, value in values.items()}


def _inner(value: Any, other: Any) -> Any:
    mine, others = _object(value), _object(other)
    if mine is None or others is None:
        return value
    return {name: _inner(each, others.get(name)) for name, each in mine.items() if others.get(name) != each}


def _object(value: Any) -> _Values | None:
    """Return a JSON object, also one that is written as a text; None for what is none."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) else None
