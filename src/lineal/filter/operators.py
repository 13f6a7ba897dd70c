"""The SQL of each operator, given its operands as SQL expressions.

What stays out: fields and joins (builder.py), and how engines spell the constructs (dialects.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from lineal.filter.checked import Constant, Field, Operation
from lineal.filter.dialects import AllOf, AnyOf, ByBytes, IsNull, IsTrue, Length, Like, Lower, Not, TextIn, Upper
from lineal.filter.vocabulary import ENUMS, Type

Expression = sa.ColumnElement[Any]
Rule = Callable[[Operation, Sequence[Expression]], Expression]

_SQL_TYPES: Mapping[Type, sa.types.TypeEngine[Any]] = {
    Type.TEXT: sa.Text(),
    Type.DECIMAL: sa.Double(),
    Type.TRUTH: sa.Boolean(),
    **dict.fromkeys((Type.INTEGER, *ENUMS), sa.BigInteger()),
}


def bound(value: object, type_: Type) -> sa.BindParameter[Any]:
    """Return a value as a bound parameter."""
    return sa.bindparam(None, value, type_=_SQL_TYPES[type_])


def constant(tree: Constant) -> Expression:
    """Return a value of the query; only NULL is written into the text."""
    return sa.null() if tree.value is None else bound(tree.value, tree.type)


def _is_text(tree: Operation) -> bool:
    """Tell whether an operation compares texts."""
    return any(operand.type is Type.TEXT for operand in tree.operands)


def _equal(tree: Operation, operands: Sequence[Expression]) -> Expression:
    left, right = operands
    return TextIn(left, right) if _is_text(tree) else _grouped(left) == _grouped(right)


def _not_equal(tree: Operation, operands: Sequence[Expression]) -> Expression:
    left, right = _comparable(tree, operands)
    return _or_unset(tree, left != right, operands)


def _in(tree: Operation, operands: Sequence[Expression]) -> Expression:
    return TextIn(*operands) if _is_text(tree) else _grouped(operands[0]).in_([_grouped(item) for item in operands[1:]])


def _not_in(tree: Operation, operands: Sequence[Expression]) -> Expression:
    return _or_unset(tree, Not(_in(tree, operands)), operands)


def _or_unset(tree: Operation, condition: Expression, operands: Sequence[Expression]) -> Expression:
    """Let a state that is not set differ from the states that the query names."""
    for operand, expression in zip(tree.operands, operands, strict=True):
        if isinstance(operand, Field) and operand.type in ENUMS and _names_values(tree):
            return AnyOf(condition, IsNull(expression))
    return condition


def _names_values(tree: Operation) -> bool:
    return any(isinstance(operand, Constant) and operand.type in ENUMS for operand in tree.operands)


def _comparable(tree: Operation, operands: Sequence[Expression]) -> list[Expression]:
    """Return operands as plain operators may compare them."""
    return [ByBytes(operand) if _is_text(tree) else _grouped(operand) for operand in operands]


def _grouped(operand: Expression) -> Expression:
    """Return an operand that is safe beside any operator: conditions get parentheses."""
    return sa.sql.elements.Grouping(operand) if isinstance(operand, sa.BinaryExpression) else operand


def _between(tree: Operation, operands: Sequence[Expression]) -> Expression:
    value, low, high = _comparable(tree, operands)
    return value.between(low, high)


def _ordered(compare: Callable[[Expression, Expression], Expression]) -> Rule:
    """Return the rule of a comparison by order."""
    return lambda tree, operands: compare(*_comparable(tree, operands))


def _decimals(operands: Sequence[Expression]) -> list[Expression]:
    """Return numbers as 64-bit decimals: sums of integers then overflow on no engine."""
    one = bound(1.0, Type.DECIMAL)
    return [sa.type_coerce(_grouped(operand), sa.Double()) * one for operand in operands]


def _divided_by(_: Operation, operands: Sequence[Expression]) -> Expression:
    dividend, divisor = _decimals(operands)
    return dividend / sa.func.nullif(divisor, bound(0.0, Type.DECIMAL), type_=sa.Double())


RULES: Mapping[str, Rule] = {
    "AND": lambda _, operands: AllOf(*operands),
    "OR": lambda _, operands: AnyOf(*operands),
    "NOT": lambda _, operands: Not(*operands),
    "=": _equal,
    "!=": _not_equal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "IN": _in,
    "NOT IN": _not_in,
    "BETWEEN": _between,
    "LIKE": lambda _, operands: Like(*operands),
    "IS NULL": lambda _, operands: IsNull(*operands),
    "IS TRUE": lambda _, operands: IsTrue(*operands),
    "IS FALSE": lambda _, operands: IsTrue(Not(*operands)),
    "NEGATIVE": lambda _, operands: -_decimals(operands)[0],
    "+": lambda _, operands: operator.add(*_decimals(operands)),
    "-": lambda _, operands: operator.sub(*_decimals(operands)),
    "*": lambda _, operands: operator.mul(*_decimals(operands)),
    "/": _divided_by,
    "ABS()": lambda _, operands: sa.func.abs(_decimals(operands)[0]),
    "LENGTH()": lambda _, operands: Length(*operands),
    "LOWER()": lambda _, operands: Lower(*operands),
    "UPPER()": lambda _, operands: Upper(*operands),
    "COALESCE()": lambda _, operands: sa.func.coalesce(*operands) if len(operands) > 1 else operands[0],
}
