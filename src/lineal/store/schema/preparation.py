"""Create the schema in an empty database, and refuse everything that is not a store of the current version.

What stays out: changing a schema from one version to another (migrations), which happens only if the settings ask.
"""

from __future__ import annotations

import sqlalchemy as sa

from lineal import errors, pages
from lineal.config import Use
from lineal.kinds import KINDS
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion
from lineal.store.schema import locks, migrations
from lineal.store.schema.definitions import define_tables, table_names
from lineal.store.tables.mlmd_tables import ENVIRONMENT, SCHEMA_VERSION, TYPE, metadata

_VERSIONS = Statement(sa.select(ENVIRONMENT.c.schema_version))
_ADD_VERSION = insertion(ENVIRONMENT, ["schema_version"], keep_existing="schema_version")
_SYSTEM_TYPES = Statement(
    sa.select(TYPE.c.name, TYPE.c.type_kind).where(TYPE.c.name.like("mlmd.%"), TYPE.c.version.is_(None))
)
_ADD_SYSTEM_TYPE = insertion(TYPE, ["name", "type_kind"])


class NoStoreError(errors.FailedPreconditionError):
    """The database holds no metadata store, and none may be created."""


def prepare(database: Database) -> None:
    """Make the database ready for use: create the schema if it is empty, refuse it if it is not ours.

    Raises:
        NoStoreError: it is empty, and is not open for creating a store.
        FailedPreconditionError: tables of another program, part of the tables, a newer schema version, or an older one
            and no wish to upgrade it.
    """
    if database.settings.upgrade and database.dialect.has_lock_table:  # others may be upgrading at this moment
        migrations.upgrade(database)
    if database.read(_is_ready):
        return
    if database.settings.upgrade:
        migrations.upgrade(database)
    if database.settings.use is not Use.CREATE and not database.read(_present_tables):
        raise NoStoreError(
            f"{database.dialect.place()} holds no metadata store; `lineal serve` or a first write creates it"
        )
    if database.dialect.read_only:
        raise errors.FailedPreconditionError("the database is open for reading only and holds no complete store yet")
    database.write(_create)


def _is_ready(session: Session) -> bool:
    """Say whether the schema and the system types already exist."""
    migrations.refuse_foreign(session)
    present = _present_tables(session)
    if not present or _is_half_created(session):
        return False
    if not _is_current(session, present) and not _is_current_at_second_look(session):
        return False
    return session.dialect.read_only or (locks.are_ready(session) and not _missing_system_types(session))


def _is_half_created(session: Session) -> bool:
    """Say whether Lineal has begun but not finished to create this schema: the version is written last."""
    names = table_names(session)
    if locks.LOCK.name not in names:
        return False
    return ENVIRONMENT.name.lower() not in names or not session.rows(_VERSIONS)


def _is_current(session: Session, present: set[str]) -> bool:
    """Say whether the database certainly has the current version."""
    complete = len(present) == len(metadata.tables) and not migrations.is_unfinished(session)
    return complete and session.rows(_VERSIONS) == [(SCHEMA_VERSION,)]


def _is_current_at_second_look(session: Session) -> bool:
    """Check the database thoroughly; return whether it has the current version or an older one to be upgraded."""
    version = migrations.recognise(session).version()
    if version < SCHEMA_VERSION and not session.dialect.settings.upgrade:
        raise errors.FailedPreconditionError(
            f"the database has schema version {version}, this Lineal works on version {SCHEMA_VERSION}, and schema "
            "migration is disabled; run `lineal migrate` on it (after a backup)",
            errors.Details(page=pages.MIGRATIONS.name),
        )
    return version == SCHEMA_VERSION


def _create(session: Session) -> None:
    """Create what is missing; another server may have done it, or be doing it."""
    session.dialect.begin_setup(session.script)
    is_new = not _present_tables(session) or _is_half_created(session)
    if session.dialect.has_lock_table and locks.LOCK.name not in table_names(session):
        define_tables(session, [locks.LOCK])
    if is_new:
        define_tables(session, metadata.sorted_tables)
    locks.prepare(session)
    if is_new:
        session.change_many(_ADD_VERSION, [(SCHEMA_VERSION,)])
    for name, type_kind in _missing_system_types(session):
        session.insert(_ADD_SYSTEM_TYPE, (name, type_kind))


def _present_tables(session: Session) -> set[str]:
    """Return those of our tables that exist."""
    names = table_names(session)
    return {name for name in metadata.tables if name.lower() in names}


def _missing_system_types(session: Session) -> list[tuple[str, int]]:
    """Return (name, type_kind) of the system types that the store lacks, in the order of their creation."""
    present = set(session.rows(_SYSTEM_TYPES))
    wanted = [(name, kind.type_kind) for kind in KINDS for name in kind.system_types]
    return [pair for pair in wanted if pair not in present]
