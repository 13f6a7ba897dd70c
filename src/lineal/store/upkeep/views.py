"""Rows of stored views and of their uses: who stored a view, how much it counts, and when it was last used.

What stays out: the quotas, and the names of callers (catalogue/views.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.tables.own_tables import VIEW, VIEW_USE

OVERHEAD = 1024
"""What each view counts in addition to its bytes: its rows and index entries."""
BATCH = 1000
"""How many uses are removed, or counted after the fact, in one transaction."""


class Use(NamedTuple):
    """A view of a caller; `size` in bytes, as it counts."""

    view_id: str
    caller: str
    size: int


class _Bytes(FunctionElement[int]):
    """The length of a text in bytes of UTF-8."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(_Bytes)
def _octet_length(element: _Bytes, compiler: Any, **options: Any) -> str:
    return f"OCTET_LENGTH({compiler.process(element.clauses, **options)})"


@compiles(_Bytes, "sqlite")
def _length_of_blob(element: _Bytes, compiler: Any, **options: Any) -> str:
    return f"LENGTH(CAST({compiler.process(element.clauses, **options)} AS BLOB))"


def _is(**values: str) -> list[sa.ColumnElement[bool]]:
    return [VIEW_USE.c[column] == sa.bindparam(name) for column, name in values.items()]


_CONTENT = Statement(sa.select(VIEW.c.content).where(VIEW.c.id == sa.bindparam("view_id")))
_INSERT = insertion(VIEW, ["id", "content", "created"], keep_existing="id")
_LAST_USE = Statement(sa.select(sa.func.max(VIEW_USE.c.used)).where(*_is(view_id="of_view")))
_LATEST_USE = Statement(sa.select(sa.func.max(VIEW_USE.c.used)))
_IS_USED_BY = Statement(sa.select(VIEW_USE.c.used).where(*_is(view_id="of_view", caller="of_caller")))
_INSERT_USE = insertion(VIEW_USE, ["view_id", "caller", "size", "used"], keep_existing="view_id")
_RENEW = Statement(sa.update(VIEW_USE).values(used=sa.bindparam("at")).where(*_is(view_id="of_view")))
_SIZE = sa.select(sa.func.coalesce(sa.func.sum(VIEW_USE.c.size), 0))
_SIZE_OF_ALL = Statement(_SIZE)
_SIZE_OF_CALLER = Statement(_SIZE.where(*_is(caller="of_caller")))
_OLDEST = sa.select(*[VIEW_USE.c[name] for name in Use._fields]).order_by(VIEW_USE.c.used, VIEW_USE.c.view_id)
_OLDEST_OF_ALL = Statement(_OLDEST.limit(BATCH))
_OLDEST_OF_CALLER = Statement(_OLDEST.where(*_is(caller="of_caller")).limit(BATCH))
_DELETE_USE = Statement(
    sa.delete(VIEW_USE).where(*_is(view_id="of_view", caller="of_caller")), order=["of_view", "of_caller"]
)
_IS_COUNTED = sa.exists(sa.select(sa.literal_column("1")).where(VIEW_USE.c.view_id == VIEW.c.id))
_DELETE_UNUSED = Statement(sa.delete(VIEW).where(listed(VIEW.c.id, "ids"), ~_IS_COUNTED))
_UNCOUNTED = sa.select(VIEW.c.id, sa.literal_column("''"), _Bytes(VIEW.c.content) + OVERHEAD, VIEW.c.created)
_COUNT = Statement(
    sa.insert(VIEW_USE).from_select(
        ["view_id", "caller", "size", "used"],
        _UNCOUNTED.where(~_IS_COUNTED).order_by(VIEW.c.id).limit(sa.literal_column(str(BATCH))),
    )
)


def content(session: Session, view_id: str) -> str | None:
    """Return the content of a stored view, or None."""
    row = session.row(_CONTENT, {"view_id": view_id})
    return str(row[0]) if row else None


def add(session: Session, view_id: str, content: str, created: int) -> None:
    """Store a view, unless it is stored."""
    add_many(session, [(view_id, content, created)])


def add_many(session: Session, rows: Sequence[tuple[str, str, int]]) -> None:
    """Store rows of (name, content, time of creation), without those that are stored."""
    session.change_many(_INSERT, rows)


def last_use(session: Session, view_id: str) -> int | None:
    """Return when a view was last used, in milliseconds since the epoch; None if it is not counted yet."""
    row = session.row(_LAST_USE, {"of_view": view_id})
    return row[0] if row else None


def latest_use(session: Session) -> int:
    """Return when any view was last used, in milliseconds since the epoch; 0 if none is counted."""
    row = session.row(_LATEST_USE, {})
    return (row[0] if row else None) or 0


def is_of(session: Session, view_id: str, caller: str) -> bool:
    """Say whether a caller stored a view."""
    return session.row(_IS_USED_BY, {"of_view": view_id, "of_caller": caller}) is not None


def renew(session: Session, view_id: str, *, at: int) -> None:
    """Record that a view is used now."""
    session.change(_RENEW, {"at": at, "of_view": view_id})


def add_use(session: Session, use: Use, *, at: int) -> None:
    """Record that a caller stored a view."""
    session.change_many(_INSERT_USE, [(*use, at)])


def size(session: Session, caller: str | None = None) -> int:
    """Return how much the views of a caller, or all of them, count in bytes."""
    row = session.row(_SIZE_OF_ALL, {}) if caller is None else session.row(_SIZE_OF_CALLER, {"of_caller": caller})
    assert row is not None  # noqa: S101 a sum has a row
    return int(row[0])


def oldest(session: Session, caller: str | None = None) -> list[Use]:
    """Return the views of a caller, or of all, that were not used for the longest time; at most BATCH."""
    if caller is None:
        return [Use(*row) for row in session.rows(_OLDEST_OF_ALL)]
    return [Use(*row) for row in session.rows(_OLDEST_OF_CALLER, {"of_caller": caller})]


def remove(session: Session, uses: list[Use]) -> int:
    """Remove uses, and the views that nobody else stored; return how many views were removed."""
    session.change_many(_DELETE_USE, [(use.view_id, use.caller) for use in uses])
    ids = sorted({use.view_id for use in uses})
    return sum(session.change(_DELETE_UNUSED, {"ids": piece}) for piece in session.pieces(ids))


def count_uncounted(session: Session) -> bool:
    """Count some of the views of older versions and restores, for no caller; return whether these were all."""
    return session.change(_COUNT, {}) < BATCH
