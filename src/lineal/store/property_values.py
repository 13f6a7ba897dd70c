"""Properties as reading nodes needs them: the one value that a row holds, and its form, instead of five columns.

A driver's time goes by columns. What stays out: properties as they are written and compared (nodes.py), and what a
stored value means (values.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.kinds import KINDS, Kind
from lineal.store.database import Row, Session
from lineal.store.statement import Statement, listed
from lineal.store.tables import PROPERTY
from lineal.store.values import CUSTOM, DOUBLE, INTEGER, NOTHING, PLAIN_TEXT, PROTO, TEXT, TRUTH


class _OneValue(FunctionElement[Any]):
    """Whichever of text, proto, integer, double and truth is there, as it is or as a text.

    MySQL's largest double stands for what is no finite number, which the proto beside it names: so that comes first.
    """

    type = sa.types.NullType()
    inherit_cache = True


@compiles(_OneValue)
def _one_value(element: _OneValue, compiler: Any, **options: Any) -> str:
    return f"COALESCE({', '.join(_operands(element, compiler, options))})"


@compiles(_OneValue, "mysql")
def _one_value_on_mysql(element: _OneValue, compiler: Any, **options: Any) -> str:
    text, proto, *numbers = _operands(element, compiler, options)
    return f"COALESCE({text}, CONVERT({proto} USING utf8mb4), {', '.join(numbers)})"


@compiles(_OneValue, "postgresql")
def _one_value_on_postgresql(element: _OneValue, compiler: Any, **options: Any) -> str:
    text, proto, integer, double, truth = _operands(element, compiler, options)
    lines = f"encode({proto}, 'base64')"  # in lines of 76 characters
    numbers = [f"CAST({each} AS TEXT)" for each in (integer, double, f"CAST({truth} AS INT)")]
    return f"COALESCE({text}, replace({lines}, chr(10), ''), {', '.join(numbers)})"


def _operands(element: _OneValue, compiler: Any, options: dict[str, Any]) -> list[str]:
    return [compiler.process(each, **options) for each in element.clauses]


def _number(number: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(number), sa.Integer())


def _values(kind: Kind) -> Statement:
    columns = PROPERTY[kind].c
    owner, text, proto = columns[kind.id_column], columns.string_value, columns.proto_value
    numbers = (columns.int_value, columns.double_value, columns.bool_value)
    form = sa.case(
        (sa.and_(text.is_not(None), proto.is_(None)), _number(TEXT)),
        (text.is_not(None), _number(PLAIN_TEXT)),
        *[(each.is_not(None), _number(found)) for each, found in zip(numbers, (INTEGER, DOUBLE, TRUTH), strict=True)],
        (proto.is_not(None), _number(PROTO)),
        else_=_number(NOTHING),
    )
    custom = sa.case((columns.is_custom_property, _number(CUSTOM)), else_=_number(0))
    return Statement(
        sa.select(owner, columns.name, form + custom, _OneValue(text, proto, *numbers)).where(listed(owner, "ids"))
    )


_VALUES = {kind: _values(kind) for kind in KINDS}


def values_of(session: Session, kind: Kind, ids: Sequence[int]) -> list[Row]:
    """Return the rows (node id, name, form, value) of these nodes' properties, in no order.

    A form is one of those of values.py, greater by CUSTOM if the property is custom.
    """
    return session.listed_rows(_VALUES[kind], "ids", ids)
