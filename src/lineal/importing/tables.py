"""Which tables and columns a database has: they differ between the versions of a program.

A query asks for a column by what it gives without it, so one reader serves all versions. What stays out: the queries
(reading.py), and which tables a program needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lineal import errors


@dataclass(frozen=True)
class Wanted:
    """What a program's database must have.

    Attributes:
        program: what the program is called.
        columns: the columns without which nothing can be read, by their tables.
        hint: which database to name, for one that is none of the program.
        too_old: what to do with one that lacks columns: what follows "it lacks COLUMNS".
    """

    program: str
    columns: Mapping[str, Sequence[str]]
    hint: str
    too_old: str


_UNKNOWN_SHOWN = 5


class Tables:
    """The tables of a database, with those of their columns that an import reads."""

    def __init__(self, connection: sa.Connection, shown: str, wanted: Wanted) -> None:
        """Look at a database, which is called `shown` in messages.

        Raises:
            InvalidArgumentError: it is none of the program.
            FailedPreconditionError: it is of a version that is too old.
        """
        self._inspector = sa.inspect(connection)
        self.names = frozenset(self._inspector.get_table_names())
        self._columns: dict[str, frozenset[str]] = {}
        self._tables: dict[str, sa.TableClause] = {}
        self._check(shown, wanted)

    def _check(self, shown: str, wanted: Wanted) -> None:
        missing = sorted(wanted.columns.keys() - self.names)
        if missing:
            held = ", ".join(sorted(self.names)[:_UNKNOWN_SHOWN]) or "no tables at all"
            raise errors.InvalidArgumentError(
                f"{shown} is no database of {wanted.program}: it lacks the tables {', '.join(missing)}, and has "
                f"{held}; {wanted.hint}"
            )
        lacking = [
            f"{table}.{each}" for table, names in wanted.columns.items() for each in names if not self.has(table, each)
        ]
        if lacking:
            raise errors.FailedPreconditionError(
                f"{shown} is of a version of {wanted.program} that is too old: it lacks {', '.join(lacking)}"
                f"{wanted.too_old}"
            )

    def has(self, table: str, column: str = "") -> bool:
        """Say whether there is a table, and a column in it."""
        if table not in self.names:
            return False
        if table not in self._columns:
            self._columns[table] = frozenset(each["name"] for each in self._inspector.get_columns(table))
        return not column or column in self._columns[table]

    def table(self, name: str) -> sa.TableClause:
        """Return a table with the columns that it has."""
        if name not in self._tables and self.has(name):
            self._tables[name] = sa.table(name, *[sa.column(each) for each in sorted(self._columns[name])])
        return self._tables[name]

    def columns(self, table: sa.TableClause, names: Sequence[str]) -> list[sa.ColumnElement[Any]]:
        """Return columns of a table in an order, NULL in place of those that it lacks."""
        return [table.c[name] if name in table.c else sa.null().label(name) for name in names]
