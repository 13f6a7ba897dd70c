"""Create the schema in an empty database, and refuse what is no store of the current version.

What stays out: changing a schema from one version to another (migrations), which happens only if the settings ask.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from lineal import errors
from lineal.kinds import KINDS
from lineal.store import migrations
from lineal.store.database import Database, Session
from lineal.store.statement import Statement, insertion
from lineal.store.tables import ENVIRONMENT, SCHEMA_VERSION, TYPE, metadata

_VERSIONS = Statement(sa.select(ENVIRONMENT.c.schema_version))
_ADD_VERSION = insertion(ENVIRONMENT, ["schema_version"])
_SYSTEM_TYPES = Statement(
    sa.select(TYPE.c.name, TYPE.c.type_kind).where(TYPE.c.name.like("mlmd.%"), TYPE.c.version.is_(None))
)
_ADD_SYSTEM_TYPE = insertion(TYPE, ["name", "type_kind"])


def prepare(database: Database) -> None:
    """Make the database ready for use: create the schema if it is empty, refuse it if it is not ours.

    Raises:
        FailedPreconditionError: part of the tables, a newer schema version, or an older one and no wish to upgrade it.
    """
    if database.read(_is_ready):
        return
    if database.settings.upgrade:
        migrations.upgrade(database)
    if database.dialect.read_only:
        raise errors.FailedPreconditionError("the database is open for reading only and holds no metadata store yet")
    database.write(lambda session: _create(session, database))


def _is_ready(session: Session) -> bool:
    """Say whether the schema and the system types are there already."""
    present = _present_tables(session)
    if not present:
        return False
    if not _is_current(session, present) and not _is_current_at_second_sight(session):
        return False
    return session.dialect.read_only or not _missing_system_types(session)


def _is_current(session: Session, present: set[str]) -> bool:
    """Say whether the database is without doubt of the current version."""
    complete = len(present) == len(metadata.tables) and not migrations.is_unfinished(session)
    return complete and session.rows(_VERSIONS) == [(SCHEMA_VERSION,)]


def _is_current_at_second_sight(session: Session) -> bool:
    """Look closely at what is there; say whether it is the current version or an older one to be upgraded."""
    version = migrations.recognise(session).version()
    if version < SCHEMA_VERSION and not session.dialect.settings.upgrade:
        raise errors.FailedPreconditionError(
            f"the database has schema version {version}, this Lineal works on version {SCHEMA_VERSION}, and schema "
            "migration is disabled; run `lineal migrate` on it (after a backup)"
        )
    return version == SCHEMA_VERSION


def _create(session: Session, database: Database) -> None:
    """Create what is missing; another process may have done it meanwhile."""
    if not _present_tables(session):
        for table in metadata.sorted_tables:
            session.script(str(CreateTable(table).compile(dialect=database.engine_dialect)))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                session.script(str(CreateIndex(index).compile(dialect=database.engine_dialect)))
        session.change_many(_ADD_VERSION, [(SCHEMA_VERSION,)])
    for name, type_kind in _missing_system_types(session):
        session.insert(_ADD_SYSTEM_TYPE, (name, type_kind))


def _present_tables(session: Session) -> set[str]:
    """Return those of our tables that exist."""
    names = {name.lower() for name in session.dialect.table_names(session.script)}
    return {name for name in metadata.tables if name.lower() in names}


def _missing_system_types(session: Session) -> list[tuple[str, int]]:
    """Return (name, type_kind) of the system types that the store lacks, in the order of their creation."""
    present = set(session.rows(_SYSTEM_TYPES))
    wanted = [(name, kind.type_kind) for kind in KINDS for name in kind.system_types]
    return [pair for pair in wanted if pair not in present]
