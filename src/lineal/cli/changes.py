"""Entries of the audit log as records and columns: what a change was, and in a table only the values that differ.

What stays out: reading them (`audit.py`, `history.py`).
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from lineal.cli.output import Column, is_text, print_records, time_column
from lineal.upkeep.audit_log import AuditEntry

_Values = dict[str, Any]
_LINKS = ("event", "association", "attribution", "parent")
_TIMES = re.compile(
    r"milliseconds_since_epoch|last_update_time_since_epoch|expires|revoked"
    r"|(custom_)?properties\.(__started__|__ended__|__archived__|lineal\.deleted)"
)
"""The whole names of times: `expires` and `revoked` are of tokens, since users' properties have a prefix."""
_LONGEST = 150
_CUT = "..."


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
        Column("change", _said),
        Column("before", lambda each: _differing(each["old"], each["new"]), _short),
        Column("after", lambda each: _differing(each["new"], each["old"]), _short),
    ]


def print_changes(
    args: argparse.Namespace, records: Sequence[_Values], *, has_older: bool, notes: Iterable[str] = ()
) -> None:
    """Print entries in the chosen form, and say if there are older ones, or if the table has not all of the values."""
    columns = change_columns()
    is_cut = is_text(args) and any(
        _short(value).endswith(_CUT) for each in columns[-2:] for value in map(each.value, records) if value is not None
    )
    said = ["There are older changes; a larger --limit shows them."] if has_older else []
    said += ["Long values are cut; -o json shows all."] if is_cut else []
    print_records(args, records, columns, notes=[*said, *notes])


def _said(entry: Mapping[str, Any]) -> str:
    """Return what was done to what; of a link whether it was added or removed."""
    done = f"{entry['action']} {entry['subject']} {entry['node_id']}"
    if entry["action"] not in _LINKS:
        return done
    return f"{'add' if entry['old'] is None else 'remove'} {done}"


def _short(values: Any) -> str:
    """Return values as a table shows them: times in words, JSON without empty values, long texts cut."""
    from lineal.cli.text import plain

    text = plain(_in_words(values))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - len(_CUT)]}{_CUT}"


def _in_words(values: Any) -> Any:
    from lineal.cli.text import time
    from lineal.wire import metadata_store as pb

    if not isinstance(values, dict):
        return values
    found = {name: _filled(value) for name, value in values.items()}
    if isinstance(found.get("type"), int) and "artifact_id" in found:
        with suppress(ValueError):
            found["type"] = pb.Event.Type.Name(found["type"])
    times = {name: found[name] for name in found if _TIMES.fullmatch(name) and type(found[name]) is int}
    return {**found, **{name: f"{time(each)} UTC" for name, each in times.items()}}


def _filled(value: Any) -> Any:
    """Return a JSON object, also one that is a text, without what is not filled; other values as they are."""
    found = _object(value)
    return value if found is None else {name: each for name, each in found.items() if each is not None}


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
