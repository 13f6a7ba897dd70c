"""Lineal's own tables, created in a database when they are first needed.

What stays out: what the tables hold (store/tables/own_tables.py).
"""

from __future__ import annotations

import sqlalchemy as sa

from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.schema.definitions import define_tables, table_names
from lineal.store.tables.own_tables import metadata


def prepare(database: Database) -> bool:
    """Create the missing tables; return whether they exist, because a read-only database may not have them."""
    if database.read(_are_present):
        return True
    if database.dialect.read_only:
        return False
    database.write(_create)
    return True


def holds(database: Database, *tables: sa.Table) -> bool:
    """Create the missing tables, unless the database is read-only; return whether they exist."""
    return prepare(database) or database.read(lambda session: not set(tables) & set(_missing(session)))


def _are_present(session: Session) -> bool:
    return not _missing(session)


def _missing(session: Session) -> list[sa.Table]:
    names = table_names(session)
    return [table for table in metadata.sorted_tables if table.name not in names]


def _create(session: Session) -> None:
    session.dialect.begin_setup(session.script)
    define_tables(session, _missing(session))
