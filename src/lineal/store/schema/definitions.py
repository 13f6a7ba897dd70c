"""Define tables with their indexes, whether or not another server does the same at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from lineal.store.engine.session import Session


def define_tables(session: Session, tables: Iterable[sa.Table]) -> None:
    """Create the missing tables, each with its indexes in the order of their names."""
    for table in tables:
        for text in _texts(table, session.dialect.sql_dialect):
            session.dialect.define(session.script, text)


def define_indexes(session: Session, indexes: Iterable[sa.Index]) -> None:
    """Create missing indexes of tables that are there."""
    for index in indexes:
        session.dialect.define(session.script, str(CreateIndex(index).compile(dialect=session.dialect.sql_dialect)))


def table_names(session: Session) -> set[str]:
    """Return the names of the tables that are there, in lower case."""
    return {name.lower() for name in session.dialect.table_names(session.script)}


@lru_cache(maxsize=128)
def _texts(table: sa.Table, dialect: sa.Dialect) -> tuple[str, ...]:
    """Return the statements of a table; to put them together takes longer than to run them in memory."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    elements: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    return tuple(str(element.compile(dialect=dialect)) for element in elements)
