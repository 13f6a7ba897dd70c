"""The checked tree: every name resolved to a field, every node with its type, and its text in one canonical form.

What stays out: how the tree is made (checker.py) and its SQL (builder.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from lineal.filter.vocabulary import ENUMS, PROPERTY_FAMILIES, Type
from lineal.kinds import Kind

_CONTROL = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True)
class Mention:
    """A thing that a query mentions: the same mention is the same row.

    Attributes:
        family: "" for the node itself, else "type", "properties", "custom_properties", "contexts", "events", ...
        name: the property's name or the neighbour's alias; "" for the node and its type.

    """

    family: str
    name: str

    @property
    def is_property(self) -> bool:
        """Whether this is a property or a custom property."""
        return self.family in PROPERTY_FAMILIES

    @property
    def is_neighbour(self) -> bool:
        """Whether this is a neighbour, of which a node may have any number."""
        return self.name != "" and not self.is_property


NODE = Mention("", "")
NODE_TYPE = Mention("type", "")


@dataclass(frozen=True)
class Constant:
    """A value of the query."""

    value: str | float | bool | None
    type: Type

    weight = 0


@dataclass(frozen=True)
class Field:
    """A field of something mentioned."""

    mention: Mention
    name: str
    type: Type

    weight = 0


@dataclass(frozen=True)
class Operation:
    """An operator or function; what it means for which types is checked.

    Attributes:
        operator: as in the tree as written.
        operands: its operands.
        type: the type of its result.
        weight: how deep the tree is from here.

    """

    operator: str
    operands: tuple[Checked, ...]
    type: Type
    weight: int = field(compare=False)


Checked = Union[Constant, Field, Operation]


@dataclass(frozen=True)
class Filter:
    """A checked query: equal to any other that has the same tree.

    Attributes:
        kind: the kind of nodes that it selects.
        condition: the tree.

    """

    kind: Kind
    condition: Checked

    @property
    def has_neighbours(self) -> bool:
        """Whether it says something of other nodes."""
        return any(found.mention.is_neighbour for found in fields(self.condition))

    @property
    def terms(self) -> int:
        """How many conditions it has."""
        count, left = 0, [self.condition]
        while left:
            found = left.pop()
            if isinstance(found, Operation) and found.operator in ("AND", "OR", "NOT"):
                left.extend(found.operands)
            else:
                count += 1
        return count

    def pins(self, name: str) -> bool:
        """Say whether a field of the node itself must have one of some values for the node to fit."""
        return any(_is_pinned(each, name) for each in _conjuncts(self.condition))

    def __str__(self) -> str:
        return canonical(self.condition)


def _conjuncts(tree: Checked) -> Iterator[Checked]:
    """Yield conditions that must all be true for the tree to be."""
    if isinstance(tree, Operation) and tree.operator == "AND":
        for operand in tree.operands:
            yield from _conjuncts(operand)
    else:
        yield tree


def _is_pinned(tree: Checked, name: str) -> bool:
    if not (isinstance(tree, Operation) and tree.operator in ("=", "IN")):
        return False
    first, *others = tree.operands
    is_own = isinstance(first, Field) and first.mention == NODE and first.name == name
    return is_own and all(isinstance(other, Constant) for other in others)


def fields(tree: Checked) -> Iterator[Field]:
    """Yield the fields in a tree, from left to right, repetitions included."""
    left = [tree]
    while left:
        found = left.pop()
        if isinstance(found, Field):
            yield found
        elif isinstance(found, Operation):
            left.extend(reversed(found.operands))


def canonical(tree: Checked) -> str:
    """Return the text of a tree, in the query language; reading it gives the same tree."""
    if isinstance(tree, Constant):
        return _constant_text(tree)
    if isinstance(tree, Field):
        return _field_text(tree)
    return _operation_text(tree)


def _constant_text(constant: Constant) -> str:
    if constant.type in ENUMS:
        return next(name for name, number in ENUMS[constant.type].items() if number == constant.value)
    if isinstance(constant.value, str):
        return _quoted(constant.value, "'")
    return "NULL" if constant.value is None else str(constant.value).lower()


def _field_text(named: Field) -> str:
    mention = named.mention
    if mention.is_property:
        bare = re.fullmatch(r"\w+", mention.name, re.ASCII)
        return f"{mention.family}.{mention.name if bare else _quoted(mention.name, '`')}.{named.name}"
    return f"{mention.family}_{mention.name}.{named.name}" if mention.is_neighbour else named.name


def _quoted(text: str, quote: str) -> str:
    """Return a text in quotes, with escapes for characters that may not be between them."""
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    printable = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", escaped)
    return f"{quote}{printable}{quote}"


def _operation_text(tree: Operation) -> str:
    operator, texts = tree.operator, [_operand_text(operand) for operand in tree.operands]
    if operator.endswith("()"):
        return f"{operator[:-1]}{', '.join(canonical(operand) for operand in tree.operands)})"
    if operator.endswith("IN"):
        return f"{texts[0]} {operator} ({', '.join(texts[1:])})"
    if operator == "BETWEEN":
        return f"{texts[0]} BETWEEN {texts[1]} AND {texts[2]}"
    if operator == "NOT":
        return f"NOT {texts[0]}"
    if operator == "NEGATIVE":
        return f"-({texts[0]})" if isinstance(tree.operands[0], Constant) else f"-{texts[0]}"
    return f"{texts[0]} {operator}" if operator.startswith("IS ") else f" {operator} ".join(texts)


def _operand_text(tree: Checked) -> str:
    """Return the text of an operand, in parentheses if it is an operation of another one."""
    text = canonical(tree)
    return f"({text})" if isinstance(tree, Operation) and not tree.operator.endswith("()") else text
