"""Executions that are parts of another one: those whose property `__parent__` is its id.

What stays out: nested runs of MLflow, which name their parent by a tag.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lineal.conventions import PARENT
from lineal.kinds import EXECUTION
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables.mlmd_tables import NODE, PROPERTY

_ID = NODE[EXECUTION].c.id
_ROW = PROPERTY[EXECUTION].c
_SAYS = sa.and_(
    _ROW.name == sa.bindparam("name"),
    _ROW.is_custom_property == sa.literal(True),
    _ROW.int_value == sa.bindparam("parent", type_=sa.BigInteger()),
)
_STEPS = Statement(
    select_nodes(EXECUTION)
    .select_from(NODE[EXECUTION].join(PROPERTY[EXECUTION], _ROW.execution_id == _ID))
    .where(_SAYS)
    .order_by(_ID)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_NUMBER: Statement = Statement(sa.select(sa.func.count()).select_from(PROPERTY[EXECUTION]).where(_SAYS))


def steps_of(session: Session, execution_id: int, *, most: int) -> tuple[list[NodeRow], int]:
    """Return the first executions that are parts of one, by id, and how many there are."""
    values: dict[str, Any] = {"name": PARENT, "parent": execution_id}
    rows = [NodeRow._make(row) for row in session.rows(_STEPS, {**values, "most": most})]
    if len(rows) < most:
        return rows, len(rows)
    [(number,)] = session.rows(_NUMBER, values)
    return rows, int(number)
