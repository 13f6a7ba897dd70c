"""Define tables with their indexes, whether or not another server does the same at this moment."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from lineal.store.database import Session


def define_tables(session: Session, tables: Iterable[sa.Table]) -> None:
    """Create those of the tables that are missing, each with its indexes in the order of their names."""
    dialect = session.dialect
    for table in tables:
        dialect.define(session.script, str(CreateTable(table).compile(dialect=dialect.sql_dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            dialect.define(session.script, str(CreateIndex(index).compile(dialect=dialect.sql_dialect)))
