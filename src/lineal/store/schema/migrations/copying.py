"""Copy the rows of an older schema version, from any engine, into an empty SQLite database of the same version.

The older versions hold integers, numbers and texts alone, which every engine stores alike. What stays out: upgrading
the copy (migration.py), and what it is for (lineal/upkeep/archive).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion
from lineal.store.schema.definitions import define_tables
from lineal.store.schema.migrations.versions import tables_at

_PAGE = 20_000


def copy_rows(source: Session, target: Database, version: int) -> None:
    """Create the tables of a version in an empty database and fill them with the rows of another one."""

    def work(session: Session) -> None:
        tables = list(tables_at(version).values())
        define_tables(session, tables)
        for table in tables:
            statement = insertion(table, [column.name for column in table.columns])
            for rows in _pages(source, table):
                session.change_many(statement, rows)

    target.write(work)


def _pages(session: Session, table: sa.Table) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows in an order that lasts while they are read."""
    order = list(table.primary_key.columns) or list(table.columns)
    query = sa.select(*table.columns).order_by(*order).limit(_PAGE).offset(sa.bindparam("start", type_=sa.BigInteger))
    page, start = Statement(query), 0
    while rows := session.rows(page, {"start": start}):
        yield rows
        if len(rows) < _PAGE:
            return
        start += _PAGE
