"""The actual tables, columns and indexes of a database.

A database may differ from its version: the official library leaves columns behind on PostgreSQL, and a migration on
MySQL may have been interrupted. So every change checks first. What stays out: what the findings mean (state.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lineal import errors
from lineal.store.engine.session import Session
from lineal.store.tables.mlmd_tables import metadata

_KNOWN = {name.lower() for name in metadata.tables}


@dataclass(frozen=True)
class FoundIndex:
    """An existing index; `constraint` says whether it must be dropped as a constraint."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    constraint: bool = False


@dataclass(frozen=True)
class FoundTable:
    """An existing table, under its name in the database."""

    name: str
    columns: tuple[str, ...]
    indexes: tuple[FoundIndex, ...]


# The tables of ML Metadata by their names in lower case, which is how PostgreSQL has them.
Shape = Mapping[str, FoundTable]


def has_column(shape: Shape, table: str, column: str) -> bool:
    """Say whether a table and a column of it exist."""
    found = shape.get(table.lower())
    return found is not None and column in found.columns


def read_shape(session: Session) -> Shape:
    """Read the tables of ML Metadata in a database."""
    name = session.dialect.name
    if name not in _READERS:
        raise errors.UnimplementedError(f"there is no migration on {name} in this version; use the official library")
    return {table.name.lower(): table for table in _READERS[name](session)}


def _read_sqlite(session: Session) -> Iterable[FoundTable]:
    names = [name for name in session.dialect.table_names(session.script) if name.lower() in _KNOWN]
    return [_read_sqlite_table(session, name) for name in names]


def _read_sqlite_table(session: Session, table: str) -> FoundTable:
    columns = tuple(name for _, name, *_ in session.script(f'PRAGMA table_info("{table}")'))
    indexes = []
    for _, name, unique, _, _ in session.script(f'PRAGMA index_list("{table}")'):
        parts = tuple(part or "" for _, _, part in session.script(f'PRAGMA index_info("{name}")'))
        indexes.append(FoundIndex(name, parts, bool(unique)))
    return FoundTable(table, columns, tuple(indexes))


_MYSQL_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position
"""
_MYSQL_INDEXES = """
SELECT table_name, index_name, column_name, non_unique = 0, FALSE FROM information_schema.statistics
WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY' ORDER BY table_name, index_name, seq_in_index
"""
_POSTGRESQL_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
"""
_POSTGRESQL_INDEXES = """
SELECT owner.relname, named.relname, part.attname, entry.indisunique, rule.oid IS NOT NULL
FROM pg_index AS entry
JOIN pg_class AS owner ON owner.oid = entry.indrelid
JOIN pg_class AS named ON named.oid = entry.indexrelid
JOIN pg_attribute AS part ON part.attrelid = entry.indexrelid
LEFT JOIN pg_constraint AS rule ON rule.conindid = entry.indexrelid AND rule.contype = 'u'
WHERE owner.relnamespace = current_schema()::regnamespace AND NOT entry.indisprimary
ORDER BY owner.relname, named.relname, part.attnum
"""


def _read_catalogue(columns_query: str, indexes_query: str) -> Callable[[Session], Iterable[FoundTable]]:
    """Return the reader of an engine whose catalogue answers these two queries."""

    def read(session: Session) -> Iterable[FoundTable]:
        columns: dict[str, list[str]] = {}
        for table, column in session.script(columns_query):
            columns.setdefault(table, []).append(column)
        indexes = _gather(session.script(indexes_query))
        return [
            FoundTable(table, tuple(names), tuple(index for owner, index in indexes if owner == table))
            for table, names in columns.items()
            if table.lower() in _KNOWN
        ]

    return read


def _gather(rows: Collection[tuple[Any, ...]]) -> list[tuple[str, FoundIndex]]:
    """Make indexes of rows, one for each of their columns."""
    parts: dict[tuple[str, str, bool, bool], list[str]] = {}
    for table, name, column, unique, constraint in rows:
        parts.setdefault((table, name, bool(unique), bool(constraint)), []).append(column or "")
    return [(key[0], FoundIndex(key[1], tuple(columns), key[2], key[3])) for key, columns in parts.items()]


_READERS: Mapping[str, Callable[[Session], Iterable[FoundTable]]] = {
    "sqlite": _read_sqlite,
    "mysql": _read_catalogue(_MYSQL_COLUMNS, _MYSQL_INDEXES),
    "postgresql": _read_catalogue(_POSTGRESQL_COLUMNS, _POSTGRESQL_INDEXES),
}
