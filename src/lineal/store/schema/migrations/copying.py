"""Copy the rows of an older schema version, from any engine, into an empty SQLite database of the same version.

Lineal's own tables come along, which a downgrade leaves in the store, but for the search index, tokens and what is to
be sent. The older versions and the own tables hold integers, numbers and texts alone, which every engine stores alike.
What stays out: upgrading the copy (migration.py), and what it is for (lineal/upkeep/archive).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion
from lineal.store.schema.definitions import define_tables, table_names
from lineal.store.schema.migrations.versions import tables_at
from lineal.store.tables.own_tables import (
    ALIAS,
    AUDIT,
    EVENT_FACET,
    FACET,
    FILE,
    LOCATION,
    METRIC,
    METRIC_POINT,
    VALUE,
    VIEW,
)

_PAGE = 20_000
_PAGE_OF_FACETS = 100  # which have up to some MiB each
_OWN = (VIEW, AUDIT, ALIAS, METRIC, METRIC_POINT, FILE, LOCATION, FACET, EVENT_FACET, VALUE)


def copy_rows(source: Session, target: Database, version: int) -> None:
    """Create the tables of a version in an empty database and fill them with the rows of another one."""

    def work(session: Session) -> None:
        present = table_names(source)
        tables = [*tables_at(version).values(), *[table for table in _OWN if table.name in present]]
        define_tables(session, tables)
        for table in tables:
            statement = insertion(table, [column.name for column in table.columns])
            for rows in _pages(source, table):
                session.change_many(statement, rows)

    target.write(work)


def _pages(session: Session, table: sa.Table) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows in an order that lasts while they are read."""
    order = list(table.primary_key.columns) or list(table.columns)
    size = _PAGE_OF_FACETS if table in (FACET, EVENT_FACET) else _PAGE
    query = sa.select(*table.columns).order_by(*order).limit(size).offset(sa.bindparam("start", type_=sa.BigInteger))
    page, start = Statement(query), 0
    while rows := session.rows(page, {"start": start}):
        yield rows
        if len(rows) < size:
            return
        start += size
