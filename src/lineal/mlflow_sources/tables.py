"""Which tables and columns a database of MLflow has: they differ between its versions.

A query asks for a column by what it gives without it, so one reader serves all versions. What stays out: the queries
(database.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from lineal import errors

NEEDED: Mapping[str, Sequence[str]] = {
    "experiments": ("experiment_id", "name", "artifact_location", "lifecycle_stage"),
    "runs": ("run_uuid", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri"),
    "params": ("run_uuid", "key", "value"),
    "tags": ("run_uuid", "key", "value"),
    "metrics": ("run_uuid", "key", "value", "timestamp", "step", "is_nan"),
}
"""The columns without which nothing can be read; MLflow has had them since its version 1.1."""
_UNKNOWN_SHOWN = 5


class Tables:
    """The tables of a database, with those of their columns that an import reads."""

    def __init__(self, connection: sa.Connection, shown: str) -> None:
        """Look at a database, which is called `shown` in messages.

        Raises:
            InvalidArgumentError: it is none of MLflow.
            FailedPreconditionError: it is of a version that is too old.
        """
        self._inspector = sa.inspect(connection)
        self.names = frozenset(self._inspector.get_table_names())
        self._columns: dict[str, frozenset[str]] = {}
        self._tables: dict[str, sa.TableClause] = {}
        self._check(shown)

    def _check(self, shown: str) -> None:
        missing = sorted(NEEDED.keys() - self.names)
        if missing:
            held = ", ".join(sorted(self.names)[:_UNKNOWN_SHOWN]) or "no tables at all"
            raise errors.InvalidArgumentError(
                f"{shown} is no database of MLflow: it lacks the tables {', '.join(missing)}, and has {held}; "
                "name the one that `mlflow server` gets as --backend-store-uri"
            )
        lacking = [f"{table}.{each}" for table, names in NEEDED.items() for each in names if not self.has(table, each)]
        if lacking:
            raise errors.FailedPreconditionError(
                f"{shown} is of a version of MLflow that is too old: it lacks {', '.join(lacking)}, which came with "
                "MLflow 1.1; run `mlflow db upgrade URL` with a newer MLflow on a copy, and import the copy"
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
