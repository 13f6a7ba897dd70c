"""LIKE that minds the case of letters, which is how MLflow compares; `dialects.Like` is the one that does not.

% stands for any text and _ for any character; there is no escape character. On SQLite, whose LIKE ignores case, the
pattern becomes one of GLOB.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.filter.dialects import utf8_on_mysql

_GLOB = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
_SPECIAL = re.compile(r"[%_*?\[]")


class _ExactLike(FunctionElement[bool]):
    """Whether the first operand matches the second, a pattern of LIKE; the third is the same pattern of GLOB."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Return the condition itself: it has its parentheses."""
        return self


def exact_like(text: sa.ColumnElement[Any], pattern: str) -> sa.ColumnElement[bool]:
    """Return the condition that a text matches a pattern of LIKE, with regard to case."""
    return _ExactLike(text, sa.literal(pattern, sa.Text()), sa.literal(glob_of(pattern), sa.Text()))


def glob_of(pattern: str) -> str:
    """Return the pattern of GLOB that matches what a pattern of LIKE does."""
    return _SPECIAL.sub(lambda match: _GLOB[match.group()], pattern)


def _operands(element: _ExactLike, compiler: Any, options: dict[str, Any], *places: int) -> list[str]:
    operands = list(element.clauses)
    return [compiler.process(operands[place].self_group(), **options) for place in places]


@compiles(_ExactLike)
def _glob(element: _ExactLike, compiler: Any, **options: Any) -> str:
    text, pattern = _operands(element, compiler, options, 0, 2)
    return f"({text} GLOB {pattern})"


@compiles(_ExactLike, "postgresql")
def _on_postgresql(element: _ExactLike, compiler: Any, **options: Any) -> str:
    text, pattern = _operands(element, compiler, options, 0, 1)
    return f"(({text} COLLATE \"C\") LIKE {pattern} ESCAPE '')"


@compiles(_ExactLike, "mysql")
@compiles(_ExactLike, "mariadb")
def _on_mysql(element: _ExactLike, compiler: Any, **options: Any) -> str:
    text, pattern = [utf8_on_mysql(operand, compiler) for operand in _operands(element, compiler, options, 0, 1)]
    # There always is an escape character; one that is not a backslash can be doubled in every SQL mode.
    return f"({text} COLLATE utf8mb4_bin LIKE REPLACE({pattern}, '|', '||') ESCAPE '|')"
