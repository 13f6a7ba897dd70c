"""The differences between the engines, one module for each."""

from __future__ import annotations

from lineal.config import DatabaseSettings
from lineal.store.engine.dialects.base import DatabaseDialect
from lineal.store.engine.dialects.mysql import MySQLDialect
from lineal.store.engine.dialects.postgresql import PostgreSQLDialect
from lineal.store.engine.dialects.sqlite import SQLiteDialect
from lineal.urls import engine_of

_DIALECTS: dict[str, type[DatabaseDialect]] = {
    dialect.name: dialect for dialect in (SQLiteDialect, MySQLDialect, PostgreSQLDialect)
}


def dialect_for(settings: DatabaseSettings) -> DatabaseDialect:
    """Return the dialect of a database URL's scheme."""
    return _DIALECTS[engine_of(settings.url)](settings)
