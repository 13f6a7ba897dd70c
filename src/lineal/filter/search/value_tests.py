"""Tests of a column against the values of a search: texts, numbers and times.

What stays out: which column a key means (builder.py).
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal.filter.dialects import ByBytes, TextIn, utf8_on_mysql
from lineal.filter.search import values
from lineal.filter.search.tree import Comparison, Range

Expression = sa.ColumnElement[Any]
OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}


class _TextCondition(FunctionElement[bool]):
    """A condition about two texts, which brings its parentheses."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Return the condition itself: it has its parentheses."""
        return self


class Contains(_TextCondition):
    """Whether the first operand matches the second, a pattern with | as its escape character, whatever the case."""

    inherit_cache = True


@compiles(Contains)
def _contains(element: Contains, compiler: Any, **options: Any) -> str:
    text, pattern = [compiler.process(operand, **options) for operand in element.clauses]
    return f"({text} LIKE {pattern} ESCAPE '|')"


@compiles(Contains, "postgresql")
def _contains_on_postgresql(element: Contains, compiler: Any, **options: Any) -> str:
    text, pattern = [compiler.process(operand, **options) for operand in element.clauses]
    return f"({text} ILIKE {pattern} ESCAPE '|')"


@compiles(Contains, "mysql")
@compiles(Contains, "mariadb")
def _contains_on_mysql(element: Contains, compiler: Any, **options: Any) -> str:
    text, pattern = [utf8_on_mysql(compiler.process(each, **options), compiler) for each in element.clauses]
    return f"({text} COLLATE utf8mb4_general_ci LIKE {pattern} ESCAPE '|')"


class Holds(_TextCondition):
    """Whether the first operand, a text, holds the second; the case counts."""

    inherit_cache = True


@compiles(Holds)
def _holds(element: Holds, compiler: Any, **options: Any) -> str:
    text, part = [compiler.process(ByBytes(operand), **options) for operand in element.clauses]
    return f"({_POSITION.get(compiler.dialect.name, 'instr')}({text}, {part}) > 0)"


_POSITION = {"postgresql": "strpos"}
# No text of a type or an alias has this character.
_END = "\x1f"


def ends_with(text: Expression, ending: str) -> Expression:
    """Return the condition that a text has an ending; the case counts."""
    return Holds(text + sa.literal(_END, sa.Text()), sa.bindparam(None, ending + _END, sa.Text()))


def starts_with(text: Expression, start: str) -> Expression:
    """Return the condition that a text has a start; the case counts."""
    return Holds(sa.literal(_END, sa.Text()) + text, sa.bindparam(None, _END + start, sa.Text()))


def is_filled(text: Expression) -> Expression:
    """Return the condition that a value is no text, or a text that is not blank."""
    return sa.or_(text.is_(None), sa.func.trim(text) != sa.literal("", sa.Text()))


def lists(text: Expression, item: str) -> Expression:
    """Return the condition that a text, a list with commas between its items, has an item; the case counts."""
    comma = sa.literal(",", sa.Text())
    return Holds(comma + text + comma, sa.bindparam(None, f",{item},", sa.Text()))


LONGEST_INDEXED = 255
"""How many characters of a label, a name, a workspace or a text inside JSON the search index has: the first ones."""


def text_test(body: Comparison, *, longest: int | None = None) -> Callable[[Expression], Expression]:
    """Return the test of a text against the values of a comparison.

    Args:
        body: the comparison.
        longest: how many characters of a text are stored where it is tested; None for all.
    """
    texts = [value for value in body.values if isinstance(value, str)]
    if body.operator == ":":
        return lambda text: sa.or_(*[Contains(text, pattern(value)) for value in texts])
    return lambda text: TextIn(text, *[sa.bindparam(None, value[:longest], sa.Text()) for value in texts])


def pattern(text: str) -> sa.BindParameter[str]:
    """Return the pattern of texts that hold a text."""
    return sa.bindparam(None, f"%{pattern_of(text)}%", sa.Text())


def pattern_of(text: str) -> str:
    """Return a text in the form in which a pattern matches only the text itself."""
    for special in "|%_":
        text = text.replace(special, f"|{special}")
    return text


_LARGEST: Expression = sa.literal(sys.float_info.max, sa.Double())


@dataclass(frozen=True)
class NumberPlace:
    """Where a number is stored.

    Attributes:
        number: the column.
        is_nan: the condition that it is NaN; if there is one, the number alone is not enough.
        infinity: what an infinity is stored as.
    """

    number: Expression
    is_nan: Expression | None = None
    infinity: Expression = _LARGEST

    def compared(self, test: Expression) -> Expression:
        """Return a condition on the number that NaN does not fit."""
        return test if self.is_nan is None else sa.and_(test, sa.not_(self.is_nan))


NumberTest = Callable[[NumberPlace], Expression]


def number_test(body: Comparison) -> NumberTest:
    """Return the test of a number against the values of a comparison."""
    if body.operator in OPERATIONS:
        text = str(body.values[0])
        return lambda place: place.compared(OPERATIONS[body.operator](place.number, _number(text, place)))
    return lambda place: sa.or_(*[_equals(place, value) for value in body.values])


def _equals(place: NumberPlace, value: str | Range) -> Expression:
    if isinstance(value, str):
        if values.is_nan(value):
            return sa.false() if place.is_nan is None else place.is_nan
        return place.compared(place.number == _number(value, place))
    ends = [place.number >= _number(value.low, place)] if value.low is not None else []
    ends += [place.number <= _number(value.high, place)] if value.high is not None else []
    return place.compared(sa.and_(*ends))


def _number(text: str, place: NumberPlace) -> Expression:
    """Return a number to compare with; an integer beyond 64 bits is a decimal, which every engine compares rightly."""
    found = values.number(text)
    assert found is not None  # noqa: S101 the parser has read it
    if isinstance(found, int) and abs(found) < 1 << 63:
        return sa.bindparam(None, found, sa.BigInteger())
    if math.isfinite(found):
        return sa.bindparam(None, float(found), sa.Double())
    return place.infinity if found > 0 else -place.infinity


def within(column: Expression, value: str | Range) -> Expression:
    """Return the condition that a time is a moment, or lies in a span or range."""
    if isinstance(value, str):
        first, last = moment(value)
        return column >= first if values.span(value) is not None else column.between(first, last)
    ends = [column >= moment(value.low)[0]] if value.low is not None else []
    return sa.and_(*ends, *([column <= moment(value.high)[1]] if value.high is not None else []))


def moment(text: str) -> tuple[int, int]:
    """Return the first and last millisecond of a moment; a span ends now and is the moment at which it began."""
    span = values.span(text)
    if span is not None:
        began = time.time_ns() // 1_000_000 - span
        return began, began
    found = values.moment(text)
    assert found is not None  # noqa: S101 the parser has read it
    return found
