"""The tree of a query as written: literals, names and operations, each with its place in the text.

What stays out: what names mean and whether types fit (checker.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Literal:
    """A string, number, TRUE, FALSE or NULL (None)."""

    value: str | float | bool | None
    text: str
    at: int

    weight = 0


@dataclass(frozen=True)
class Name:
    """A name: its parts between dots, without back quotes, and the text as written."""

    parts: tuple[str, ...]
    text: str
    at: int

    weight = 0


@dataclass(frozen=True)
class Operation:
    """An operator or function with its operands.

    Attributes:
        operator: the operator, in capital letters; `<>` is `!=`. A unary minus is "NEGATIVE".
        operands: its operands; two or more for AND and OR, which never hold an operand of their own operator.
        text: the operator as written.
        at: the offset of that.
        weight: how deep the tree is from here, in levels.

    """

    operator: str
    operands: tuple[Syntax, ...]
    text: str
    at: int
    weight: int


Syntax = Union[Literal, Name, Operation]
