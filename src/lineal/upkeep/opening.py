"""Open a store: its database, its schema, and the service with all its calls."""

from __future__ import annotations

from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.store.engine.database import Database
from lineal.store.schema import preparation
from lineal.upkeep.calls import ALL_CALLS
from lineal.urls import PlaceOfStore, url_of


def open_service(settings: DatabaseSettings | PlaceOfStore) -> MetadataService:
    """Open a database, given by settings, a URL or a path, create its schema if it is empty, and serve its calls.

    Raises:
        InvalidArgumentError: the URL is wrong.
        FailedPreconditionError: the database holds something else than a metadata store, or one of another version.
        StatusError: the database cannot be opened.
    """
    database = Database(settings if isinstance(settings, DatabaseSettings) else DatabaseSettings(url_of(settings)))
    try:
        preparation.prepare(database)
    except BaseException:
        database.close()
        raise
    return MetadataService(database, ALL_CALLS)
