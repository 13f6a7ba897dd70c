"""The tables of each schema version, 0 to the current one.

The current version is in mlmd_tables.py; this module says when each table, column and index came, so that an older
version is the current one without what came later. What stays out: how a database is brought from one to another
(reshape.py), and what happens to rows (steps.py).

Source: the schemas that the official library 1.17 makes when it downgrades a database.
"""

from __future__ import annotations

import functools
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from lineal.store.tables.mlmd_tables import EVENT, metadata

Tables = dict[str, sa.Table]

_TABLES_SINCE = {
    "MLMDEnv": 1,
    "Context": 3,
    "ContextProperty": 3,
    "Association": 4,
    "Attribution": 4,
    "ParentContext": 6,
    "ParentType": 6,
}
_COLUMNS_SINCE = {
    "state": 5,
    "last_known_state": 5,
    "create_time_since_epoch": 5,
    "last_update_time_since_epoch": 5,
    "version": 6,
    "description": 6,
    "byte_value": 7,
    "external_id": 9,
    "proto_value": 10,
    "bool_value": 10,
}
_NAMES_SINCE = {"Artifact": 5, "Execution": 5}
UNIQUE_EVENTS_SINCE = 8
_PROPERTY_INDEXES_SINCE = 8
_PATH_INDEX_SINCE = 7
_OTHER_INDEXES_SINCE = 6
_EVENT_ARTIFACT_INDEX = range(6, 8)  # what makes events unique also finds them by artifact

# The column that says what a type is for: its name before version 2, and from then on. The numbers mean the same.
TYPE_KIND_SINCE = 2
OLD_TYPE_KIND, TYPE_KIND = "is_artifact_type", "type_kind"


@functools.cache
def tables_at(version: int) -> Tables:
    """Return the tables of a schema version by name."""
    future = sa.MetaData()
    present = [table for name, table in metadata.tables.items() if table_since(name) <= version]
    return {table.name: _table_at(version, table, future) for table in present}


def _table_at(version: int, table: sa.Table, target: sa.MetaData) -> sa.Table:
    """Return a table as it was at a version."""
    columns = [column for column in table.columns if column_since(table, column.name) <= version]
    uniques = [
        sa.UniqueConstraint(*[column.name for column in constraint.columns], name=constraint.name)
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint) and _unique_since(table, constraint) <= version
    ]
    copies = {column.name: _copy_column(column, name_at(version, column.name)) for column in columns}
    indexes = [_copy_index(index, copies) for index in table.indexes if _index_since(table, index) <= version]
    if table is EVENT and version in _EVENT_ARTIFACT_INDEX:
        indexes.append(sa.Index("idx_event_artifact_id", copies["artifact_id"]))
    return sa.Table(table.name, target, *copies.values(), *uniques, *indexes, **dict(table.dialect_kwargs))


def name_at(version: int, column: str) -> str:
    """Return the name of a column of the current schema at a version."""
    return OLD_TYPE_KIND if column == TYPE_KIND and version < TYPE_KIND_SINCE else column


def _copy_column(column: sa.Column[Any], name: str) -> sa.Column[Any]:
    default: Any = column.server_default
    return sa.Column(
        name,
        column.type,
        primary_key=column.primary_key,
        nullable=column.nullable,
        autoincrement=column.autoincrement,
        server_default=default if default is None else default.arg,
    )


def table_since(name: str) -> int:
    """Return the version that added a table of the current schema."""
    return _TABLES_SINCE.get(name, 0)


def column_since(table: sa.Table, name: str) -> int:
    """Return the version that added a column of the current schema."""
    if name == "name":
        return _NAMES_SINCE.get(table.name, 0)
    return _COLUMNS_SINCE.get(name, 0)


def _unique_since(table: sa.Table, constraint: sa.UniqueConstraint) -> int:
    columns = max(column_since(table, column.name) for column in constraint.columns)
    return max(columns, UNIQUE_EVENTS_SINCE if table is EVENT else 0)


def _index_since(table: sa.Table, index: sa.Index) -> int:
    columns = max(column_since(table, name) for name in indexed_columns(index))
    name = str(index.name)
    if "_property_" in name:
        return max(columns, _PROPERTY_INDEXES_SINCE)
    return max(columns, _PATH_INDEX_SINCE if name == "idx_eventpath_event_id" else _OTHER_INDEXES_SINCE)


def indexed_columns(index: sa.Index) -> tuple[str, ...]:
    """Return the names of the columns that an index holds, whole or their start."""
    inside = [element for part in _parts(index) for element in visitors.iterate(part)]
    return tuple(element.name for element in inside if isinstance(element, sa.Column))


def _parts(index: sa.Index) -> list[Any]:
    return list(index.expressions)


def _copy_index(index: sa.Index, columns: dict[str, sa.Column[Any]]) -> sa.Index:
    """Return an index like this one on other columns of the same names."""

    def moved(value: Any) -> Any:
        if not isinstance(value, sa.ClauseElement):
            return value
        return visitors.replacement_traverse(
            value, {}, lambda element, **_: columns[element.name] if isinstance(element, sa.Column) else None
        )

    options = {key: moved(value) for key, value in index.dialect_kwargs.items()}
    return sa.Index(index.name, *[moved(part) for part in _parts(index)], unique=index.unique, **options)
