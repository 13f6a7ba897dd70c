"""From the checked tree to SQL expressions: the tables to join and the condition to test.

The language says: everything mentioned is joined, and a node is found if the condition is true for some combination of
rows. A node has one type and at most one property of a name, so these are joined. It may have any number of neighbours.
Conditions about them become `id IN (SELECT ...)`, one for each group of neighbours that a condition connects. That
finds the same nodes without repetitions and without the product of all neighbours (docs/decisions).

Everything that a query says is bound: literals, names of properties, numbers of enum values.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lineal import deadlines
from lineal.filter.checked import NODE, Checked, Constant, Field, Filter, Mention, Operation, fields
from lineal.filter.dialects import AllOf, AnyOf, Apart, TextIn, Tried
from lineal.filter.merging import MOST_ANALYSED, merged
from lineal.filter.operators import RULES, Expression, bound, constant
from lineal.filter.vocabulary import NEIGHBOURS, Type
from lineal.kinds import Kind

Tables = Mapping[str, sa.FromClause]
_MOST_JOINED_QUERIES = 3


@dataclass(frozen=True)
class Clauses:
    """What a filter adds to a statement.

    Attributes:
        source: the node table, joined with the properties and the type that the filter mentions.
        condition: the condition to test; no node matches more than once.
    """

    source: sa.FromClause
    condition: sa.ColumnElement[bool]


def build(filter: Filter, *, node: sa.FromClause, tables: Tables) -> Clauses:  # noqa: A002 the word for it
    """Return the SQL expressions of a filter.

    Args:
        filter: the checked query.
        node: the table of its kind of nodes, or an alias of it.
        tables: the tables of the schema by their names ("ArtifactProperty", "Type", ...).

    """
    scope = _Scope(filter.kind, node, tables, itertools.count(1))
    is_large = filter.terms > MOST_ANALYSED
    condition = merged(filter.condition) if is_large else filter.condition
    scope.is_large = is_large
    for named in fields(condition):
        if not named.mention.is_neighbour:
            scope.column(named)
    return Clauses(scope.source, scope.tested(_some(condition, scope)))


def _some(tree: Checked, scope: _Scope) -> Expression:
    """Return the condition that a tree is true for a node with some choice of neighbours."""
    neighbours = _neighbours(tree)
    if not neighbours:
        return scope.expression(tree)
    if isinstance(tree, Operation):
        if tree.operator == "AND":
            return _some_of_all(tree, scope)
        if tree.operator == "OR" and len(neighbours) > 1:
            return _some_of_any(tree, neighbours, scope)
        if tree.operator == "NOT" and len(neighbours) > 1 and _is_junction(tree.operands[0]):
            return _some(_pushed_down(tree.operands[0]), scope)
    return _chosen(tree, scope)


def _some_of_all(tree: Operation, scope: _Scope) -> Expression:
    """Choose neighbours for an AND: its operands choose separately unless they share one."""
    groups: list[tuple[frozenset[Mention], list[Checked]]] = []
    for operand in _deepest_first(tree.operands):
        deadlines.check()
        mine = _neighbours(operand)
        shared = [group for group in groups if group[0] & mine]
        groups = [group for group in groups if not group[0] & mine]
        members = [member for group in shared for member in group[1]]
        groups.append((mine.union(*[group[0] for group in shared]), [*members, operand]))
    return _all(
        [
            _some(members[0], scope) if len(members) == 1 else _chosen(_junction("AND", members), scope)
            for _, members in groups
        ]
    )


def _some_of_any(tree: Operation, neighbours: frozenset[Mention], scope: _Scope) -> Expression:
    """Choose neighbours for an OR: each operand chooses for itself, but there must be some of every family."""
    groups: dict[frozenset[Mention], list[Checked]] = {}
    for operand in _deepest_first(tree.operands):
        groups.setdefault(_neighbours(operand), []).append(operand)
    if len(groups) == 1:
        return _chosen(tree, scope)
    branches = [_some(_junction("OR", operands), scope) for operands in groups.values()]
    families = {mention.family: mention for mention in sorted(neighbours, key=lambda mention: mention.family)}
    return AllOf(AnyOf(*branches), *[_has(mention, scope) for mention in families.values()])


def _chosen(tree: Checked, scope: _Scope) -> Expression:
    """Choose neighbours for a tree as a whole, by one query for the ids of the nodes."""
    neighbours_only = all(named.mention.is_neighbour for named in fields(tree))
    inner = scope.inner(own_table=not neighbours_only)
    condition = inner.tested(inner.expression(tree))
    return _among(scope, sa.select(inner.id).select_from(inner.source).where(condition))


def _has(mention: Mention, scope: _Scope) -> Expression:
    """Return the condition that a node has neighbours of a family at all."""
    inner = scope.inner(own_table=False)
    inner.row(mention)
    return _among(scope, sa.select(inner.id).select_from(inner.source))


def _among(scope: _Scope, ids: sa.Select[Any]) -> Expression:
    """Return the condition that a node is among those of a query; an engine may join the first few."""
    condition = scope.id.in_(ids)
    return condition if next(scope.queries) <= _MOST_JOINED_QUERIES else Apart(condition)


def _neighbours(tree: Checked) -> frozenset[Mention]:
    return frozenset(named.mention for named in fields(tree) if named.mention.is_neighbour)


def _is_junction(tree: Checked) -> bool:
    return isinstance(tree, Operation) and tree.operator in ("AND", "OR")


def _pushed_down(tree: Checked) -> Checked:
    """Return the negation of an AND or OR, with NOT before its operands."""
    assert isinstance(tree, Operation)  # noqa: S101 for the type checker
    negated = [
        operand.operands[0]
        if isinstance(operand, Operation) and operand.operator == "NOT"
        else Operation("NOT", (operand,), Type.TRUTH, operand.weight)
        for operand in tree.operands
    ]
    return _junction("OR" if tree.operator == "AND" else "AND", negated)


def _junction(operator: str, operands: Sequence[Checked]) -> Checked:
    if len(operands) == 1:
        return operands[0]
    return Operation(operator, tuple(operands), Type.TRUTH, 1 + max(operand.weight for operand in operands))


def _all(conditions: Sequence[Expression]) -> Expression:
    return AllOf(*conditions) if len(conditions) > 1 else conditions[0]


def _deepest_first(trees: Iterable[Checked]) -> list[Checked]:
    """Order operands of AND or OR so that the SQL text opens the deepest parentheses first."""
    return sorted(trees, key=lambda tree: -tree.weight)


@dataclass
class _Scope:
    """One FROM clause in the making: the tables that were mentioned so far, each under a name of its own.

    `given` is the node table, or None if the FROM clause begins with the first neighbour. `numbers` is shared by all
    scopes of a statement, for the names of aliases. `is_large` says that engines should not plan
    its conditions one by one.
    """

    kind: Kind
    given: sa.FromClause | None
    tables: Tables
    numbers: Iterator[int]
    queries: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    is_large: bool = False
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

    def inner(self, *, own_table: bool) -> _Scope:
        """Return the scope of a query inside this one, which begins with the node table or with a neighbour."""
        given = self.alias(self.node) if own_table else None
        return _Scope(self.kind, given, self.tables, self.numbers, is_large=self.is_large)

    # ---- tables

    def alias(self, table: sa.FromClause) -> sa.FromClause:
        """Return a table under a name that the statement does not have yet."""
        name = f"filter_{next(self.numbers)}"
        return _alias(table, name) if isinstance(table, sa.Table) else table.alias(name)

    def _join(self, table: sa.FromClause, condition: Expression | None) -> None:
        self._from = table if self._from is None or condition is None else self._from.join(table, condition)

    def row(self, mention: Mention) -> sa.FromClause:
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
        same_name = TextIn(table.c.name, bound(mention.name, Type.TEXT))
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
            owner = self.row(mention)
            table = self._types[mention] = self.alias(self.tables["Type"])
            self._join(table, table.c.id == owner.c.type_id)
        return table.c.name

    # ---- expressions

    def tested(self, condition: Expression) -> Expression:
        """Return the filter of a FROM clause: the ORs of a large filter are tried row by row."""
        if not self.is_large:
            return condition
        if isinstance(condition, AllOf):
            return AllOf(*[self.tested(each) for each in condition.clauses])
        return Tried(condition) if isinstance(condition, AnyOf) else condition

    def expression(self, tree: Checked) -> Expression:
        """Return the SQL expression of a tree, joining what it mentions."""
        deadlines.check()
        if isinstance(tree, Constant):
            return constant(tree)
        if isinstance(tree, Field):
            return self.column(tree)
        operands = _deepest_first(tree.operands) if _is_junction(tree) else tree.operands
        return RULES[tree.operator](tree, [self.expression(operand) for operand in operands])

    def column(self, named: Field) -> Expression:
        """Return the column of a field, joining its table."""
        if named.type is Type.TEXT and named.name == "type":
            return self._type(NODE if named.mention.family == "type" else named.mention)
        return self.row(named.mention).c[named.name]


@lru_cache(maxsize=256)
def _alias(table: sa.FromClause, name: str) -> sa.FromClause:
    """Return an alias; kept, because making one copies all columns."""
    return table.alias(name)
