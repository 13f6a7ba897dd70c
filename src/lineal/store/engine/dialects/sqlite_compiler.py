"""SQLAlchemy's compiler for SQLite, with values that SQLite does not compare with each other.

What stays out: which constructs need them (lineal/filter/dialects.py).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql import operators

from lineal.filter.dialects import APART


class Compiler(SQLiteCompiler):
    """A compiler that writes values as separate parameters if it is set to."""

    def visit_bindparam(self, bindparam: Any, **options: Any) -> Any:  # type: ignore[override]
        """Return the text of a value: a query for it, if it must be separate."""
        is_apart = options.pop(APART, False)
        text = super().visit_bindparam(bindparam, **options)  # type: ignore[no-untyped-call]
        return f"(SELECT {text})" if is_apart and not bindparam.expanding else text

    def visit_binary(self, binary: Any, **options: Any) -> Any:  # type: ignore[override]
        """Return the text of an operation; the values of an IN are compared with no others anyway."""
        if binary.operator in (operators.in_op, operators.not_in_op):
            options.pop(APART, None)
        return super().visit_binary(binary, **options)  # type: ignore[no-untyped-call]


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect with this compiler."""

    statement_compiler = Compiler
    supports_statement_cache = True
