"""Migrate a database from one schema version to another, up or down; nobody else may use it meanwhile.

What stays out: the steps (store/migrations), and serving what they lead to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from lineal import errors, urls
from lineal.config import DatabaseSettings, Use
from lineal.service.audit import note
from lineal.store.engine.database import Database
from lineal.store.engine.dialects import dialect_for
from lineal.store.engine.dialects.sqlite_journal import Journal
from lineal.store.schema import migrations, on_demand, preparation
from lineal.store.schema.migrations import Effect, Plan, PlannedStep
from lineal.store.tables import own_tables
from lineal.store.tables.mlmd_tables import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "Effect",
    "Plan",
    "PlannedStep",
    "downgrade",
    "migrate",
    "on_existing",
    "plan_migration",
    "require_unused",
]

_Result = TypeVar("_Result")


def plan_migration(settings: DatabaseSettings, version: int = SCHEMA_VERSION) -> Plan:
    """Say what migrating a database to a schema version would do; nothing is changed.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: the database is empty and the version an older one, or a person must repair it first.
        StatusError: the database cannot be opened.
    """
    if dialect_for(settings).is_blank():
        return migrations.plan_of_empty(version)
    return on_existing(settings, lambda database: migrations.plan(database, version), use=Use.READ)


def migrate(
    settings: DatabaseSettings, version: int = SCHEMA_VERSION, *, accept_loss: bool = False, who: str = ""
) -> Plan:
    """Migrate a database to a schema version; return what was done. An empty database gets the tables.

    Args:
        settings: the database.
        version: the version.
        accept_loss: whether values that the version cannot hold may be lost.
        who: the name in the audit log; "" for no entry. A database that leaves the newest version gets no log for it,
            because programs of that version do not expect one.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: as for `plan_migration`, or data would be lost and `accept_loss` is False.
        StatusError: the database cannot be opened.
    """
    if plan_migration(settings, version).creates:
        return on_existing(settings, lambda database: _create(database, version, who), use=Use.CREATE)

    def work(database: Database) -> Plan:
        done = migrations.migrate(database, version, accept_loss=accept_loss)
        if who and (done.indexes or done.start != done.end) and _has_log(database, done.end):
            replaced = {"replaced_indexes": done.indexes} if done.indexes else {}
            old, new = {"schema_version": done.start}, {"schema_version": done.end, **replaced}
            database.write(
                lambda session: note(session, who=who, command="migrate", action="migrate", old=old, new=new)
            )
        return done

    return on_existing(settings, work)


def require_unused(settings: DatabaseSettings) -> None:
    """Refuse a SQLite file that another program has open: its calls would fail on the other version.

    Raises:
        FailedPreconditionError: one has. Nobody can tell of a file with a rollback journal, nor of a database server.
    """
    path = urls.sqlite_parts(settings.url)[0] if settings.is_in_process else ""
    if path and Journal(path, "").is_in_use():
        raise errors.FailedPreconditionError(
            f"another program has {path} open, such as `lineal serve` or a notebook; stop it, and run this again"
        )


def _create(database: Database, version: int, who: str) -> Plan:
    """Create the tables, unless somebody else has just done so."""
    planned = migrations.plan(database, version)
    if planned.creates:
        preparation.prepare(database)
        if who and on_demand.prepare(database):
            new = {"schema_version": version}
            database.write(lambda session: note(session, who=who, command="migrate", action="create", new=new))
    return planned


def _has_log(database: Database, version: int) -> bool:
    """Say whether there is an audit log, which Lineal's server creates."""
    if version == SCHEMA_VERSION:
        return on_demand.prepare(database)
    return own_tables.AUDIT.name in database.read(lambda session: session.dialect.table_names(session.script))


def downgrade(settings: DatabaseSettings, version: int) -> None:
    """Downgrade a database to an older schema version; values that the version cannot hold are lost.

    A database that already has this version, or an older one, does not change.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: the database is empty, or a person must repair it first.
        StatusError: the database cannot be opened.
    """
    if not 0 <= version <= SCHEMA_VERSION:
        raise errors.InvalidArgumentError(
            f"MLMD cannot be downgraded to schema_version {version}; give a version from 0 to {SCHEMA_VERSION}"
        )
    on_existing(settings, lambda database: _downgrade(database, version))


def _downgrade(database: Database, version: int) -> None:
    planned = migrations.plan(database, version)
    if planned.creates:
        raise errors.FailedPreconditionError(
            f"{database.dialect.place()} has no tables of ML Metadata, so there is nothing to downgrade"
        )
    if planned.start > version:
        migrations.migrate(database, version, accept_loss=True)


def on_existing(settings: DatabaseSettings, work: Callable[[Database], _Result], *, use: Use = Use.CHANGE) -> _Result:
    """Open an existing database, work on it, and close it."""
    database = Database(dataclasses.replace(settings, use=use))
    try:
        return work(database)
    finally:
        database.close()
