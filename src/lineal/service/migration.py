"""Bring a database from one schema version to another, up or down; nobody else may work on it meanwhile.

What stays out: the steps (store/migrations), and serving what they lead to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from lineal import errors
from lineal.config import DatabaseSettings, Use
from lineal.store import migrations
from lineal.store.database import Database
from lineal.store.migrations import Effect, Plan, PlannedStep
from lineal.store.tables import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "Effect",
    "Plan",
    "PlannedStep",
    "downgrade",
    "migrate",
    "on_existing",
    "plan_migration",
]

_Result = TypeVar("_Result")


def plan_migration(settings: DatabaseSettings, version: int = SCHEMA_VERSION) -> Plan:
    """Say what migrating a database to a schema version would do; nothing is changed.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: the database is empty, or a person must see to it first.
        StatusError: the database cannot be opened.
    """
    return on_existing(settings, lambda database: migrations.plan(database, version), use=Use.READ)


def migrate(settings: DatabaseSettings, version: int = SCHEMA_VERSION, *, accept_loss: bool = False) -> Plan:
    """Bring a database to a schema version; return what was done.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: as for `plan_migration`, or data would be lost and `accept_loss` is False.
        StatusError: the database cannot be opened.
    """
    return on_existing(settings, lambda database: migrations.migrate(database, version, accept_loss=accept_loss))


def downgrade(settings: DatabaseSettings, version: int) -> None:
    """Bring a database down to an older schema version, with the loss of what that version cannot hold.

    A database that is of that version already, or of an older one, stays as it is.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: the database is empty, or a person must see to it first.
        StatusError: the database cannot be opened.
    """
    if not 0 <= version <= SCHEMA_VERSION:
        raise errors.InvalidArgumentError(
            f"MLMD cannot be downgraded to schema_version {version}; give a version from 0 to {SCHEMA_VERSION}"
        )
    on_existing(settings, lambda database: _downgrade(database, version))


def _downgrade(database: Database, version: int) -> None:
    if migrations.plan(database, version).start > version:
        migrations.migrate(database, version, accept_loss=True)


def on_existing(settings: DatabaseSettings, work: Callable[[Database], _Result], *, use: Use = Use.CHANGE) -> _Result:
    """Open a database that exists, work on it, and close it."""
    database = Database(dataclasses.replace(settings, use=use))
    try:
        return work(database)
    finally:
        database.close()
