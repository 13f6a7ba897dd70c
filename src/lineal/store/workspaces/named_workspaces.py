"""The workspaces that nodes name: by the property, and for contexts of workspaces by their own names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from lineal.conventions import WORKSPACE_PROPERTY, WORKSPACE_TYPE
from lineal.kinds import CONTEXT, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.mlmd_tables import NODE, PROPERTY, TYPE


def _properties(kind: Kind) -> Statement:
    row = PROPERTY[kind].c
    owned = sa.and_(listed(row[kind.id_column], "ids"), row.name == WORKSPACE_PROPERTY)
    return Statement(sa.select(row.string_value).where(owned).distinct())


_PROPERTIES = {kind: _properties(kind) for kind in KINDS}
_CONTEXTS = Statement(
    sa.select(NODE[CONTEXT].c.name)
    .join(TYPE, TYPE.c.id == NODE[CONTEXT].c.type_id)
    .where(listed(NODE[CONTEXT].c.id, "ids"), TYPE.c.name == WORKSPACE_TYPE)
)


def ask_for_named_workspaces(session: Session, kind: Kind, ids: Sequence[int]) -> Callable[[], set[str | None]]:
    """Return what returns the workspaces that nodes name; None means a property that is not a text."""
    statements = [_PROPERTIES[kind], *([_CONTEXTS] if kind is CONTEXT else [])]
    asked = [session.ask_listed(statement, "ids", ids) for statement in statements]
    return lambda: {name for each in asked for (name,) in each()}
