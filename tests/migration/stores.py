"""Stores for migrations: filled by the official core, brought to a version by it, and looked into with plain SQL.

What stays out: what is expected of a migration.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import SIX_KINDS, SIX_TYPES, event, node, put, put_events, put_type
from tests.compat.official import METHOD_OF_REQUEST, OfficialCore, sqlite_file
from tests.compat.sides import Side
from tests.compat.stock import put_parents

VERSIONS = range(10)
NEWEST = 10
SINCE_VERSION_10 = ("b", "p")
# What the official library can store on servers: integers of 32 bits, and texts without quotes and backslashes.
VALUES = {**SIX_KINDS, "i": -(2**31), "s": "Grüße, 世界"}
ANY_INPUT = pb.ArtifactStructType(any=pb.AnyArtifactStructType())


def requests(*, values: Sequence[str] = tuple(VALUES)) -> list[Any]:
    """Return the requests that fill a store: types, nodes with properties of these kinds, and all relations."""
    types = {name: SIX_TYPES[name] for name in values}
    properties = {name: VALUES[name] for name in values}
    full = {"properties": properties, "custom": {f"c{name}": value for name, value in properties.items()}}
    together = rpc.PutAttributionsAndAssociationsRequest()
    together.attributions.add(context_id=1, artifact_id=1)
    together.associations.add(context_id=1, execution_id=1)
    return [
        put_type(ARTIFACT, "data", version="1", properties=types, description="d", external_id="type"),
        put_type(ARTIFACT, "model", base_type=pb.ArtifactType.MODEL),
        put_type(EXECUTION, "train", properties=types, input_type=ANY_INPUT),
        put_type(CONTEXT, "group", properties=types),
        put(ARTIFACT, node(ARTIFACT, 10, name="n", uri="ü", state=2, external_id="e", **full), node(ARTIFACT, 11)),
        put(EXECUTION, node(EXECUTION, 12, name="x", last_known_state=3, external_id="e", **full)),
        put(CONTEXT, node(CONTEXT, 13, name="c", external_id="e", **full), node(CONTEXT, 13, name="parent")),
        put_events(event(1, 1, steps=["key", 0, "", -1], milliseconds_since_epoch=5), event(2, 1, pb.Event.OUTPUT)),
        together,
        put_parents((2, 1)),
    ]


def tell(side: Side, *given: Any) -> list[Any]:
    """Send requests that must succeed; return the responses."""
    answers = []
    for one in given:
        side.start(METHOD_OF_REQUEST[type(one).__name__], one)
        answers.append(side.finish())
        assert answers[-1].code == 0, answers[-1]
    return [answer.response for answer in answers]


class OldStores:
    """SQLite files of every version, made by the official core."""

    def __init__(self, core: OfficialCore, folder: Path, *, values: Sequence[str]) -> None:
        self._core = core
        self._folder = folder
        store = core.open(sqlite_file(self._path(NEWEST)))
        tell(store, *requests(values=values))
        store.close()
        for version in VERSIONS:
            shutil.copyfile(self._path(NEWEST), self._path(version))
            core.downgrade(sqlite_file(self._path(version)), version)

    def _path(self, version: int) -> Path:
        return self._folder / f"version {version}.db"

    def copy(self, version: int, target: Path) -> Path:
        """Copy the store of a version to a file of its own; return that file."""
        shutil.copyfile(self._path(version), target)
        return target

    def upgraded_officially(self, version: int, target: Path) -> Path:
        """Copy the store of a version and let the official core upgrade it."""
        self._core.open(sqlite_file(self.copy(version, target)), upgrade=True).close()
        return target


def run_sql(path: Path, *statements: str) -> None:
    """Change a file behind everybody's back."""
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def ask_sql(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    connection = sqlite3.connect(path)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def tables(path: Path) -> list[str]:
    """Return the names of the tables."""
    return sorted(name for (name,) in ask_sql(path, "SELECT name FROM sqlite_master WHERE type = 'table'"))


def described(path: Path) -> dict[str, Any]:
    """Return the columns and indexes of every table."""
    return {table: (ask_sql(path, f"PRAGMA table_info({table})"), _indexes(path, table)) for table in tables(path)}


def _indexes(path: Path, table: str) -> list[Any]:
    """Return the indexes of a table, without the names that SQLite makes up."""
    return sorted(
        (
            "" if name.startswith("sqlite_auto") else name,
            unique,
            partial,
            str(ask_sql(path, f"PRAGMA index_info({name})")),
        )
        for _, name, unique, _, partial in ask_sql(path, f"PRAGMA index_list({table})")
    )


def rows(path: Path) -> dict[str, list[Any]]:
    """Return the rows of every table, without those that count ids."""
    names = [name for name in tables(path) if name != "sqlite_sequence"]
    return {name: sorted(ask_sql(path, f"SELECT * FROM {name}"), key=repr) for name in names}
