"""Large filters in a shape that engines plan quickly: the equalities of one field in an OR become one IN.

An engine looks for an index for each operand of an OR by itself; for an IN it looks once. What stays out: small
filters, which stay as they were written, and the shape of SQL (builder.py, dialects.py).
"""

from __future__ import annotations

from dataclasses import replace

from lineal import deadlines
from lineal.filter.checked import Checked, Constant, Field, Operation
from lineal.filter.vocabulary import Type

MOST_ANALYSED = 100
"""How many conditions a filter may have that engines may plan one by one."""


def merged(tree: Checked) -> Checked:
    """Return a tree that is true for the same nodes, with fewer operands of ORs."""
    deadlines.check()
    if not isinstance(tree, Operation) or tree.operator not in ("AND", "OR", "NOT"):
        return tree
    operands = tuple(merged(operand) for operand in tree.operands)
    if tree.operator != "OR":
        return replace(tree, operands=operands)
    left = _with_lists(operands)
    return left[0] if len(left) == 1 else replace(tree, operands=tuple(left))


def _with_lists(operands: tuple[Checked, ...]) -> list[Checked]:
    """Return the operands of an OR, with one IN for the equalities of each field in the place of the first."""
    values: dict[Field, dict[Constant, None]] = {}
    order: list[Field | Checked] = []
    for operand in operands:
        field = _compared(operand)
        if field is None:
            order.append(operand)
            continue
        if field not in values:
            order.append(field)
        assert isinstance(operand, Operation)  # noqa: S101 for the type checker
        found = values.setdefault(field, {})
        found.update(dict.fromkeys(each for each in operand.operands[1:] if isinstance(each, Constant)))
    return [_among(each, list(values[each])) if isinstance(each, Field) else each for each in order]


def _among(field: Field, values: list[Constant]) -> Checked:
    return Operation("=" if len(values) == 1 else "IN", (field, *values), Type.TRUTH, 4)


def _compared(tree: Checked) -> Field | None:
    """Return the field that an operand compares with values by = or IN, or None."""
    if not (isinstance(tree, Operation) and tree.operator in ("=", "IN")):
        return None
    first, *others = tree.operands
    if not isinstance(first, Field) or first.type is Type.TRUTH:
        return None
    return first if all(isinstance(other, Constant) and other.value is not None for other in others) else None
