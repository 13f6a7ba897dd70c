"""Lineal's own tables and indexes, created in a database when they are first needed.

What stays out: what the tables hold (store/tables/own_tables.py).
"""

from __future__ import annotations

import logging

import sqlalchemy as sa

from lineal.errors import StatusError
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.schema.definitions import define_indexes, define_tables, table_names
from lineal.store.tables.own_tables import MEMBER_INDEXES, metadata

_log = logging.getLogger(__name__)


def prepare(database: Database) -> bool:
    """Create what is missing; return whether the tables exist, because a read-only database may not have them."""
    has_tables, has_indexes = database.read(lambda session: (not _missing(session), not _missing_indexes(session)))
    if (has_tables and has_indexes) or database.dialect.read_only:
        return has_tables
    if not has_tables:
        database.write(_create)
    if not has_indexes:
        _add_indexes(database)
    return True


def holds(database: Database, *tables: sa.Table) -> bool:
    """Create the missing tables, unless the database is read-only; return whether they exist."""
    return prepare(database) or database.read(lambda session: not set(tables) & set(_missing(session)))


def exists(database: Database, table: sa.Table) -> bool:
    """Return whether a table exists; nothing is created."""
    return database.read(lambda session: table.name in table_names(session))


def _missing(session: Session) -> list[sa.Table]:
    names = table_names(session)
    return [table for table in metadata.sorted_tables if table.name not in names]


def _missing_indexes(session: Session) -> list[sa.Index]:
    names = session.dialect.index_names(session.script)
    return [index for index in MEMBER_INDEXES.values() if index.name not in names]


def _create(session: Session) -> None:
    session.dialect.begin_setup(session.script)
    define_tables(session, _missing(session))


def _add_indexes(database: Database) -> None:
    """Create the missing indexes; without them everything works, slower."""

    def create(session: Session) -> None:
        session.dialect.begin_setup(session.script)
        define_indexes(session, _missing_indexes(session))

    try:
        database.write(create)
    except StatusError as error:
        names = ", ".join(sorted(str(index.name) for index in MEMBER_INDEXES.values()))
        _log.warning("reads of what contexts hold are slow: the indexes %s cannot be created: %s", names, error)
