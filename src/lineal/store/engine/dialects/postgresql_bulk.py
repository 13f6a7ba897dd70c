"""The text of PostgreSQL's statement that inserts many rows, one array for each column."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lineal.store.engine.statement import Insertion


@lru_cache(maxsize=256)
def bulk_text(statement: Insertion, dialect: sa.Dialect) -> str:
    """Return the text of an insertion of arrays.

    Casts of texts name no length: a cast would cut what an assignment refuses.
    """
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in statement.order)
    arrays = ", ".join(f"%s::{_array_type(statement.table.c[name].type, dialect)}[]" for name in statement.order)
    return (
        f"INSERT INTO {quote(statement.table.name)} ({columns}) SELECT {columns} "
        f"FROM unnest({arrays}) WITH ORDINALITY AS given ({columns}, place) ORDER BY place "
        f"{statement.on_conflict('postgresql')}"
    ).rstrip()


def _array_type(type_: Any, dialect: sa.Dialect) -> str:
    return "TEXT" if isinstance(type_, sa.String) else str(type_.compile(dialect=dialect))
