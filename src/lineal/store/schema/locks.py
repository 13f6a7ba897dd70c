"""Locks that hold among all servers of a database: rows of an own table that a transaction changes.

An engine's own locks are local to a node of a Galera cluster or of a replication group. A changed row is not: if two
transactions change it at the same time on different nodes, one is refused at its commit and runs again.
What stays out: SQLite, where all writers wait for one another anyway.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineal import errors
from lineal.store.engine.statement import Statement, insertion
from lineal.store.tables.mlmd_tables import Int, ShortText

if TYPE_CHECKING:
    from lineal.store.engine.session import Session

SCHEMA = "schema"
TYPES = "types"
PARENT_CONTEXTS = "parent contexts"
INDEX = "search index"
VIEWS = "stored views"
# Logged artifacts share this many locks: enough that few wait for others, few enough to create all rows at the start.
_IDENTITIES = tuple(f"identity {number:02d}" for number in range(64))
NAMES = (SCHEMA, TYPES, PARENT_CONTEXTS, INDEX, VIEWS, *_IDENTITIES)

LOCK = sa.Table(
    "lineal_lock",
    sa.MetaData(),
    sa.Column("name", ShortText, primary_key=True, nullable=False),
    sa.Column("turns", Int, nullable=False),
    mysql_engine="InnoDB",
)
_NAMES = Statement(sa.select(LOCK.c.name))
_ADD = insertion(LOCK, ["name", "turns"], keep_existing="name")
_TAKE = Statement(sa.update(LOCK).values(turns=LOCK.c.turns + 1).where(LOCK.c.name == sa.bindparam("lock_name")))

_FREE = Statement(
    sa.select(LOCK.c.turns).where(LOCK.c.name == sa.bindparam("lock_name")).with_for_update(skip_locked=True)
)


def are_ready(session: Session) -> bool:
    """Say whether the table and its rows exist, if they are needed."""
    if not session.dialect.has_lock_table:
        return True
    names = {name.lower() for name in session.dialect.table_names(session.script)}
    return LOCK.name in names and {name for (name,) in session.rows(_NAMES)} >= set(NAMES)


def prepare(session: Session) -> None:
    """Add the rows that are missing, and hold the lock of the schema."""
    if session.dialect.has_lock_table:
        session.change_many(_ADD, [(name, 0) for name in NAMES])
        take(session, SCHEMA)


def of_identity(uri: str) -> str:
    """Return the name of the lock of artifacts with a uri, the same in every process."""
    return _IDENTITIES[zlib.crc32(uri.encode()) % len(_IDENTITIES)]


def take(session: Session, name: str) -> bool:
    """Hold a lock until the end of the transaction; later reads see the writes of the last holder.

    Returns:
        Whether others may have written since the transaction began, so that what was read before must be read again.
    """
    if not session.dialect.has_lock_table:
        return False
    if session.change(_TAKE, {"lock_name": name}) != 1:
        raise errors.FailedPreconditionError(f"the table {LOCK.name} lacks the row {name!r}; start a server again")
    return True


def try_take(session: Session, name: str) -> bool:
    """Hold a lock until the end of the transaction if nobody holds it now; say whether it is held."""
    if not session.dialect.has_lock_table:
        return True
    values = {"lock_name": name}
    return bool(session.rows(_FREE, values)) and session.change(_TAKE, values) == 1
