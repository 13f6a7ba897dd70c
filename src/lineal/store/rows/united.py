"""Columns of one statement that unites rows of several tables, so that one round trip reads them all.

What stays out: the statements themselves (whole_nodes.py, types.py, events.py).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.filter.dialects import ByBytes

NOTHING: sa.ColumnElement[Any] = sa.null()


class Sent(FunctionElement[str]):
    """A text as the driver receives it: MySQL refuses a union of columns with different character sets."""

    type = sa.Text()
    inherit_cache = True


@compiles(Sent)
def _sent(element: Sent, compiler: Any, **options: Any) -> str:
    [operand] = element.clauses
    return str(compiler.process(operand, **options))


@compiles(Sent, "mysql")
def _sent_by_mysql(element: Sent, compiler: Any, **options: Any) -> str:
    [operand] = element.clauses
    return str(compiler.process(ByBytes(operand), **options))
