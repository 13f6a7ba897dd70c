"""From the tree of a search to a condition on the node table.

Every test becomes `id IN (SELECT ...)` or, if the nodes are read in order, `EXISTS (SELECT ...)` about one node. So `-`
includes the nodes without the key. Every value of a search is bound. What stays out: orders,
pages and counts.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lineal import deadlines
from lineal.filter.dialects import Infinity, IsNan, TextIn, utf8_on_mysql
from lineal.filter.search import values
from lineal.filter.search.applicable import require_key
from lineal.filter.search.tree import Body, Comparison, Group, Has, Key, Query, Range, Term, Word
from lineal.filter.vocabulary import ENUMS, Type
from lineal.kinds import ARTIFACT, Kind

Expression = sa.ColumnElement[Any]
_LONGEST_EXACT = 1 << 53
_STATES = {"artifact": ENUMS[Type.ARTIFACT_STATE], "execution": ENUMS[Type.EXECUTION_STATE]}
_LABEL, _METRIC, _META = 1, 2, 3
_FAMILY = {"label": _LABEL, "metric": _METRIC, "prop": _META}
_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}


class Contains(FunctionElement[bool]):
    """Whether the first operand matches the second, a pattern with | as its escape character, whatever the case."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Return the condition itself: it has its parentheses."""
        return self


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


@dataclass(frozen=True)
class Scope:
    """The context in which a condition is built.

    Attributes:
        kind: the kind of the nodes.
        node: their table.
        tables: the tables of ML Metadata and of the search index by their names.
        workspace_types: names of the types of contexts that count as workspaces.
        run_types: names of the types of contexts that count as runs.
        one_by_one: whether the nodes are gone through in order, so that each is better tested by itself.
        entry_joined: whether the query joins each node with its row of the index, because the search needs that row.
    """

    kind: Kind
    node: sa.FromClause
    tables: Mapping[str, sa.FromClause]
    workspace_types: tuple[str, ...]
    run_types: tuple[str, ...]
    one_by_one: bool = False
    entry_joined: bool = False

    def has_row(self, owner: Expression, *conditions: Expression) -> Expression:
        """Return the condition that a row whose `owner` is the node fits."""
        if self.one_by_one:
            return sa.exists(sa.select(sa.literal_column("1")).where(owner == self.node.c.id, *conditions))
        return self.node.c.id.in_(sa.select(owner).where(*conditions))

    def unled(self, column: Expression) -> Expression:
        """Return a number of the node, written so that no index is used if the nodes are read in order."""
        return column + sa.literal(0) if self.one_by_one else column


def condition(query: Query, scope: Scope) -> Expression | None:
    """Return the condition that a search is, or None if it finds everything.

    Raises:
        SearchError: a key does not exist for this kind of node.
    """
    return _all(query, scope) if query.terms else None


def needs_entry(query: Query) -> bool:
    """Say whether nodes without a row in the index cannot fit: a word or a name must be in theirs."""
    return any(not term.negated and _is_of_entry(term.body) for term in query.terms)


def _is_of_entry(body: Body) -> bool:
    return isinstance(body, Word) or (isinstance(body, Comparison) and body.key.field == "name")


def _all(query: Query, scope: Scope) -> Expression:
    return sa.and_(*[_term(term, scope) for term in query.terms])


def _term(term: Term, scope: Scope) -> Expression:
    found = _body(term, scope)
    return _not(found) if term.negated else found


def _not(found: Expression) -> Expression:
    """Return the opposite, true also where the condition is neither true nor false."""
    return sa.not_(sa.func.coalesce(found, sa.false()))


def _body(term: Term, scope: Scope) -> Expression:
    deadlines.check()
    body = term.body
    if isinstance(body, Word):
        return _entry(scope, lambda row: Contains(row.words, _pattern(body.text)))
    if isinstance(body, Group):
        return sa.or_(*[_all(option, scope) for option in body.options])
    require_key(term, scope.kind)
    key = body.key
    return _has(key, scope) if isinstance(body, Has) else _comparison(body, scope)


def _comparison(body: Comparison, scope: Scope) -> Expression:
    operator = "=" if body.operator == "!=" else body.operator
    found = _RULES[body.key.field](Comparison(body.key, operator, body.values), scope)
    if body.operator != "!=":
        return found
    return sa.and_(_not(found), _has(body.key, scope))


def _has(key: Key, scope: Scope) -> Expression:
    """Return the condition that something is filled."""
    columns = scope.node.c
    if key.field in ("id", "created", "updated", "type"):
        return sa.true()
    if key.field == "state":
        column = columns[scope.kind.state_field or ""]
        return sa.and_(column.is_not(None), column != 0)
    if key.field == "uri":
        return sa.and_(columns.uri.is_not(None), columns.uri != "")
    if key.field == "name":
        return _entry(scope, lambda row: row.name.is_not(None))
    if key.field in ("workspace", "run"):
        return _grouped(key.field, scope, lambda text: text.is_not(None))
    return _has_in_family(key, scope)


def _entry(scope: Scope, test: Callable[[Any], Expression]) -> Expression:
    """Return the condition that the node's row of the index fits."""
    row = scope.tables["lineal_entry"].c
    if scope.entry_joined:
        return test(row)
    return scope.has_row(row.node_id, row.kind == scope.kind.type_kind, test(row))


def _text_test(body: Comparison) -> Callable[[Expression], Expression]:
    """Return the test of a text against the values of a comparison."""
    texts = [value for value in body.values if isinstance(value, str)]
    if body.operator == ":":
        return lambda text: sa.or_(*[Contains(text, _pattern(value)) for value in texts])
    return lambda text: TextIn(text, *[sa.bindparam(None, value[:255], sa.Text()) for value in texts])


def _pattern(text: str) -> sa.BindParameter[str]:
    for special in "|%_":
        text = text.replace(special, f"|{special}")
    return sa.bindparam(None, f"%{text}%", sa.Text())


def _type(body: Comparison, scope: Scope) -> Expression:
    """Build the test of a type, named by its whole name, or by the part after the last slash or dot."""
    table = scope.tables["Type"].c
    tests = [_text_test(body)(table.name)]
    if body.operator == "=":
        texts = [str(value) for value in body.values]
        tests += [Contains(table.name, _ending(text, mark)) for text in texts for mark in "/."]
    types = sa.select(table.id).where(table.type_kind == scope.kind.type_kind, sa.or_(*tests))
    return scope.unled(scope.node.c.type_id).in_(types)


def _ending(text: str, mark: str) -> sa.BindParameter[str]:
    for special in "|%_":
        text = text.replace(special, f"|{special}")
    return sa.bindparam(None, f"%{mark}{text}", sa.Text())


def _name(body: Comparison, scope: Scope) -> Expression:
    return _entry(scope, lambda row: _text_test(body)(row.name))


def _state(body: Comparison, scope: Scope) -> Expression:
    """Build the test of a state, named by the enum's word in any case; "unknown" includes a state that is not set."""
    states = _STATES[scope.kind.name]
    texts = [str(value).upper() for value in body.values]
    numbers = [
        n for word, n in states.items() if any((t in word) if body.operator == ":" else t == word for t in texts)
    ]
    column = scope.node.c[scope.kind.state_field or ""]
    found: Expression = among(column, numbers) if numbers else sa.false()
    return sa.or_(found, column.is_(None)) if 0 in numbers else found


def _uri(body: Comparison, scope: Scope) -> Expression:
    texts = [value for value in body.values if isinstance(value, str)]
    column = scope.node.c.uri
    if body.operator == ":":
        return sa.or_(*[Contains(column, _pattern(text)) for text in texts])
    return TextIn(column, *[sa.bindparam(None, text, sa.Text()) for text in texts])


def _id(body: Comparison, scope: Scope) -> Expression:
    return _number_test(body)(_Place(scope.node.c.id))


_LARGEST: Expression = sa.literal(sys.float_info.max, sa.Double())


@dataclass(frozen=True)
class _Place:
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


_NumberTest = Callable[[_Place], Expression]


def _number_test(body: Comparison) -> _NumberTest:
    if body.operator in _OPERATIONS:
        text = str(body.values[0])
        return lambda place: place.compared(_OPERATIONS[body.operator](place.number, _number(text, place)))
    return lambda place: sa.or_(*[_equals(place, value) for value in body.values])


def _equals(place: _Place, value: str | Range) -> Expression:
    if isinstance(value, str):
        if values.is_nan(value):
            return sa.false() if place.is_nan is None else place.is_nan
        return place.compared(place.number == _number(value, place))
    ends = [place.number >= _number(value.low, place)] if value.low is not None else []
    ends += [place.number <= _number(value.high, place)] if value.high is not None else []
    return place.compared(sa.and_(*ends))


def _number(text: str, place: _Place) -> Expression:
    """Return a number to compare with; an integer beyond 64 bits is a decimal, which every engine compares rightly."""
    found = values.number(text)
    assert found is not None  # noqa: S101 the parser has read it
    if isinstance(found, int) and abs(found) < 1 << 63:
        return sa.bindparam(None, found, sa.BigInteger())
    if math.isfinite(found):
        return sa.bindparam(None, float(found), sa.Double())
    return place.infinity if found > 0 else -place.infinity


def _time(column_name: str) -> Callable[[Comparison, Scope], Expression]:
    def test(body: Comparison, scope: Scope) -> Expression:
        column = scope.node.c[column_name]
        if body.operator in _OPERATIONS:
            first, last = _moment(str(body.values[0]))
            tested: Expression = _OPERATIONS[body.operator](column, last if body.operator in (">", "<=") else first)
            return tested
        return sa.or_(*[_within(column, value) for value in body.values])

    return test


def _within(column: Expression, value: str | Range) -> Expression:
    if isinstance(value, str):
        first, last = _moment(value)
        return column >= first if values.span(value) is not None else column.between(first, last)
    ends = [column >= _moment(value.low)[0]] if value.low is not None else []
    return sa.and_(*ends, *([column <= _moment(value.high)[1]] if value.high is not None else []))


def _moment(text: str) -> tuple[int, int]:
    """Return the first and last millisecond of a moment; a span ends now and is the moment at which it began."""
    span = values.span(text)
    if span is not None:
        began = time.time_ns() // 1_000_000 - span
        return began, began
    found = values.moment(text)
    assert found is not None  # noqa: S101 the parser has read it
    return found


def _of_group(body: Comparison, scope: Scope) -> Expression:
    return _grouped(body.key.field, scope, _text_test(body))


def _grouped(field: str, scope: Scope, test: Callable[[Expression], Expression]) -> Expression:
    """Return the condition on the workspace or run: what the record names, or a context that holds the node."""
    named = _entry(scope, lambda row: test(row[field]))
    types = scope.workspace_types if field == "workspace" else scope.run_types
    contexts = _contexts(scope, types, test)
    if scope.kind.name == "context":
        return sa.or_(named, scope.node.c.id.in_(contexts))
    link = scope.tables["Attribution" if scope.kind is ARTIFACT else "Association"].c
    return sa.or_(named, scope.has_row(link[scope.kind.id_column], link.context_id.in_(contexts)))


def among(column: Expression, choices: Sequence[Any]) -> Expression:
    """Return the condition that a column is one of a few constants, each bound by itself."""
    return column.in_([sa.bindparam(None, choice, column.type) for choice in choices])


def _contexts(scope: Scope, types: Sequence[str], test: Callable[[Expression], Expression]) -> sa.Select[Any]:
    context, type_ = scope.tables["Context"].alias("group_context").c, scope.tables["Type"].alias("group_type").c
    of_type = sa.select(type_.id).where(type_.type_kind == 2, among(type_.name, types))
    return sa.select(context.id).where(context.type_id.in_(of_type), test(context.name))


def _family(body: Comparison, scope: Scope) -> Expression:
    """Return the condition on a label, a property or a metric, as a text, a number or both."""
    key = body.key
    if key.field == "label":
        return _in_family(key, scope, text=_text_test(body), number=None)
    number: _NumberTest | None = _number_test(body) if all(_is_number(value) for value in body.values) else None
    if key.field == "metric":
        return _in_family(key, scope, text=None, number=number)
    text = _text_test(body) if body.operator in (":", "=") and _all_texts(body) else None
    if text is None and number is None:
        text = _ordered_text(body)
    return _in_family(key, scope, text=text, number=number)


def _all_texts(body: Comparison) -> bool:
    return all(isinstance(value, str) for value in body.values)


def _is_number(value: str | Range) -> bool:
    return isinstance(value, Range) or values.number(value) is not None


def _ordered_text(body: Comparison) -> Callable[[Expression], Expression]:
    value = sa.bindparam(None, str(body.values[0]), sa.Text())
    return lambda text: _OPERATIONS[body.operator](text, value)


def _has_in_family(key: Key, scope: Scope) -> Expression:
    """Return the condition that a family holds a value of that name."""
    fact, row = scope.tables["lineal_fact"].c, scope.tables[f"{scope.kind.table}Property"].c
    named = (fact.kind == scope.kind.type_kind, fact.family == _FAMILY[key.field], fact.name == _text(key.name))
    found = [scope.has_row(fact.node_id, *named)]
    if key.field == "label":
        return found[0]
    filled = [sa.true()] if key.field == "prop" else [row.int_value.is_not(None), row.double_value.is_not(None)]
    found += [
        scope.has_row(
            row[scope.kind.id_column], row.name == _text(key.name), row.is_custom_property == sa.literal(custom), each
        )
        for each in filled
        for custom in (False, True)
    ]
    return sa.or_(*found)


_TextTest = Callable[[Expression], Expression]


def _in_family(key: Key, scope: Scope, *, text: _TextTest | None, number: _NumberTest | None) -> Expression:
    """Return the condition that one of the places where a family's values are kept holds a fitting one."""
    fact = scope.tables["lineal_fact"].c
    named = (fact.kind == scope.kind.type_kind, fact.family == _FAMILY[key.field], fact.name == _text(key.name))
    tests = [sa.and_(fact.number.is_(None), text(fact.text))] if text else []
    tests += [number(_Place(fact.number, is_nan=_is_nan_fact(fact)))] if number else []
    found = [scope.has_row(fact.node_id, *named, test) for test in tests]
    if key.field == "label":
        return sa.or_(*found)
    return sa.or_(*found, *_in_properties(key, scope, text=text, number=number))


def _is_nan_fact(fact: Any) -> Expression:
    return sa.and_(fact.number.is_(None), fact.text.is_(None))


def _in_properties(key: Key, scope: Scope, *, text: _TextTest | None, number: _NumberTest | None) -> list[Expression]:
    """Return the conditions on the properties that count as metrics or properties."""
    row = scope.tables[f"{scope.kind.table}Property"].c
    owner = row[scope.kind.id_column]
    double = _Place(row.double_value, IsNan(row.double_value, row.proto_value), Infinity())
    tests = [number(_Place(row.int_value)), number(double)] if number else []
    tests += [text(row.string_value)] if text else []
    return [
        scope.has_row(owner, row.name == _text(key.name), row.is_custom_property == sa.literal(custom), test)
        for test in tests
        for custom in (False, True)
    ]


def _text(text: str) -> sa.BindParameter[str]:
    return sa.bindparam(None, text, sa.Text())


_RULES: Mapping[str, Callable[[Comparison, Scope], Expression]] = {
    "type": _type,
    "name": _name,
    "state": _state,
    "uri": _uri,
    "id": _id,
    "created": _time("create_time_since_epoch"),
    "updated": _time("last_update_time_since_epoch"),
    "workspace": _of_group,
    "run": _of_group,
    "label": _family,
    "prop": _family,
    "metric": _family,
}
