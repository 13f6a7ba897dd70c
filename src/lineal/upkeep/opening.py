"""Open a store: its database, its schema, and the service with all its calls."""

from __future__ import annotations

from dataclasses import replace

from lineal import errors
from lineal.config import DatabaseSettings, Use
from lineal.service import MetadataService
from lineal.store.engine.database import Database
from lineal.store.engine.dialects import dialect_for
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


def open_if_there(settings: DatabaseSettings) -> MetadataService | None:
    """Open a store for reading; return None if the database, or a store in it, does not exist yet.

    Raises:
        StatusError: as `open_service`.
    """
    if dialect_for(settings).is_blank():
        return None
    try:
        return open_service(replace(settings, use=Use.READ))
    except (errors.NotFoundError, preparation.NoStoreError):
        return None
