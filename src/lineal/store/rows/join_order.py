"""Joins whose left side is read first, even if the planner would choose otherwise."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class _InOrder(sa.Join):
    """A join in the written order: CROSS JOIN on SQLite, STRAIGHT_JOIN on MySQL. PostgreSQL chooses well itself."""

    inherit_cache = True


@compiles(_InOrder)
def _in_order(element: _InOrder, compiler: Any, **options: Any) -> str:
    return str(compiler.visit_join(element, **options))


@compiles(_InOrder, "sqlite")
def _in_order_on_sqlite(element: _InOrder, compiler: Any, **options: Any) -> str:
    return _joined("CROSS JOIN", element, compiler, options)


@compiles(_InOrder, "mysql")
def _in_order_on_mysql(element: _InOrder, compiler: Any, **options: Any) -> str:
    return _joined("STRAIGHT_JOIN", element, compiler, options)


def _joined(join: str, element: _InOrder, compiler: Any, options: dict[str, Any]) -> str:
    left, right = [compiler.process(side, **{**options, "asfrom": True}) for side in (element.left, element.right)]
    return f"{left} {join} {right} ON {compiler.process(element.onclause, **options)}"


def in_written_order(source: sa.FromClause) -> sa.FromClause:
    """Return a join of tables as one that reads them in the order in which they are written."""
    if not isinstance(source, sa.Join):
        return source
    if source.isouter or source.full:
        raise AssertionError("an outer join has its order already")
    return _InOrder(in_written_order(source.left), source.right, source.onclause)
