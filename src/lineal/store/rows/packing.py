"""Rows of a query packed into one text for each owner, and split again.

PyMySQL is written in Python and needs microseconds for every row of a result. The server joins an owner's rows in a
fraction of that, and `str.split` splits them even faster. A separator follows each cell of the text. So the text is
complete if it has the right number of separators: the server cuts a text that is too long, and leaves out rows that are
NULL, hold the separator, or are long. If an owner's text is incomplete, its rows are read one by one. What stays out:
which rows (properties.py), how long a text may get (dialects/mysql_session.py), and
which drivers need it (dialects/mysql_drivers.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.filter.dialects import ByBytes
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement

# Below, the temporary table that MariaDB makes for every statement that joins texts costs more than the rows.
FEWEST = 8
# From 1,000 on, MariaDB makes the list a table of its own, joins it, and sorts what it finds on the disk.
MOST = 900
# Bytes of a text; joining longer ones costs the server as much as their rows cost the driver, or more.
LONGEST = 2 << 10
_END = "\x1f"  # ASCII's unit separator, which texts hardly have; in UTF-8 its byte is part of no other character
_END_IN_SQL: sa.ColumnElement[Any] = sa.literal_column("X'1F'")  # a binary text, so what it is joined to stays bytes


class _Joined(FunctionElement[str]):
    """The operand, a text, of all rows of a group, one after the other; rows where it is NULL are left out."""

    type = sa.Text()
    inherit_cache = True


@compiles(_Joined, "mysql")
def _joined_on_mysql(element: _Joined, compiler: Any, **options: Any) -> str:
    return f"GROUP_CONCAT({compiler.process(element.clauses, **options)} SEPARATOR '')"


def packed(
    name: sa.ColumnElement[str],
    form: sa.ColumnElement[int],
    value: sa.ColumnElement[Any],
    *,
    texts: Sequence[sa.ColumnElement[Any]],
) -> sa.ColumnElement[str]:
    """Return the text that packs name, form and value of the rows of a group.

    Args:
        name: the first cell of a row, a text.
        form: the second, a number.
        value: the third, a text or what the server makes one.
        texts: the columns from which name and value get texts, which can be long or hold a separator.
    """
    row = sa.func.concat(ByBytes(name), _END_IN_SQL, form, _END_IN_SQL, ByBytes(value), _END_IN_SQL)
    is_long = [sa.func.length(text) > number(LONGEST) for text in texts]
    has_separator = [sa.func.instr(text, _END_IN_SQL) > number(0) for text in texts]
    return _Joined(sa.case((sa.or_(*is_long, *has_separator), sa.null()), else_=row))


def number(value: int) -> sa.ColumnElement[int]:
    """Return a number as text for a statement."""
    return sa.literal_column(str(value), sa.Integer())


def ask_packed(
    session: Session, ids: Sequence[int], *, statement: Statement, rows: Statement
) -> Callable[[], list[Row]]:
    """Return the rows (owner, name, form, value) of these owners, when they are needed, those of an owner together.

    Args:
        session: the transaction.
        ids: the owners.
        statement: the packed query, whose list parameter `ids` gets the owners.
        rows: the query that returns the same rows one by one.
    """
    asked = [session.ask(statement, {"ids": piece}) for piece in session.pieces(ids, MOST)]

    def read() -> list[Row]:
        found, broken = unpacked([row for each in asked for row in each()])
        return found + session.listed_rows(rows, "ids", broken) if broken else found

    return read


def unpacked(rows: Sequence[Row]) -> tuple[list[Row], list[int]]:
    """Return the rows (owner, name, form, value) of packed ones, and the owners whose text is not complete."""
    found: list[Row] = []
    broken: list[int] = []
    for owner, text, count in rows:
        cells = text.split(_END) if text is not None else ()
        if len(cells) == 3 * count + 1:
            found += zip(repeat(owner, count), cells[0::3], map(int, cells[1::3]), cells[2::3], strict=False)
        else:
            broken.append(owner)
    return found, broken
