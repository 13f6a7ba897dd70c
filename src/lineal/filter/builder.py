"""From the checked tree to SQL expressions: the tables to join and the condition to test.

A node has one type and at most one property of a name, so these are joined. It may have any number of neighbours: the
parts of the condition that share neighbours become one `id IN (SELECT ...)`, which finds the nodes with neighbours for
which those parts are true. Joining everything and dropping repetitions would find the same nodes, but would go through
the product of the neighbours of all parts (docs/decisions/filter-neighbours.md).

Everything that a query says is bound: literals, names of properties, numbers of enum values.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lineal.filter.checked import NODE, Checked, Constant, Field, Filter, Mention, Operation, fields
from lineal.filter.dialects import AllOf, AnyOf, ByBytes, IsNull, IsTrue, Length, Like, Lower, Not, TextIn, Upper
from lineal.filter.vocabulary import ENUMS, NEIGHBOURS, Type
from lineal.kinds import Kind

Expression = sa.ColumnElement[Any]
Tables = Mapping[str, sa.FromClause]
_Rule = Callable[[Operation, Sequence[Expression]], Expression]

_SQL_TYPES: Mapping[Type, sa.types.TypeEngine[Any]] = {
    Type.TEXT: sa.Text(),
    Type.DECIMAL: sa.Double(),
    Type.TRUTH: sa.Boolean(),
    **dict.fromkeys((Type.INTEGER, *ENUMS), sa.BigInteger()),
}


@dataclass(frozen=True)
class Clauses:
    """What a filter adds to a statement.

    Attributes:
        source: the node table, joined with the properties and the type that the filter mentions.
        condition: the condition to test.
        joined: whether `source` may hold a node more than once, so that the statement needs DISTINCT. It never does.

    """

    source: sa.FromClause
    condition: sa.ColumnElement[bool]
    joined: bool = False


def build(filter: Filter, *, node: sa.FromClause, tables: Tables) -> Clauses:  # noqa: A002 the word for it
    """Return the SQL expressions of a filter.

    Args:
        filter: the checked query.
        node: the table of its kind of nodes, or an alias of it.
        tables: the tables of the schema by their names ("ArtifactProperty", "Type", ...).

    """
    scope = _Scope(filter.kind, node, tables, itertools.count(1))
    plain, parts = _divided(filter.condition)
    conditions = [scope.expression(part) for part in plain]
    conditions += [node.c.id.in_(_nodes_with_neighbours(scope, part)) for part in parts]
    return Clauses(scope.source, _all(conditions))


def _divided(condition: Checked) -> tuple[list[Checked], list[list[Checked]]]:
    """Divide what must all be true: parts without neighbours, and groups of parts that share no neighbour."""
    plain: list[Checked] = []
    groups: list[tuple[set[Mention], list[Checked]]] = []
    for part in _conjuncts(condition):
        neighbours = {named.mention for named in fields(part) if named.mention.is_neighbour}
        if not neighbours:
            plain.append(part)
            continue
        shared = [group for group in groups if group[0] & neighbours]
        groups = [group for group in groups if not group[0] & neighbours]
        merged = [member for group in shared for member in group[1]]
        groups.append((neighbours.union(*[group[0] for group in shared]), [*merged, part]))
    return _deepest_first(plain), [_deepest_first(group[1]) for group in groups]


def _conjuncts(condition: Checked) -> Sequence[Checked]:
    if isinstance(condition, Operation) and condition.operator == "AND":
        return condition.operands
    return (condition,)


def _deepest_first(trees: Iterable[Checked]) -> list[Checked]:
    """Order operands of AND or OR so that the SQL text opens the deepest parentheses first."""
    return sorted(trees, key=lambda tree: -tree.weight)


def _nodes_with_neighbours(outer: _Scope, parts: Sequence[Checked]) -> sa.Select[Any]:
    """Return the query for the ids of the nodes that have neighbours for which all parts are true."""
    mentioned = [named.mention for part in parts for named in fields(part)]
    if all(mention.is_neighbour for mention in mentioned):
        scope = _Scope(outer.kind, None, outer.tables, outer.numbers)
    else:
        scope = _Scope(outer.kind, outer.alias(outer.node), outer.tables, outer.numbers)
    conditions = [scope.expression(part) for part in parts]
    return sa.select(scope.id).select_from(scope.source).where(_all(conditions))


@dataclass
class _Scope:
    """One FROM clause in the making: the tables that were mentioned so far, each under a name of its own.

    `given` is the node table, or None if the FROM clause begins with the first neighbour. `numbers` is shared by all
    scopes of a statement, for the names of aliases.
    """

    kind: Kind
    given: sa.FromClause | None
    tables: Tables
    numbers: Iterator[int]
    _from: sa.FromClause | None = None
    _id: Expression | None = None
    _aliases: dict[Mention, sa.FromClause] = field(default_factory=dict)
    _types: dict[Mention, sa.FromClause] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.given is not None:
            self._from, self._id, self._aliases[NODE] = self.given, self.given.c.id, self.given

    @property
    def node(self) -> sa.FromClause:
        """The node table."""
        return self._aliases[NODE]

    @property
    def source(self) -> sa.FromClause:
        """The tables joined so far."""
        assert self._from is not None  # noqa: S101 a scope is made for something that is mentioned
        return self._from

    @property
    def id(self) -> Expression:
        """The column with the node's id."""
        assert self._id is not None  # noqa: S101 as above
        return self._id

    # ---- tables

    def alias(self, table: sa.FromClause) -> sa.FromClause:
        """Return a table under a name that the statement does not have yet."""
        return _alias(table, f"filter_{next(self.numbers)}")

    def _join(self, table: sa.FromClause, condition: Expression | None) -> None:
        self._from = table if self._from is None or condition is None else self._from.join(table, condition)

    def _row(self, mention: Mention) -> sa.FromClause:
        """Return the table of something mentioned, joined on its first mention."""
        found = self._aliases.get(mention)
        if found is None:
            found = self._joined_property(mention) if mention.is_property else self._joined_neighbour(mention)
            self._aliases[mention] = found
        return found

    def _joined_property(self, mention: Mention) -> sa.FromClause:
        table = self.alias(self.tables[f"{self.kind.table}Property"])
        custom = mention.family == "custom_properties"
        same_node = table.c[self.kind.id_column] == self.id
        same_name = TextIn(table.c.name, _bound(mention.name, Type.TEXT))
        same_family = table.c.is_custom_property == sa.literal(custom, sa.Boolean())
        self._join(table, sa.and_(same_node, same_name, same_family))
        return table

    def _joined_neighbour(self, mention: Mention) -> sa.FromClause:
        neighbour = NEIGHBOURS[self.kind][mention.family]
        link = self.alias(self.tables[neighbour.link])
        if self._id is None:
            self._from, self._id = link, link.c[neighbour.here]
        else:
            self._join(link, link.c[neighbour.here] == self._id)
        if neighbour.is_pair:
            return link
        table = self.alias(self.tables[neighbour.table])
        self._join(table, table.c.id == link.c[neighbour.there])
        return table

    def _type(self, mention: Mention) -> Expression:
        """Return the column with the name of the type of the node or of a neighbour."""
        table = self._types.get(mention)
        if table is None:
            owner = self._row(mention)
            table = self._types[mention] = self.alias(self.tables["Type"])
            self._join(table, table.c.id == owner.c.type_id)
        return table.c.name

    # ---- expressions

    def expression(self, tree: Checked) -> Expression:
        """Return the SQL expression of a tree, joining what it mentions."""
        if isinstance(tree, Constant):
            return sa.null() if tree.value is None else _bound(tree.value, tree.type)
        if isinstance(tree, Field):
            return self._column(tree)
        operands = tree.operands
        if tree.operator in ("AND", "OR"):
            operands = tuple(_deepest_first(operands))
        return _RULES[tree.operator](tree, [self.expression(operand) for operand in operands])

    def _column(self, named: Field) -> Expression:
        if named.type is Type.TEXT and named.name == "type":
            return self._type(NODE if named.mention.family == "type" else named.mention)
        return self._row(named.mention).c[named.name]


@lru_cache(maxsize=1000)
def _alias(table: sa.FromClause, name: str) -> sa.FromClause:
    """Return an alias; kept, because making one copies all columns."""
    return table.alias(name)


def _bound(value: object, type_: Type) -> sa.BindParameter[Any]:
    return sa.bindparam(None, value, type_=_SQL_TYPES[type_])


def _all(conditions: Sequence[Expression]) -> Expression:
    return AllOf(*conditions) if len(conditions) > 1 else conditions[0]


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
    """Return an operand so that it stands beside any operator: conditions get parentheses."""
    return sa.sql.elements.Grouping(operand) if isinstance(operand, sa.BinaryExpression) else operand


def _between(tree: Operation, operands: Sequence[Expression]) -> Expression:
    value, low, high = _comparable(tree, operands)
    return value.between(low, high)


def _ordered(compare: Callable[[Expression, Expression], Expression]) -> _Rule:
    """Return the rule of a comparison by order."""
    return lambda tree, operands: compare(*_comparable(tree, operands))


def _decimals(operands: Sequence[Expression]) -> list[Expression]:
    """Return numbers as 64-bit decimals: sums of integers then overflow on no engine."""
    one = _bound(1.0, Type.DECIMAL)
    return [sa.type_coerce(_grouped(operand), sa.Double()) * one for operand in operands]


def _divided_by(_: Operation, operands: Sequence[Expression]) -> Expression:
    dividend, divisor = _decimals(operands)
    return dividend / sa.func.nullif(divisor, _bound(0.0, Type.DECIMAL), type_=sa.Double())


_RULES: Mapping[str, _Rule] = {
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
