"""The order of MLflow's runs: its keys, and places in it from which a page goes on.

Values come in the direction of their term; then what has NaN for a metric; then what lacks the value, whatever the
direction. Ties come with the latest start first, then by the run's id. Source: the answers of an MLflow server 3.17.
What stays out: conditions on values (run_values.py) and statements (run_search.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.errors import InvalidArgumentError
from lineal.filter.dialects import AllOf, AnyOf, ByBytes
from lineal.filter.mlflow import Family, OrderTerm
from lineal.kinds import EXECUTION
from lineal.store.rows.metrics import NAN
from lineal.store.rows.run_values import STATUSES, measures, owns, stored
from lineal.store.tables.mlmd_tables import NODE, PROPERTY
from lineal.store.tables.own_tables import METRIC

Place = tuple["int | float | str | None", ...]
"""Where a page ends: the values of the order of its last run. JSON holds it without loss."""
NEWEST_FIRST = OrderTerm(Family.ATTRIBUTE, "start_time", ascending=False)


class Key(NamedTuple):
    """One key of the order of a statement.

    Attributes:
        rank: what comes before the value: 0 for a value, more for what comes after all values; None if all have one.
        value: the value, NULL unless the rank is 0.
        is_text: whether it is compared by bytes.
        ascending: the direction of the value.
        row: the table of the value, outer joined, and the condition; None if it is a column of the run.
    """

    rank: Any
    value: Any
    is_text: bool
    ascending: bool
    row: tuple[sa.FromClause, sa.ColumnElement[bool]] | None = None

    def joined(self, source: sa.FromClause) -> sa.FromClause:
        """Return a source with the value's table."""
        return source if self.row is None else source.outerjoin(*self.row)

    @property
    def sorted(self) -> Any:
        """The value as it is compared."""
        return ByBytes(self.value) if self.is_text else self.value

    @property
    def order(self) -> list[Any]:
        """What a query is ordered by."""
        value = self.sorted if self.ascending else self.sorted.desc()
        return [value] if self.rank is None else [self.rank, value]


def keys_of(order: Sequence[OrderTerm], run: Any) -> Iterator[Key]:
    """Yield the keys of an order, with those that break ties; `run` are the columns of the run's execution."""
    for index, term in enumerate(order):
        yield _key(term, f"value_{index}", run)
    if not any(term.family is Family.ATTRIBUTE and term.key == "start_time" for term in order):
        yield _key(NEWEST_FIRST, "started", run)
    # The external id ends in the run's id, after the same words for all runs of a workspace.
    yield Key(None, run.external_id, is_text=True, ascending=True)


def _key(term: OrderTerm, name: str, run: Any) -> Key:
    if term.family is Family.METRIC:
        metric = METRIC.alias(name)
        is_nan = metric.c.last_special == _number(NAN)
        rank = sa.case((metric.c.id.is_(None), _number(2)), (is_nan, _number(1)), else_=_number(0))
        finite = sa.case((~is_nan, metric.c.last_value))
        return Key(rank, finite, False, term.ascending, (metric, measures(metric.c, run.id, term.key)))
    if term.family is Family.ATTRIBUTE and term.key == "status":
        state = run.last_known_state
        status = sa.case(*[(state == _number(each), sa.literal(text, sa.Text())) for each, text in STATUSES.items()])
        return Key(_absence(status), status, True, term.ascending)
    place = stored(term.family, term.key)
    row = PROPERTY[EXECUTION].alias(name)
    value = row.c[place.column]
    is_text = place.column == "string_value"
    return Key(_absence(value), value, is_text, term.ascending, (row, owns(row.c, run.id, place)))


def _absence(value: Any) -> Any:
    return sa.case((value.is_(None), _number(2)), else_=_number(0))


def _number(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(int(value)), sa.BigInteger())


def columns_of(keys: Sequence[Key]) -> Iterator[Any]:
    """Yield the columns of a place."""
    for key in keys:
        if key.rank is not None:
            yield key.rank
        yield key.value


def after(keys: Sequence[Key], absent: Sequence[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a run comes after a place, whose values are bound as `after_NUMBER`.

    Args:
        keys: the order.
        absent: which values of the place are None.
    """
    further: list[Any] = []
    same: list[Any] = []
    index = 0
    for key in keys:
        if key.rank is not None:
            rank = sa.bindparam(f"after_{index}", type_=sa.BigInteger())
            further.append(AllOf(*same, key.rank > rank))
            same.append(key.rank == rank)
            index += 1
        if not absent[index]:
            bound = sa.bindparam(f"after_{index}", type_=sa.Text() if key.is_text else key.value.type)
            value, sort = (ByBytes(bound) if key.is_text else bound), key.sorted
            further.append(AllOf(*same, sort > value if key.ascending else sort < value))
            same.append(sort == value)
        index += 1
    return AnyOf(*further)


def check_place(order: Sequence[OrderTerm], place: Place) -> None:
    """Refuse a place that is not one of an order.

    Raises:
        InvalidArgumentError: it is not.
    """
    expected: list[tuple[type, ...]] = []
    for key in keys_of(order, NODE[EXECUTION].c):
        if key.rank is not None:
            expected.append((int,))
        expected.append((str,) if key.is_text else (int, float))
        if key.rank is not None:
            expected[-1] += (type(None),)
    fits = len(place) == len(expected) and all(map(isinstance, place, expected))
    if not fits or any(isinstance(value, bool) for value in place):
        raise InvalidArgumentError("page_token is not one of this filter and order; search again without it")
