"""Counts by value over some nodes, given by their ids, or over all of a kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from lineal.filter.dialects import TextIn
from lineal.filter.search import among
from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.mlmd_tables import EVENT, MEMBERSHIP, NODE, PROPERTY, TYPE
from lineal.store.tables.own_tables import ENTRY, FACT, Family

_IDS = "ids"
_PIECE = 4096
_ENOUGH = 1 << 40


def _counting(rows: sa.Select[Any]) -> Statement:
    """Return the statement that counts the rows of a query by what is in them.

    The limit prevents engines from merging the two queries: they would then read a whole index in the order of the
    groups, instead of looking up the few nodes.
    """
    found = rows.limit(_ENOUGH).subquery("found")
    return Statement(sa.select(*found.c, sa.func.count()).group_by(*found.c))


def _counted(session: Session, statement: Statement, ids: Sequence[int]) -> Counter[Any]:
    """Count rows over pieces of the ids; the key is one value or several."""
    counts: Counter[Any] = Counter()
    for piece in _pieces(ids):
        for *key, number in session.rows(statement, {_IDS: piece}):
            counts[key[0] if len(key) == 1 else tuple(key)] += number
    return counts


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split ids into lists of a length that needs little padding."""
    return (ids[start : start + _PIECE] for start in range(0, len(ids), _PIECE))


def by_column(session: Session, kind: Kind, column: str, ids: Sequence[int]) -> Counter[Any]:
    """Count nodes by a column of their table."""
    return _counted(session, _by_column(kind, column), ids)


@cache
def _by_column(kind: Kind, column: str) -> Statement:
    table = NODE[kind].c
    return _counting(sa.select(table[column]).where(listed(table.id, _IDS)))


def by_type(session: Session, kind: Kind) -> Counter[int]:
    """Count all nodes of a kind by the id of their type."""
    table = NODE[kind].c
    rows = session.rows(Statement(sa.select(table.type_id, sa.func.count()).group_by(table.type_id)))
    return Counter(dict(rows))


def by_group(session: Session, kind: Kind, ids: Sequence[int]) -> Counter[tuple[str | None, str | None]]:
    """Count nodes by the (workspace, run) that their records name."""
    return _counted(session, _by_group(kind), ids)


@cache
def _by_group(kind: Kind) -> Statement:
    query = sa.select(ENTRY.c.workspace, ENTRY.c.run)
    return _counting(query.where(ENTRY.c.kind == kind.type_kind, listed(ENTRY.c.node_id, _IDS)))


def by_context(session: Session, kind: Kind, types: Sequence[str], ids: Sequence[int]) -> Counter[str]:
    """Count nodes by the names of the contexts of some types that hold them.

    They are counted by context: a database that ignores case would count names with different spellings together.
    """
    if kind is CONTEXT:
        return Counter()
    link, context = MEMBERSHIP[kind].c, NODE[CONTEXT].c
    of_types = sa.select(TYPE.c.id).where(among(TYPE.c.name, types), TYPE.c.type_kind == CONTEXT.type_kind)
    # The limit keeps engines from beginning with the contexts, each of which they would look up among the ids.
    links = sa.select(link.context_id).where(listed(link[kind.id_column], _IDS)).limit(_ENOUGH).subquery("links")
    query = sa.select(context.id, context.name).join_from(links, NODE[CONTEXT], context.id == links.c.context_id)
    query = query.where(context.type_id.in_(of_types))
    named: Counter[str] = Counter()
    for (_, name), number in _counted(session, _counting(query), ids).items():
        named[name] += number
    return named


def by_label(session: Session, kind: Kind, ids: Sequence[int]) -> Counter[tuple[str, str]]:
    """Count nodes by (key, value) of their labels."""
    return _counted(session, _by_fact(kind, Family.LABEL, "name", "text"), ids)


@cache
def _by_fact(kind: Kind, family: Family, *columns: str) -> Statement:
    fact = FACT.c
    # Written as a sum, the family does not make an engine use the index of values, which holds the labels of all nodes.
    is_of_family = fact.family + sa.literal(0) == int(family)
    query = sa.select(*[fact[column] for column in columns])
    return _counting(query.where(fact.kind == kind.type_kind, listed(fact.node_id, _IDS), is_of_family))


def texts_of(
    session: Session, kind: Kind, names: Sequence[str], ids: Sequence[int], *, longest: int | None = None
) -> list[tuple[int, str, bool, str | None]]:
    """Return (node id, name, whether it is a custom property, text) of some properties of nodes; None if it is no text.

    A text is cut to `longest` characters, if they are given.
    """
    row = PROPERTY[kind].c
    text = row.string_value if longest is None else sa.func.substr(row.string_value, 1, longest)
    query = sa.select(row[kind.id_column], row.name, row.is_custom_property, text)
    query = query.where(listed(row[kind.id_column], _IDS), among(row.name, names))
    found = session.listed_rows(Statement(query), _IDS, ids)
    return [(node_id, name, bool(is_custom), text) for node_id, name, is_custom, text in found]


def values_beginning(
    session: Session, kind: Kind, prefix: str, ids: Sequence[int], *, longest: int
) -> list[tuple[int, str, str | float]]:
    """Return (node id, name, value) of the properties of nodes whose names begin so, and that are texts or numbers.

    A text is cut to `longest` characters; a number that is not finite is left out.
    """
    row = PROPERTY[kind].c
    text = sa.func.substr(row.string_value, 1, longest)
    query = sa.select(row[kind.id_column], row.name, text, row.int_value, row.double_value)
    begins = sa.func.substr(row.name, 1, len(prefix)) == sa.bindparam(None, prefix, sa.Text())
    found = session.listed_rows(Statement(query.where(listed(row[kind.id_column], _IDS), begins)), _IDS, ids)
    values = [(node_id, name, next((v for v in given if v is not None), None)) for node_id, name, *given in found]
    return [(node_id, name, v) for node_id, name, v in values if v is not None and name.startswith(prefix)]


def having_value(session: Session, kind: Kind, names: Sequence[str], ids: Sequence[int]) -> set[int]:
    """Return those of some nodes of which the index has a value of some names within JSON that is no blank text."""
    query = sa.select(FACT.c.node_id).where(FACT.c.kind == kind.type_kind, listed(FACT.c.node_id, _IDS))
    query = query.where(FACT.c.family + sa.literal(0) == int(Family.META), among(FACT.c.name, names))
    query = query.where(sa.or_(FACT.c.text.is_(None), sa.func.trim(FACT.c.text) != sa.literal("", sa.Text())))
    return {node_id for (node_id,) in session.listed_rows(Statement(query), _IDS, ids)}


def values_of(session: Session, kind: Kind, column: str, ids: Sequence[int]) -> dict[int, Any]:
    """Return the value of a column of the table of nodes, by id."""
    table = NODE[kind].c
    return dict(
        session.listed_rows(Statement(sa.select(table.id, table[column]).where(listed(table.id, _IDS))), _IDS, ids)
    )


def having_text(
    session: Session, kind: Kind, names: Sequence[str], texts: Sequence[str], ids: Sequence[int]
) -> list[tuple[int, str]]:
    """Return (node id, text) of the nodes of which a property of some names is one of some texts."""
    row = PROPERTY[kind].c
    is_one = TextIn(row.string_value, *[sa.bindparam(None, text, sa.Text()) for text in texts])
    query = sa.select(row[kind.id_column], row.string_value)
    query = query.where(listed(row[kind.id_column], _IDS), among(row.name, names), is_one)
    return [(node_id, text) for node_id, text in session.listed_rows(Statement(query), _IDS, ids)]


def by_metric(session: Session, kind: Kind, ids: Sequence[int]) -> Counter[str]:
    """Count nodes by the names of the metrics that the index has of them."""
    return _counted(session, _by_fact(kind, Family.METRIC, "name"), ids)


def by_number(session: Session, kind: Kind, ids: Sequence[int]) -> Counter[str]:
    """Count nodes by the names of their properties that are numbers."""
    return _counted(session, _by_number(kind), ids)


@cache
def _by_number(kind: Kind) -> Statement:
    table = PROPERTY[kind].c
    is_number = sa.or_(table.int_value.is_not(None), table.double_value.is_not(None))
    return _counting(sa.select(table.name).where(listed(table[kind.id_column], _IDS), is_number))


def created_times(session: Session, kind: Kind, ids: Sequence[int]) -> list[int]:
    """Return when nodes were created, in no order."""
    table = NODE[kind].c
    statement = Statement(sa.select(table.create_time_since_epoch).where(listed(table.id, _IDS)))
    return [time for (time,) in session.listed_rows(statement, _IDS, ids)]


def created_span(session: Session, kind: Kind) -> tuple[int, int] | None:
    """Return when the first and the last node of a kind were created."""
    column = NODE[kind].c.create_time_since_epoch
    first = sa.select(sa.func.min(column)).scalar_subquery()
    last = sa.select(sa.func.max(column)).scalar_subquery()
    row = session.rows(Statement(sa.select(first, last)))[0]
    return (row[0], row[1]) if row[0] is not None else None


def created_between(session: Session, kind: Kind, start: int, end: int) -> int:
    """Return how many nodes of a kind were created from `start` to before `end`."""
    column = NODE[kind].c.create_time_since_epoch
    query = sa.select(sa.func.count()).where(column >= start, column < end)
    return int(session.rows(Statement(query.select_from(NODE[kind])))[0][0])


def extent(session: Session, kind: Kind) -> tuple[int, int]:
    """Return how many nodes of a kind there are, and the greatest id."""
    node = NODE[kind]
    number = sa.select(sa.func.count()).select_from(node).scalar_subquery()
    row = session.rows(Statement(sa.select(number, sa.select(sa.func.max(node.c.id)).scalar_subquery())))[0]
    return row[0], row[1] or 0


def total(session: Session, table: sa.Table) -> int:
    """Return how many rows a table has."""
    return int(session.rows(Statement(sa.select(sa.func.count()).select_from(table)))[0][0])


def totals(session: Session, kinds: Sequence[Kind]) -> tuple[int, ...]:
    """Return how many nodes of each kind there are, and how many events."""
    return (*[total(session, NODE[kind]) for kind in kinds], total(session, EVENT))
