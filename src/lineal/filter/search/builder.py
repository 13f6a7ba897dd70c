"""From the tree of a search to a condition on the node table.

Every test becomes `id IN (SELECT ...)` or, if the nodes are read in order, `EXISTS (SELECT ...)` about one node. So `-`
includes the nodes without the key. Every value of a search is bound. What stays out: orders,
pages and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from lineal import conventions, deadlines
from lineal.filter.dialects import Infinity, IsNan, TextIn
from lineal.filter.search import values
from lineal.filter.search.applicable import STATES, require_key, states_named
from lineal.filter.search.target import Target
from lineal.filter.search.tree import Body, Comparison, Group, Has, Key, Query, Range, Term, Word
from lineal.filter.search.type_tests import type_condition
from lineal.filter.search.value_tests import (
    LONGEST_INDEXED,
    OPERATIONS,
    Contains,
    Expression,
    NumberPlace,
    NumberTest,
    ends_with,
    is_filled,
    lists,
    moment,
    number_test,
    pattern,
    text_test,
    within,
)
from lineal.kinds import ARTIFACT

_WITHOUT_REASON = tuple(STATES["execution"][word] for word in ("COMPLETE", "CACHED"))
_LABEL, _METRIC, _META, _RAN = 1, 2, 3, 6
_FAMILY = {"label": _LABEL, "metric": _METRIC, "prop": _META}


def condition(query: Query, target: Target) -> Expression | None:
    """Return the condition that a search is, or None if it finds everything.

    Raises:
        SearchError: a key does not exist for this kind of node.
    """
    return _all(query, target) if query.terms else None


def needs_entry(query: Query) -> bool:
    """Say whether nodes without a row in the index cannot fit: a word or a name must be in theirs."""
    return any(not term.negated and _is_of_entry(term.body) for term in query.terms)


def _is_of_entry(body: Body) -> bool:
    return isinstance(body, Word) or (isinstance(body, Comparison) and body.key.field == "name")


def _all(query: Query, target: Target) -> Expression:
    return sa.and_(*[_term(term, target) for term in query.terms])


def _term(term: Term, target: Target) -> Expression:
    found = _body(term, target)
    return _not(found) if term.negated else found


def _not(found: Expression) -> Expression:
    """Return the opposite, true also where the condition is neither true nor false."""
    return sa.not_(sa.func.coalesce(found, sa.false()))


def _body(term: Term, target: Target) -> Expression:
    deadlines.check()
    body = term.body
    if isinstance(body, Word):
        return _entry(target, lambda row: Contains(row.words, pattern(body.text)))
    if isinstance(body, Group):
        return sa.or_(*[_all(option, target) for option in body.options])
    require_key(term, target.kind)
    key = body.key
    return _has(key, target) if isinstance(body, Has) else _comparison(body, target)


def _comparison(body: Comparison, target: Target) -> Expression:
    operator = "=" if body.operator == "!=" else body.operator
    found = _RULES[body.key.field](Comparison(body.key, operator, body.values), target)
    if body.operator != "!=":
        return found
    return sa.and_(_not(found), _has(body.key, target))


def _has(key: Key, target: Target) -> Expression:
    """Return the condition that something is filled."""
    columns = target.node.c
    if key.field in ("id", "created", "updated", "ran", "type"):
        return sa.true()
    if key.field == "state":
        column = columns[target.kind.state_field or ""]
        return sa.and_(column.is_not(None), column != 0)
    if key.field == "uri":
        return sa.and_(columns.uri.is_not(None), columns.uri != "")
    if key.field == "name":
        return _entry(target, lambda row: row.name.is_not(None))
    if key.field in ("workspace", "run"):
        return _grouped(key.field, target, lambda text: text.is_not(None))
    if key.field == "error":
        return _failed(target, conventions.FAILURE_TEXTS, lambda text: sa.and_(text.is_not(None), text != ""))
    if key.field == "archived":
        return _archived(target, lambda time: time.is_not(None))
    if key.field == "alias":
        return _aliased(target, lambda text: sa.and_(text.is_not(None), text != ""))
    return _has_in_family(key, target)


def _entry(target: Target, test: Callable[[Any], Expression]) -> Expression:
    """Return the condition that the node's row of the index fits."""
    row = target.tables["lineal_entry"].c
    if target.entry_joined:
        return test(row)
    return target.has_row(row.node_id, row.kind == target.kind.type_kind, test(row))


def _name(body: Comparison, target: Target) -> Expression:
    return _entry(target, lambda row: text_test(body, longest=LONGEST_INDEXED)(row.name))


def _state(body: Comparison, target: Target) -> Expression:
    """Build the test of a state, named by the enum's word in any case; "unknown" includes a state that is not set."""
    numbers = [n for value in body.values for n in states_named(target.kind, body.operator, str(value))]
    column = target.node.c[target.kind.state_field or ""]
    found: Expression = among(column, numbers) if numbers else sa.false()
    return sa.or_(found, column.is_(None)) if 0 in numbers else found


def _uri(body: Comparison, target: Target) -> Expression:
    texts = [value for value in body.values if isinstance(value, str)]
    column = target.node.c.uri
    if body.operator == ":":
        return sa.or_(*[Contains(column, pattern(text)) for text in texts])
    return TextIn(column, *[sa.bindparam(None, text, sa.Text()) for text in texts])


def _id(body: Comparison, target: Target) -> Expression:
    return number_test(body)(NumberPlace(target.node.c.id))


def _alias(body: Comparison, target: Target) -> Expression:
    """Build the test of an alias: one of those that a record lists with commas between them."""
    texts = [value for value in body.values if isinstance(value, str)]
    if body.operator == ":":
        return _aliased(target, lambda listed: sa.or_(*[Contains(listed, pattern(text)) for text in texts]))
    return _aliased(target, lambda listed: sa.or_(*[lists(listed, text) for text in texts]))


def _aliased(target: Target, test: Callable[[Expression], Expression]) -> Expression:
    row = target.tables["ArtifactProperty"].c
    named = (row.name == _text(conventions.ALIASES), row.is_custom_property == sa.literal(True))
    return target.has_row(row.artifact_id, *named, test(row.string_value))


def _error(body: Comparison, target: Target) -> Expression:
    """Build the test of a reason; = takes the whole of a text, or the part of a type after its last dot."""
    texts = [value for value in body.values if isinstance(value, str)]
    if body.operator == ":":
        parts = [pattern(text) for text in texts]
        return _failed(
            target, conventions.FAILURE_TEXTS, lambda text: sa.or_(*[Contains(text, part) for part in parts])
        )
    whole = [sa.bindparam(None, text, sa.Text()) for text in texts]
    return sa.or_(
        _failed(target, conventions.FAILURE_TEXTS, lambda text: TextIn(text, *whole)),
        _failed(target, conventions.FAILURE_TYPES, lambda text: sa.or_(*[ends_with(text, f".{end}") for end in texts])),
    )


def _failed(target: Target, names: Sequence[str], test: Callable[[Expression], Expression]) -> Expression:
    """Return the condition that an execution is not complete, and that a text of why it is not fits."""
    row = target.tables["ExecutionProperty"].c
    state = target.node.c.last_known_state
    is_other = sa.or_(state.is_(None), sa.not_(among(state, _WITHOUT_REASON)))
    custom = row.is_custom_property.in_([sa.literal(False), sa.literal(True)])
    return sa.and_(is_other, target.has_row(row.execution_id, among(row.name, names), custom, test(row.string_value)))


def _time(column_name: str) -> Callable[[Comparison, Target], Expression]:
    return lambda body, target: _time_test(body, target.node.c[column_name])


def _time_test(body: Comparison, column: Expression) -> Expression:
    if body.operator in OPERATIONS:
        first, last = moment(str(body.values[0]))
        tested: Expression = OPERATIONS[body.operator](column, last if body.operator in (">", "<=") else first)
        return tested
    return sa.or_(*[within(column, value) for value in body.values])


def _ran(body: Comparison, target: Target) -> Expression:
    fact = target.tables["lineal_fact"].c
    named = (fact.kind == target.kind.type_kind, fact.family == _RAN, fact.name == _text("ran"))
    return target.has_row(fact.node_id, *named, _time_test(body, fact.number))


def _of_archive(body: Comparison, target: Target) -> Expression:
    return _archived(target, lambda time: _time_test(body, time))


def _archived(target: Target, test: Callable[[Expression], Expression]) -> Expression:
    """Return the condition that a node is archived, at a time that fits a test."""
    row = target.tables[f"{target.kind.table}Property"].c
    is_custom = row.is_custom_property == sa.literal(True)
    return target.has_row(
        row[target.kind.id_column], row.name == _text(conventions.ARCHIVED), is_custom, test(row.int_value)
    )


def _of_group(body: Comparison, target: Target) -> Expression:
    return _grouped(body.key.field, target, text_test(body, longest=LONGEST_INDEXED))


def _grouped(field: str, target: Target, test: Callable[[Expression], Expression]) -> Expression:
    """Return the condition on the workspace or run: what the record names, or a context that holds the node."""
    named = _entry(target, lambda row: test(row[field]))
    if field == "workspace":
        contexts = [_contexts(target, target.workspace_types, test)]
    else:
        contexts = [_contexts(target, target.run_types, test), _owners(target, test)]
    if target.kind.name == "context":
        return sa.or_(named, *[target.node.c.id.in_(each) for each in contexts])
    link = target.tables["Attribution" if target.kind is ARTIFACT else "Association"].c
    held = [target.has_row(link[target.kind.id_column], link.context_id.in_(each)) for each in contexts]
    return sa.or_(named, *held)


def among(column: Expression, choices: Sequence[Any]) -> Expression:
    """Return the condition that a column is one of a few constants, each bound by itself."""
    return column.in_([sa.bindparam(None, choice, column.type) for choice in choices])


def _contexts(target: Target, types: Sequence[str], test: Callable[[Expression], Expression]) -> sa.Select[Any]:
    context, type_ = target.tables["Context"].alias("group_context").c, target.tables["Type"].alias("group_type").c
    of_type = sa.select(type_.id).where(type_.type_kind == 2, among(type_.name, types))
    return sa.select(context.id).where(context.type_id.in_(of_type), test(context.name))


def _owners(target: Target, test: Callable[[Any], Expression]) -> sa.Select[Any]:
    """Return the contexts of watched objects that are runs, by the name of the object."""
    context, type_ = target.tables["Context"].alias("owner").c, target.tables["Type"].alias("owner_type").c
    named = target.tables["ContextProperty"].alias("owner_name").c
    of_kind = target.tables["ContextProperty"].alias("owner_kind").c
    of_type = sa.select(type_.id).where(type_.type_kind == 2, type_.name == _text(conventions.OWNER_TYPE))
    kinds = [_text(kind) for kind in conventions.RUN_KINDS]
    return sa.select(context.id).where(
        context.type_id.in_(of_type),
        sa.exists().where(
            named.context_id == context.id, named.name == _text(conventions.OWNER_NAME), test(named.string_value)
        ),
        sa.exists().where(
            of_kind.context_id == context.id,
            of_kind.name == _text(conventions.OWNER_KIND),
            TextIn(of_kind.string_value, *kinds),
        ),
    )


def _family(body: Comparison, target: Target) -> Expression:
    """Return the condition on a label, a property or a metric, as a text, a number or both."""
    key = body.key
    indexed = text_test(body, longest=LONGEST_INDEXED)
    if key.field == "label":
        return _in_family(key, target, text=indexed, number=None)
    number: NumberTest | None = number_test(body) if all(_is_number(value) for value in body.values) else None
    if key.field == "metric":
        return _in_family(key, target, text=None, number=number)
    if body.operator in (":", "=") and _all_texts(body):
        return _in_family(key, target, text=indexed, number=number, whole=text_test(body))
    return _in_family(key, target, text=_ordered_text(body) if number is None else None, number=number)


def _all_texts(body: Comparison) -> bool:
    return all(isinstance(value, str) for value in body.values)


def _is_number(value: str | Range) -> bool:
    return isinstance(value, Range) or values.number(value) is not None


def _ordered_text(body: Comparison) -> Callable[[Expression], Expression]:
    value = sa.bindparam(None, str(body.values[0]), sa.Text())
    return lambda text: OPERATIONS[body.operator](text, value)


def _has_in_family(key: Key, target: Target) -> Expression:
    """Return the condition that a family holds a value of that name."""
    fact, row = target.tables["lineal_fact"].c, target.tables[f"{target.kind.table}Property"].c
    named = (fact.kind == target.kind.type_kind, fact.family == _FAMILY[key.field], fact.name == _text(key.name))
    if key.field == "label":
        return target.has_row(fact.node_id, *named)
    found = [target.has_row(fact.node_id, *named, is_filled(fact.text))]
    filled = (
        [is_filled(row.string_value)]
        if key.field == "prop"
        else [row.int_value.is_not(None), row.double_value.is_not(None)]
    )
    found += [
        target.has_row(
            row[target.kind.id_column], row.name == _text(key.name), row.is_custom_property == sa.literal(custom), each
        )
        for each in filled
        for custom in (False, True)
    ]
    return sa.or_(*found)


_TextTest = Callable[[Expression], Expression]


def _in_family(
    key: Key, target: Target, *, text: _TextTest | None, number: NumberTest | None, whole: _TextTest | None = None
) -> Expression:
    """Return the condition that a place of a family's values holds a fitting one; `whole` tests texts kept in full."""
    fact = target.tables["lineal_fact"].c
    named = (fact.kind == target.kind.type_kind, fact.family == _FAMILY[key.field], fact.name == _text(key.name))
    tests = [sa.and_(fact.number.is_(None), text(fact.text))] if text else []
    if number:  # the index has NaN as neither a number nor a text
        is_nan = sa.and_(fact.number.is_(None), fact.text.is_(None))
        tests.append(number(NumberPlace(fact.number, is_nan=is_nan)))
    found = [target.has_row(fact.node_id, *named, test) for test in tests]
    if key.field == "label":
        return sa.or_(*found)
    return sa.or_(*found, *_in_properties(key, target, text=whole or text, number=number))


def _in_properties(key: Key, target: Target, *, text: _TextTest | None, number: NumberTest | None) -> list[Expression]:
    """Return the conditions on the properties that count as metrics or properties."""
    row = target.tables[f"{target.kind.table}Property"].c
    owner = row[target.kind.id_column]
    double = NumberPlace(row.double_value, IsNan(row.double_value, row.proto_value), Infinity())
    tests = [number(NumberPlace(row.int_value)), number(double)] if number else []
    tests += [text(row.string_value)] if text else []
    return [
        target.has_row(owner, row.name == _text(key.name), row.is_custom_property == sa.literal(custom), test)
        for test in tests
        for custom in (False, True)
    ]


def _text(text: str) -> sa.BindParameter[str]:
    return sa.bindparam(None, text, sa.Text())


_RULES: Mapping[str, Callable[[Comparison, Target], Expression]] = {
    "type": type_condition,
    "name": _name,
    "state": _state,
    "alias": _alias,
    "error": _error,
    "uri": _uri,
    "id": _id,
    "created": _time("create_time_since_epoch"),
    "updated": _time("last_update_time_since_epoch"),
    "ran": _ran,
    "archived": _of_archive,
    "workspace": _of_group,
    "run": _of_group,
    "label": _family,
    "prop": _family,
    "metric": _family,
}
