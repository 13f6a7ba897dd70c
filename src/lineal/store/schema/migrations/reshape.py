"""Change tables from the shape of one schema version to that of another.

Every change first checks the current state, so running it again finishes an interrupted migration. Indexes that others
have added stay. What stays out: changes of rows (steps.py), except that they are copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.schema.migrations.shape import FoundIndex, FoundTable, Shape
from lineal.store.schema.migrations.versions import OLD_TYPE_KIND, TYPE_KIND, indexed_columns, tables_at
from lineal.store.tables.mlmd_tables import TYPE, Name


def reshape(session: Session, database: Database, shape: Shape, start: int, end: int) -> None:
    """Change the tables found in a database from schema version `start` to version `end`."""
    _RESHAPERS[session.dialect.name](session, database, shape).run(start, end)


def changes_are_transactional(session: Session) -> bool:
    """Say whether changes of tables are undone when the transaction fails."""
    return _RESHAPERS[session.dialect.name].transactional


_MYSQL_TYPE = """
SELECT data_type FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name = %s AND column_name = %s
"""


class _Reshaper:
    """The common part of all engines: create and drop tables and indexes."""

    transactional: ClassVar[bool] = True

    def __init__(self, session: Session, database: Database, shape: Shape) -> None:
        self._session = session
        self._shape = shape
        self._dialect = database.engine_dialect
        self._quote = database.engine_dialect.identifier_preparer.quote_identifier

    def run(self, start: int, end: int) -> None:
        """Create what is new, change what stays, drop what is gone."""
        before, after = tables_at(start), tables_at(end)
        for name, table in after.items():
            found = self._shape.get(name.lower())
            if found is None:
                self._create(table)
            elif name in before:
                self._change(found, before[name], table)
            else:
                self._create_indexes(found, table)
        for name in before.keys() - after.keys():
            found = self._shape.get(name.lower())
            if found is not None:
                self._run(f"DROP TABLE {self._quote(found.name)}")

    def _run(self, text: str) -> None:
        self._session.script(text)

    def _text(self, element: sa.ClauseElement) -> str:
        return str(element.compile(dialect=self._dialect)).strip()

    def _name(self, table: sa.Table) -> str:
        return self._dialect.identifier_preparer.format_table(table)

    def _create(self, table: sa.Table) -> None:
        self._run(self._text(CreateTable(table)))
        for index in _indexes(table):
            self._run(self._text(CreateIndex(index)))

    def _change(self, found: FoundTable, before: sa.Table, after: sa.Table) -> None:
        raise NotImplementedError

    def _drop_indexes(self, found: FoundTable, before: sa.Table, after: sa.Table) -> None:
        gone = {str(index.name) for index in before.indexes} - {str(index.name) for index in after.indexes}
        for entry in found.indexes:
            if entry.name.lower() in gone:
                self._run(self._drop_index(found, entry))

    def _create_indexes(self, found: FoundTable, after: sa.Table) -> None:
        for index in _indexes(after):
            if not _is_there(found, index):
                self._run(self._text(CreateIndex(index)))

    def _drop_index(self, found: FoundTable, index: FoundIndex) -> str:
        return f"DROP INDEX {self._quote(index.name)}"


class _SQLiteReshaper(_Reshaper):
    """SQLite cannot add a unique constraint to a table: if that or a column changes, it is rewritten."""

    def _change(self, found: FoundTable, before: sa.Table, after: sa.Table) -> None:
        if _definition(before) == _definition(after):
            self._drop_indexes(found, before, after)
            self._create_indexes(found, after)
        else:
            self._rebuild(found, before, after)

    def _rebuild(self, found: FoundTable, before: sa.Table, after: sa.Table) -> None:
        """Rewrite the table; ids that were used before are not used again."""
        old = self._quote(f"{found.name}_before")
        foreign = self._foreign_entries(found, before, after)
        counter = self._counter(found.name)
        self._run("PRAGMA legacy_alter_table = ON")  # views and triggers go on naming the table, not the old one
        self._run(f"ALTER TABLE {self._quote(found.name)} RENAME TO {old}")
        self._run("PRAGMA legacy_alter_table = OFF")
        for index in found.indexes:
            if not index.name.startswith("sqlite_autoindex"):
                self._run(f"DROP INDEX {self._quote(index.name)}")
        self._run(self._text(CreateTable(after)))
        self._copy(found, old, after)
        self._run(f"DROP TABLE {old}")
        self._set_counter(found.name, counter)
        for text in [*(self._text(CreateIndex(index)) for index in _indexes(after)), *foreign]:
            self._run(text)

    def _copy(self, found: FoundTable, old: str, after: sa.Table) -> None:
        pairs = [(column.name, _source(found, column.name)) for column in after.columns]
        targets = ", ".join(self._quote(target) for target, source in pairs if source)
        sources = ", ".join(self._quote(source) for _, source in pairs if source)
        self._run(f"INSERT INTO {self._name(after)} ({targets}) SELECT {sources} FROM {old} ORDER BY rowid")

    def _counter(self, table: str) -> int | None:
        rows = self._session.script("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return rows[0][0] if rows else None

    def _set_counter(self, table: str, value: int | None) -> None:
        if value is not None:
            self._session.script("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            self._session.script("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, value))

    def _foreign_entries(self, found: FoundTable, before: sa.Table, after: sa.Table) -> list[str]:
        """Return how to make the indexes and triggers of others on a table, except indexes of columns that go."""
        own = {str(index.name) for index in before.indexes}
        columns = {column.name for column in after.columns}
        lost = {index.name for index in found.indexes if not columns.issuperset(index.columns)}
        query = "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type <> 'table' AND sql IS NOT NULL"
        rows = self._session.script(query, (found.name,))
        return [sql for name, sql in rows if name not in own | lost]


class _AlteringReshaper(_Reshaper):
    """Engines that change a table in place, with all clauses in one statement."""

    def _change(self, found: FoundTable, before: sa.Table, after: sa.Table) -> None:
        self._drop_indexes(found, before, after)
        clauses = [*self._dropped_rules(found, before, after), *self._dropped_columns(found, before, after)]
        clauses += self._added_columns(found, after)
        clauses += [
            f"ADD UNIQUE ({', '.join(map(self._quote, columns))})"
            for columns in sorted(_uniques(after))
            if not any(index.unique and index.columns == columns for index in found.indexes)
        ]
        clauses += self._of_the_engine(found, before, after)
        self._rename(found, after)
        if clauses:
            self._run(f"ALTER TABLE {self._name(after)} {', '.join(clauses)}")
        self._create_indexes(found, after)

    def _dropped_rules(self, found: FoundTable, before: sa.Table, after: sa.Table) -> Iterable[str]:
        gone = _uniques(before) - _uniques(after)
        return [self._drop_rule(index) for index in found.indexes if index.unique and index.columns in gone]

    def _dropped_columns(self, found: FoundTable, before: sa.Table, after: sa.Table) -> Iterable[str]:
        names = [column.name for column in before.columns if column.name in found.columns]
        kept = {_source(found, column.name) for column in after.columns}
        return [f"DROP COLUMN {self._quote(name)}" for name in names if name not in kept]

    def _added_columns(self, found: FoundTable, after: sa.Table) -> Iterable[str]:
        clauses, previous = [], ""
        for column in after.columns:
            if _source(found, column.name) is None:
                clauses.append(f"ADD COLUMN {self._column(column)}{self._position(previous)}")
            previous = column.name
        return clauses

    def _column(self, column: sa.Column[Any]) -> str:
        return self._text(CreateColumn(column))

    def _of_the_engine(self, found: FoundTable, before: sa.Table, after: sa.Table) -> Iterable[str]:
        return ()

    def _rename(self, found: FoundTable, after: sa.Table) -> None:
        for column in after.columns:
            source = _source(found, column.name)
            if source is not None and source != column.name:
                self._run(f"ALTER TABLE {self._name(after)} {self._rename_clause(source, column)}")

    def _drop_rule(self, index: FoundIndex) -> str:
        raise NotImplementedError

    def _position(self, previous: str) -> str:
        raise NotImplementedError

    def _rename_clause(self, source: str, column: sa.Column[Any]) -> str:
        raise NotImplementedError


class _MySQLReshaper(_AlteringReshaper):
    """MySQL commits at each change of a table, so an interrupted migration is finished by running it again."""

    transactional = False

    def _of_the_engine(self, found: FoundTable, before: sa.Table, after: sa.Table) -> Iterable[str]:
        """Make room for longer texts, which came with version 7.

        Below it, the official library will do so in tables of Lineal, too: in latin1, a letter is a byte as it is.
        """
        since_7 = "byte_value" in after.c, "byte_value" in before.c
        if since_7 == (True, False) and self._type_of(found.name, "string_value") == "text":
            return ["MODIFY string_value MEDIUMTEXT"]
        if since_7 == (False, True) and self._type_of(found.name, "string_value") == "longblob":
            return ["DEFAULT CHARACTER SET latin1"]
        return []

    def _column(self, column: sa.Column[Any]) -> str:
        """Return a new column; tables of others get names as they have them, which also fit old formats of rows."""
        if isinstance(column.type, Name) and self._type_of(TYPE.name, "name") == "varchar":
            return f"{self._quote(column.name)} VARCHAR(255)"
        return super()._column(column)

    def _type_of(self, table: str, column: str) -> str:
        rows = self._session.script(_MYSQL_TYPE, (table, column))
        return str(rows[0][0]) if rows else ""

    def _drop_index(self, found: FoundTable, index: FoundIndex) -> str:
        return f"DROP INDEX {self._quote(index.name)} ON {self._quote(found.name)}"

    def _drop_rule(self, index: FoundIndex) -> str:
        return f"DROP INDEX {self._quote(index.name)}"

    def _position(self, previous: str) -> str:
        return f" AFTER {self._quote(previous)}"

    def _rename_clause(self, source: str, column: sa.Column[Any]) -> str:
        return f"CHANGE {self._quote(source)} {self._column(column)}"  # RENAME COLUMN came with MySQL 8


class _PostgreSQLReshaper(_AlteringReshaper):
    """PostgreSQL adds columns at the end only, and changes tables inside the transaction."""

    def _drop_rule(self, index: FoundIndex) -> str:
        return f"DROP CONSTRAINT {self._quote(index.name)}"

    def _position(self, previous: str) -> str:
        return ""

    def _rename_clause(self, source: str, column: sa.Column[Any]) -> str:
        return f"RENAME COLUMN {self._quote(source)} TO {self._quote(column.name)}"


_RESHAPERS: dict[str, type[_Reshaper]] = {
    "sqlite": _SQLiteReshaper,
    "mysql": _MySQLReshaper,
    "postgresql": _PostgreSQLReshaper,
}


def _indexes(table: sa.Table) -> Sequence[sa.Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def _uniques(table: sa.Table) -> set[tuple[str, ...]]:
    rules = [rule for rule in table.constraints if isinstance(rule, sa.UniqueConstraint)]
    return {tuple(column.name for column in rule.columns) for rule in rules}


def _definition(table: sa.Table) -> tuple[object, ...]:
    return tuple(column.name for column in table.columns), frozenset(_uniques(table))


def _is_there(found: FoundTable, index: sa.Index) -> bool:
    """Say whether a table has an index, by name or by what it indexes."""
    name, columns = str(index.name).lower(), indexed_columns(index)
    return any(
        entry.name.lower() == name or (entry.columns == columns and entry.unique == index.unique)
        for entry in found.indexes
    )


def _source(found: FoundTable, column: str) -> str | None:
    """Return the column that is or becomes this one, or None if it is new."""
    if column in found.columns:
        return column
    other = {TYPE_KIND: OLD_TYPE_KIND, OLD_TYPE_KIND: TYPE_KIND}.get(column)
    return other if other in found.columns else None
