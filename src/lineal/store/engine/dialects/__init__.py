"""The differences between the engines, one module for each."""

from __future__ import annotations

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.engine.dialects.base import DatabaseDialect
from lineal.store.engine.dialects.mysql import MySQLDialect
from lineal.store.engine.dialects.postgresql import PostgreSQLDialect
from lineal.store.engine.dialects.sqlite import SQLiteDialect

_DIALECTS: dict[str, type[DatabaseDialect]] = {
    dialect.name: dialect for dialect in (SQLiteDialect, MySQLDialect, PostgreSQLDialect)
}


def dialect_for(settings: DatabaseSettings) -> DatabaseDialect:
    """Return the dialect of a database URL's scheme."""
    scheme = settings.url.partition("://")[0]
    if scheme not in _DIALECTS:
        raise errors.UnimplementedError(f"no engine for {scheme}:// in this version; use sqlite:///path/to/file.db")
    return _DIALECTS[scheme](settings)
