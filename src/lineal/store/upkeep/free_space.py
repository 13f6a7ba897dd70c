"""Check by a small write whether a database that was full has space again."""

from __future__ import annotations

import secrets
import time

import sqlalchemy as sa

from lineal import errors
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import VIEW
from lineal.store.upkeep import views as view_rows

# Rows of the length of a probe fit into a page: MariaDB stops itself if a longer one finds no space.
_PROBES = [f"probe {number}" for number in range(9)]  # no names of views
_PROBE_LENGTH = 7000
QUIET = 10.0
"""For how many seconds no write may have failed for lack of space, on engines where a probe is not enough."""
_DELETE_PROBES = Statement(sa.delete(VIEW).where(listed(VIEW.c.id, "ids")))


def has_room(database: Database) -> bool:
    """Say whether something can be written again to a database that was full.

    If each table has its own free space, a row that fits into one says nothing about the others. There it also takes
    some seconds in which no write has failed.
    """
    content = secrets.token_hex(_PROBE_LENGTH // 2)  # which no engine makes smaller
    try:
        if on_demand.holds(database, VIEW):
            database.write(_delete_probes)
            database.write(lambda session: view_rows.add_many(session, [(probe, content, 0) for probe in _PROBES]))
            database.write(_delete_probes)
    except errors.StatusError:
        return False
    if database.dialect.tables_keep_space and time.monotonic() < database.full_at + QUIET:
        return False
    database.is_full = False
    return True


def _delete_probes(session: Session) -> None:
    session.change(_DELETE_PROBES, {"ids": _PROBES})
