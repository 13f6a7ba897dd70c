"""Runs of MLflow, found by the terms of a filter, in an order, page by page.

A value that few runs have is read first, and for an order by time, the latest runs. Planners do not see this: SQLite
does not know how often a value occurs, and no engine how many of the latest runs meet a filter. What stays out: the
text of filters and orders (filter/mlflow/), the order (run_order.py), and where values are stored (run_values.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal import filter as filters
from lineal.caches import SizedCache
from lineal.errors import InvalidArgumentError
from lineal.filter.dialects import AllOf
from lineal.filter.limits import MOST_VALUES
from lineal.filter.mlflow import Family, Operator, OrderTerm, Term
from lineal.kinds import EXECUTION
from lineal.store.engine.session import Row, Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows import metrics, pages
from lineal.store.rows.join_order import in_written_order
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.rows.run_order import NEWEST_FIRST, Place, after, check_place, columns_of, keys_of
from lineal.store.rows.run_values import (
    ATTRIBUTES,
    EXPERIMENT_PROPERTY,
    Stored,
    condition,
    is_archived,
    named,
    owns,
    stored,
    text_test,
)
from lineal.store.tables.mlmd_tables import NODE, PROPERTY, TYPE

RUN_TYPE = "mlflow.Run"
MOST_TERMS = 100
"""How many terms a filter may have: each is a subquery, and PostgreSQL plans a thousand of them for minutes."""
MOST_ORDER_TERMS = 30
"""How many terms an order may have: each is a join, and SQLite joins up to 64 tables."""


class View(Enum):
    """Which runs are found: those that are not deleted (archived), those that are, or all."""

    ACTIVE = "active"
    DELETED = "deleted"
    ALL = "all"


class Found(NamedTuple):
    """Runs in their order, and where the next page begins, or None after the last run."""

    runs: list[NodeRow]
    next: Place | None


def find_runs(
    session: Session,
    *,
    experiment_ids: Sequence[int],
    terms: Sequence[Term] = (),
    order: Sequence[OrderTerm] = (),
    view: View = View.ACTIVE,
    after: Place | None = None,
    limit: int,
) -> Found:
    """Return a page of the runs of experiments that meet all terms.

    Args:
        session: the transaction.
        experiment_ids: the ids of the experiments' contexts, all of one workspace.
        terms: the filter.
        order: the order; the first term counts most.
        view: whether deleted runs are found.
        after: where the page before ended, for the same filter, order and view.
        limit: how many runs at most, at least 1.

    Raises:
        InvalidArgumentError: the filter or the order is too large, or the place is not one of this order.
    """
    _check_size(session, terms, order)
    families = {term.family for term in terms} | {term.family for term in order}
    if Family.METRIC in families and not metrics.are_present(session):
        if any(term.family is Family.METRIC for term in terms):
            return Found([], None)
        order = [term for term in order if term.family is not Family.METRIC]
    if not experiment_ids:
        return Found([], None)
    if after is not None:
        check_place(order, after)
    rows = _rows(session, _Asked(tuple(terms), tuple(order), view, after, limit, sorted(set(experiment_ids))))
    shown, last = pages.first(rows, limit)
    place = None if last is None else tuple(last[_NODE_COLUMNS:])
    return Found([NodeRow._make(row[:_NODE_COLUMNS]) for row in shown], place)


_NODE_COLUMNS = len(NodeRow._fields)
_PROPERTY = PROPERTY[EXECUTION]
_STARTED = ATTRIBUTES["start_time"]
# A value that fewer runs have is read first; more terms than this are not counted.
_RARE, _COUNTED = 1000, 3
# How many runs of the latest time are read first, for each run of the page, and how often.
_FRONT, _GROWTH, _LOOKS = 8, 10, 2


def _check_size(session: Session, terms: Sequence[Term], order: Sequence[OrderTerm]) -> None:
    """Refuse what needs larger statements than the server allows, or the engines plan in a short time."""
    if len(terms) > MOST_TERMS:
        raise InvalidArgumentError(f"filter has {len(terms)} conditions; {MOST_TERMS} are the most, so leave some out")
    filters.require_terms(len(terms), session.limits.max_filter_terms, name="filter")
    values = sum(len(term.value) for term in terms if isinstance(term.value, tuple))
    if values > MOST_VALUES:
        raise InvalidArgumentError(f"filter has lists of {values} values; compare with {MOST_VALUES} at most")
    if len(order) > MOST_ORDER_TERMS:
        raise InvalidArgumentError(
            f"order_by has {len(order)} terms; {MOST_ORDER_TERMS} are the most, so leave the last ones out"
        )


class _Asked(NamedTuple):
    """What is asked for: the arguments of `find_runs`."""

    terms: tuple[Term, ...]
    order: tuple[OrderTerm, ...]
    view: View
    after: Place | None
    limit: int
    experiment_ids: Sequence[int]

    def form(self, *, first: Term | None = None, is_front: bool = False) -> _Form:
        """Return the form of a statement."""
        absent = None if self.after is None else tuple(value is None for value in self.after)
        return _Form(self.terms, self.order, self.view, absent, first, is_front)

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of the parameters of a statement."""
        place = {f"after_{index}": value for index, value in enumerate(self.after or ()) if value is not None}
        return {**place, "experiments": self.experiment_ids, "page_size": self.limit + 1}


class _Form(NamedTuple):
    """What a statement depends on.

    Attributes:
        terms: the filter.
        order: the order.
        view: whether deleted runs are found.
        absent: which values of the place are None; None on the first page.
        first: the term whose value is read first, or None to begin with the experiments.
        is_front: whether only runs that started after a time are read, which is bound as `front`.
    """

    terms: tuple[Term, ...]
    order: tuple[OrderTerm, ...]
    view: View
    absent: tuple[bool, ...] | None
    first: Term | None
    is_front: bool


def _rows(session: Session, asked: _Asked) -> list[Row]:
    """Return the rows of a page and, if there are more, one more: the columns of the run, then its place."""
    first = _rare_term(session, asked.terms)
    if first is not None:
        return session.rows(_kept(session, asked.form(first=first)), asked.values)
    if (*asked.order, NEWEST_FIRST)[0] == NEWEST_FIRST:
        for front in _fronts(session, asked):
            form = asked.form(is_front=True)
            found = session.rows(_kept(session, form), {**asked.values, "front": front})
            if len(found) > asked.limit:
                return found
    return session.rows(_kept(session, asked.form()), asked.values)


def _rare_term(session: Session, terms: Sequence[Term]) -> Term | None:
    """Return a term for one of a few texts that few properties have, or None."""
    same = [term for term in terms if term.operator in (Operator.EQUAL, Operator.IN) and _is_text(term)]
    for term in same[:_COUNTED]:
        ((count,),) = session.rows(Statement(_count(term), is_asked=True))
        if count < _RARE:
            return term
    return None


def _is_text(term: Term) -> bool:
    if term.family is Family.ATTRIBUTE:
        place = ATTRIBUTES.get(term.key)
        return place is not None and place.column == "string_value"
    return term.family in (Family.PARAM, Family.TAG)


def _count(term: Term) -> sa.Select[Any]:
    """Return the query that counts the properties that meet a term, as far as they are few."""
    row = _PROPERTY.c
    found: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).where(*_has_text(row, term)).limit(sa.literal(_RARE, sa.Integer()))
    )
    return sa.select(sa.func.count()).select_from(found.subquery())


def _has_text(row: Any, term: Term) -> list[Any]:
    place = stored(term.family, term.key)
    return [*named(row, place), row[place.column].is_not(None), text_test(term, row[place.column])]


def _fronts(session: Session, asked: _Asked) -> Iterator[int]:
    """Yield times: few runs of the order's front start after the first, and more after the next."""
    size = _FRONT * (asked.limit + 1)
    for _ in range(_LOOKS):
        found = session.row(_FRONT_ENDS[asked.after is not None], {**asked.values, "size": size})
        if found is None:
            return
        yield found[0]
        size *= _GROWTH


def _front_end(*, continues: bool) -> Statement:
    """Return the query for the time of a run, counted from the latest, or from that of a place."""
    row = _PROPERTY.c
    query = sa.select(row.int_value).where(*named(row, _STARTED), row.int_value.is_not(None))
    if continues:
        query = query.where(row.int_value <= sa.bindparam("after_1", type_=sa.BigInteger()))
    return Statement(query.order_by(row.int_value.desc()).limit(1).offset(sa.bindparam("size")))


_FRONT_ENDS = {continues: _front_end(continues=continues) for continues in (True, False)}
_statements: SizedCache[tuple[str, _Form], Statement] = SizedCache(8 << 20)
_LONGEST_KEPT = 2000  # characters of the keys and values of a filter


def _kept(session: Session, form: _Form) -> Statement:
    """Return the statement of a form, of those that are kept if its values are short."""
    if sum(len(str(term.value)) + len(term.key) for term in form.terms) > _LONGEST_KEPT:
        return session.built(lambda: _statement(form))
    return _statements.get((session.engine, form), lambda: session.made(lambda: _statement(form)), _size)


def _size(statement: Statement) -> int:
    return statement.size


def _statement(form: _Form) -> Statement:
    run = NODE[EXECUTION]
    keys = list(keys_of(form.order, run.c))
    source, wanted = _source(form)
    for key in keys:
        source = key.joined(source)
    wanted += [condition(term, run.c) for term in form.terms if term is not form.first]
    if form.absent is not None:
        wanted.append(after(keys, form.absent))
    place = [column.label(f"place_{index}") for index, column in enumerate(columns_of(keys))]
    query = select_nodes(EXECUTION).add_columns(*place).select_from(source).where(AllOf(*wanted))
    ordered = query.order_by(*[by for key in keys for by in key.order]).limit(sa.bindparam("page_size"))
    return Statement(ordered, is_asked=True)


def _source(form: _Form) -> tuple[sa.FromClause, list[Any]]:
    """Return the tables that are read first, in this order, and what makes their rows those of the runs."""
    run, member = NODE[EXECUTION], _PROPERTY.alias("member")
    in_experiment = Stored(EXPERIMENT_PROPERTY, False)
    experiment: Any = member.c.int_value
    wanted: list[Any] = [*named(member.c, in_experiment), run.c.type_id.in_(_types())]
    source: Any = member
    if form.first is not None or form.is_front:
        first = _PROPERTY.alias("first")
        source = first.join(member, owns(member.c, first.c.execution_id, in_experiment))
        experiment += sa.literal_column("0")  # else PostgreSQL reads all runs of the experiment by its index
        if form.first is not None:
            wanted += _has_text(first.c, form.first)
        else:
            wanted += [*named(first.c, _STARTED), first.c.int_value > sa.bindparam("front", type_=sa.BigInteger())]
    wanted.append(listed(experiment, "experiments"))
    source = in_written_order(source.join(run, run.c.id == member.c.execution_id))
    if form.view is not View.ALL:
        archived = is_archived(run.c.id)
        wanted.append(archived if form.view is View.DELETED else ~archived)
    return source, wanted


def _types() -> sa.Select[Any]:
    of_kind = TYPE.c.type_kind == sa.literal(EXECUTION.type_kind, sa.Integer())
    return sa.select(TYPE.c.id).where(TYPE.c.name == sa.literal(RUN_TYPE, sa.Text()), of_kind)
