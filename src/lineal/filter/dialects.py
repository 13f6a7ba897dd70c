"""The constructs that engines write differently, or whose plain form means something else on one of them.

The language compares texts by their UTF-8 bytes, and knows the case of the letters a to z only: LIKE ignores it, LOWER
and UPPER change it. SQLite does this by itself; PostgreSQL does in the collation "C". MySQL and MariaDB compare by the
collation of a column, which may ignore case and accents. There, the plain comparison comes first, because it can use an
index, and a comparison of bytes decides.

Every construct renders its own parentheses. What stays out: which construct a query needs (builder.py).
"""

from __future__ import annotations

import string
import sys
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal import deadlines

Expression = sa.ColumnElement[Any]

APART = "lineal_apart"
"""The option of a compiler of SQLite under which each value is a query of its own, so that it is compared with none."""
_FLAT = 8
_LONGEST_STORED_PATTERN = 12500


class _Condition(FunctionElement[bool]):
    """A condition. It never becomes `(...) = 1`, as SQLAlchemy would have it where there is no boolean type."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Return the condition itself: it has its parentheses."""
        return self


class AllOf(_Condition):
    """All of the operands; pass the deepest first."""

    inherit_cache = True
    word = " AND "


class AnyOf(_Condition):
    """Any of the operands; pass the deepest first."""

    inherit_cache = True
    word = " OR "


class Not(_Condition):
    """Not the operand."""

    inherit_cache = True


class IsTrue(_Condition):
    """Whether the operand is true: false for NULL."""

    inherit_cache = True


class IsNull(_Condition):
    """Whether the operand is NULL."""

    inherit_cache = True


class Apart(_Condition):
    """The operand, an IN with a query, which the engine runs unchanged.

    MySQL and MariaDB make such an IN a join and try the orders of all joined tables, for minutes if there are many.
    """

    inherit_cache = True


class Tried(_Condition):
    """The operand, a large OR of a WHERE, which is tried with each row and not planned.

    SQLite looks for an index for each operand of an OR, and compares each constant with all others to compute it once:
    for 10,000 operands this takes it ten seconds, in which nothing can stop it.
    """

    inherit_cache = True


class TextIn(_Condition):
    """Whether the first operand, a text, is the same as one of the others."""

    inherit_cache = True


class IsNan(_Condition):
    """Whether a stored double is NaN; the operands are the columns of the double and of `proto_value`.

    Source: the stored forms of store/tables/values.py and of the dialects there.
    """

    inherit_cache = True


class Infinity(FunctionElement[float]):
    """The greatest stored double, which is what an infinity is stored as."""

    type = sa.Double()
    inherit_cache = True


class ByBytes(FunctionElement[str]):
    """The operand, a text, as it is compared and ordered by its bytes."""

    type = sa.Text()
    inherit_cache = True


class Like(_Condition):
    """Whether the first operand matches the second, a pattern with % and _ and without an escape character."""

    inherit_cache = True


class Lower(FunctionElement[str]):
    """The operand with a to z for A to Z."""

    type = sa.Text()
    inherit_cache = True


class Upper(FunctionElement[str]):
    """The operand with A to Z for a to z."""

    type = sa.Text()
    inherit_cache = True


class Length(FunctionElement[int]):
    """The number of characters of the operand."""

    type = sa.BigInteger()
    inherit_cache = True


def _operands(element: FunctionElement[Any], compiler: Any, options: dict[str, Any]) -> list[str]:
    """Return the texts of an element's operands, each safe beside any operator."""
    deadlines.check()
    return [compiler.process(operand.self_group(), **options) for operand in element.clauses]


@compiles(AllOf)
@compiles(AnyOf)
def _junction(element: AllOf | AnyOf, compiler: Any, **options: Any) -> str:
    return f"({_joined(_operands(element, compiler, options), element.word)})"


def _joined(texts: Sequence[str], word: str) -> str:
    """Join texts by AND or OR so that neither many operands nor a deep first one make a deep expression."""
    if len(texts) <= _FLAT:
        return word.join(texts)
    size = -(-(len(texts) - 1) // (_FLAT - 1))
    groups = [_joined(texts[start : start + size], word) for start in range(1, len(texts), size)]
    return word.join([texts[0], *[f"({group})" for group in groups]])


@compiles(Not)
def _not(element: Not, compiler: Any, **options: Any) -> str:
    return f"(NOT {_operands(element, compiler, options)[0]})"


@compiles(IsTrue)
def _is_true(element: IsTrue, compiler: Any, **options: Any) -> str:
    yes, no = compiler.process(sa.true()), compiler.process(sa.false())
    return f"(CASE WHEN {_operands(element, compiler, options)[0]} THEN {yes} ELSE {no} END)"


@compiles(IsNull)
def _is_null(element: IsNull, compiler: Any, **options: Any) -> str:
    return f"({_operands(element, compiler, options)[0]} IS NULL)"


@compiles(Apart)
def _apart(element: Apart, compiler: Any, **options: Any) -> str:
    return f"({_operands(element, compiler, options)[0]})"


@compiles(Apart, "mysql")
@compiles(Apart, "mariadb")
def _apart_on_mysql(element: Apart, compiler: Any, **options: Any) -> str:
    return f"(CASE WHEN {_operands(element, compiler, options)[0]} THEN true ELSE false END)"


@compiles(Tried)
def _tried(element: Tried, compiler: Any, **options: Any) -> str:
    return _operands(element, compiler, options)[0]


@compiles(Tried, "sqlite")
def _tried_on_sqlite(element: Tried, compiler: Any, **options: Any) -> str:
    return f"({_operands(element, compiler, {**options, APART: True})[0]} IS TRUE)"


@compiles(TextIn)
def _text_in(element: TextIn, compiler: Any, **options: Any) -> str:
    if len(element.clauses) > 2:
        options.pop(APART, None)
    return f"({_one_of(_operands(element, compiler, options))})"


def _one_of(texts: Sequence[str]) -> str:
    text, *others = texts
    return f"{text} = {others[0]}" if len(others) == 1 else f"{text} IN ({', '.join(others)})"


# How much of a text of any length PostgreSQL's indexes hold, in characters (store/tables/mlmd_tables.py).
_INDEXED_START = 128
_UNBOUNDED = frozenset({"string_value", "uri"})


@compiles(TextIn, "postgresql")
def _text_in_on_postgresql(element: TextIn, compiler: Any, **options: Any) -> str:
    texts = _operands(element, compiler, options)
    if getattr(next(iter(element.clauses)), "name", None) not in _UNBOUNDED:
        return f"({_one_of(texts)})"
    starts = [f"left({text}, {_INDEXED_START})" for text in texts]
    return f"({_one_of(starts)} AND {_one_of(texts)})"


@compiles(TextIn, "mysql")
@compiles(TextIn, "mariadb")
def _text_in_on_mysql(element: TextIn, compiler: Any, **options: Any) -> str:
    texts = _operands(element, compiler, options)
    return f"({_one_of(texts)} AND {_one_of([_bytes(text, compiler) for text in texts])})"


@compiles(IsNan)
def _is_nan(element: IsNan, compiler: Any, **options: Any) -> str:
    return f"(typeof({_operands(element, compiler, options)[0]}) = 'text')"


@compiles(IsNan, "postgresql")
def _is_nan_on_postgresql(element: IsNan, compiler: Any, **options: Any) -> str:
    return f"({_operands(element, compiler, options)[0]} = 'NaN'::float8)"


@compiles(IsNan, "mysql")
@compiles(IsNan, "mariadb")
def _is_nan_on_mysql(element: IsNan, compiler: Any, **options: Any) -> str:
    number, beside = _operands(element, compiler, options)
    return f"({number} IS NOT NULL AND COALESCE({beside}, '') = 'nan')"


@compiles(Infinity)
def _infinity(element: Infinity, compiler: Any, **options: Any) -> str:
    return "9e999"


@compiles(Infinity, "postgresql")
def _infinity_on_postgresql(element: Infinity, compiler: Any, **options: Any) -> str:
    return "'Infinity'::float8"


@compiles(Infinity, "mysql")
@compiles(Infinity, "mariadb")
def _infinity_on_mysql(element: Infinity, compiler: Any, **options: Any) -> str:
    return repr(sys.float_info.max)


@compiles(ByBytes)
def _by_bytes(element: ByBytes, compiler: Any, **options: Any) -> str:
    return _operands(element, compiler, options)[0]


@compiles(ByBytes, "postgresql")
def _by_bytes_on_postgresql(element: ByBytes, compiler: Any, **options: Any) -> str:
    return f'({_operands(element, compiler, options)[0]} COLLATE "C")'


@compiles(ByBytes, "mysql")
@compiles(ByBytes, "mariadb")
def _by_bytes_on_mysql(element: ByBytes, compiler: Any, **options: Any) -> str:
    return _bytes(_operands(element, compiler, options)[0], compiler)


def _bytes(text: str, compiler: Any) -> str:
    """Return the UTF-8 bytes of a text on MySQL."""
    return f"CAST(CONVERT({text} USING {_session_charset(compiler)}) AS BINARY)"


def utf8_on_mysql(text: str, compiler: Any) -> str:
    """Return a text on MySQL as one of utf8mb4, whose characters are those of the text."""
    if _session_charset(compiler) == "utf8mb4":
        return f"CONVERT({text} USING utf8mb4)"
    return f"CONVERT({_bytes(text, compiler)} USING utf8mb4)"


def _changed_on_mysql(text: str, compiler: Any) -> str:
    """Return a text made by a function as the session's other texts are."""
    return text if _session_charset(compiler) == "utf8mb4" else f"CAST({text} AS BINARY)"


def _session_charset(compiler: Any) -> str:
    """Return the character set that the server assumes for texts: latin1 if UTF-8 bytes are sent as latin1."""
    return getattr(compiler.dialect, "session_charset", "utf8mb4")


@compiles(Like)
def _like(element: Like, compiler: Any, **options: Any) -> str:
    text, pattern = _operands(element, compiler, options)
    if isinstance(list(element.clauses)[1], sa.BindParameter):
        return f"({text} LIKE {pattern})"
    # SQLite refuses a longer pattern; one that comes from a row matches nothing then, and the query goes on.
    return f"(CASE WHEN length({pattern}) <= {_LONGEST_STORED_PATTERN} THEN {text} LIKE {pattern} END)"


@compiles(Like, "postgresql")
def _like_on_postgresql(element: Like, compiler: Any, **options: Any) -> str:
    text, pattern = _operands(element, compiler, options)
    return f"(({text} COLLATE \"C\") ILIKE {pattern} ESCAPE '')"


@compiles(Like, "mysql")
@compiles(Like, "mariadb")
def _like_on_mysql(element: Like, compiler: Any, **options: Any) -> str:
    text, pattern = [utf8_on_mysql(operand, compiler) for operand in _operands(element, compiler, options)]
    # There always is an escape character; one that is not a backslash can be doubled in every SQL mode.
    pattern = f"REPLACE({pattern}, '|', '||')"
    quick = f"{text} COLLATE utf8mb4_general_ci LIKE {pattern} ESCAPE '|'"
    return f"({quick} AND {_folded(text, upper=False)} LIKE {_folded(pattern, upper=False)} ESCAPE '|')"


@compiles(Lower)
def _lower(element: Lower, compiler: Any, **options: Any) -> str:
    return f"lower({_operands(element, compiler, options)[0]})"


@compiles(Upper)
def _upper(element: Upper, compiler: Any, **options: Any) -> str:
    return f"upper({_operands(element, compiler, options)[0]})"


@compiles(Lower, "postgresql")
def _lower_on_postgresql(element: Lower, compiler: Any, **options: Any) -> str:
    return f'lower({_operands(element, compiler, options)[0]} COLLATE "C")'


@compiles(Upper, "postgresql")
def _upper_on_postgresql(element: Upper, compiler: Any, **options: Any) -> str:
    return f'upper({_operands(element, compiler, options)[0]} COLLATE "C")'


@compiles(Lower, "mysql")
@compiles(Lower, "mariadb")
def _lower_on_mysql(element: Lower, compiler: Any, **options: Any) -> str:
    text = utf8_on_mysql(_operands(element, compiler, options)[0], compiler)
    return _changed_on_mysql(_folded(text, upper=False), compiler)


@compiles(Upper, "mysql")
@compiles(Upper, "mariadb")
def _upper_on_mysql(element: Upper, compiler: Any, **options: Any) -> str:
    text = utf8_on_mysql(_operands(element, compiler, options)[0], compiler)
    return _changed_on_mysql(_folded(text, upper=True), compiler)


def _folded(text: str, *, upper: bool) -> str:
    """Return a text with the other case of the letters a to z; MySQL's own functions change other letters too."""
    folded = f"({text} COLLATE utf8mb4_bin)"
    for small, capital in zip(string.ascii_lowercase, string.ascii_uppercase, strict=True):
        folded = f"REPLACE({folded}, '{small}', '{capital}')" if upper else f"REPLACE({folded}, '{capital}', '{small}')"
    return folded


@compiles(Length)
def _length(element: Length, compiler: Any, **options: Any) -> str:
    return f"length({_operands(element, compiler, options)[0]})"


@compiles(Length, "mysql")
@compiles(Length, "mariadb")
def _length_on_mysql(element: Length, compiler: Any, **options: Any) -> str:
    return f"char_length({utf8_on_mysql(_operands(element, compiler, options)[0], compiler)})"
