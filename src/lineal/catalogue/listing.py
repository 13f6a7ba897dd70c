"""Lists of nodes: searches, orders, cursors, counts. What stays out: facets and columns (facets.py)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lineal import conventions, errors
from lineal.catalogue import cards, chosen_columns, keys, shapes
from lineal.filter import search
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import archived, ordering
from lineal.store.index import search as found_rows
from lineal.store.index.search import COLUMN_ORDERS, Order, Place, Selection
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages

LONGEST_PAGE = 1000
COUNT_LIMIT = 10_000
_PLAIN_ORDERS = (*COLUMN_ORDERS, "name", "state", "uri", "version", "workspace", "run", "ran")
METRIC_FAMILIES = ordering.METRIC_FAMILIES
_FAMILIES = ("prop", "label", *METRIC_FAMILIES)
_NAMED = "prop.NAME, label.NAME, metric.NAME, least.NAME or greatest.NAME"


@dataclass(frozen=True)
class Asked:
    """Which nodes a reader asks for.

    Attributes:
        kind: their kind.
        search: a search in the search language.
        filter_query: a filter query of ML Metadata; both must fit.
        context_id: the context that holds them.
        type_names: the only types that they may have, if any are given.
    """

    kind: Kind
    search: str = ""
    filter_query: str = ""
    context_id: int | None = None
    type_names: tuple[str, ...] = ()

    def selection(self) -> Selection:
        """Return the selection of the store.

        Raises:
            SearchError: the search cannot be read.
        """
        return Selection(
            kind=self.kind,
            query=search.parse(self.search),
            filter_query=self.filter_query,
            context_id=self.context_id,
            workspace_types=conventions.WORKSPACE_TYPES,
            run_types=conventions.RUN_TYPES,
            type_names=self.type_names,
        )

    def settled(self, session: Session) -> Selection:
        """Return the same selection, without `-has:archived` if no node of the kind is archived.

        Raises:
            SearchError: the search cannot be read.
        """
        return archived.settled(session, self.selection())


# A cursor travels in the query of a URL; it names the node alone where the value is longer.
_LONGEST_CARRIED = 200


def read_order(text: str, kind: Kind) -> Order:
    """Return the order of nodes of a kind that a text such as "-created" or "metric.auc" means.

    Raises:
        InvalidArgumentError: there is no such order, or none of this kind.
    """
    ascending = not text.startswith("-")
    key = keys.read_key(text, parameter="order_by").removeprefix("-")
    field, _, name = (f"prop.{key}" if conventions.is_given(key) else key).partition(".")
    if not name and not search.has_key(kind, field):
        raise errors.InvalidArgumentError(f"{kind.plural} have no {field} to be ordered by; use another order")
    if (field in _FAMILIES and name) or (field in _PLAIN_ORDERS and not name):
        return Order(field, name, ascending)
    raise errors.InvalidArgumentError(
        f"there is no order {text[:60]!r}; use {', '.join(_PLAIN_ORDERS)}, {_NAMED}, "
        "with - in front for the greatest first"
    )


def read_columns(text: str) -> tuple[str, ...]:
    """Return the columns of a list of keys, separated by commas.

    Raises:
        InvalidArgumentError: one is no key of a value.
    """
    return value_columns(keys.read_keys(text))


def value_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Return columns as they are, if all are keys of values.

    Raises:
        InvalidArgumentError: one is not.
    """
    for column in columns:
        family, _, name = column.partition(".")
        if family not in _FAMILIES or not name:
            raise errors.InvalidArgumentError(
                f"{column[:60]!r} is not a column; write {_NAMED}, separated by commas, and quote a name that has one; "
                "lists take headline and default as well"
            )
    return tuple(columns)


def page(
    session: Session, types: KnownTypes, asked: Asked, *, order: str, columns: str, limit: int, cursor: str
) -> shapes.Page:
    """Return a page of rows.

    Raises:
        InvalidArgumentError: the search, filter, order, columns or cursor is wrong.
    """
    ordered = read_order(order, asked.kind)
    after = read_cursor(cursor, order) if cursor else None
    selection = asked.settled(session)
    first = found_rows.first_ids(session, selection)
    chosen = chosen_columns.choose(session, types, selection, keys.read_keys(columns), first)
    shown = value_columns(chosen.shown)
    most = min(limit, session.limits.max_page_size)
    found = found_rows.find_page(session, selection, ordered, limit=most, after=after, first=first)
    rows = cards.cards(session, types, asked.kind, found.rows, columns=shown, shape=shapes.Row)
    if asked.kind is ARTIFACT:
        rows = with_makers(session, types, rows)
    place = write_cursor(found.place, order) if found.place else None
    return shapes.Page(rows, place, headline=chosen.headline, columns=chosen.defaults)


def with_makers(session: Session, types: KnownTypes, rows: Sequence[shapes.Row]) -> list[shapes.Row]:
    """Return rows of artifacts with the executions that made them."""
    makers = edge_rows.makers(session, [row.id for row in rows])
    named = references(session, types, EXECUTION, list(makers.values()))
    return [replace(row, made_by=named.get(makers.get(row.id, 0))) for row in rows]


def references(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> dict[int, shapes.Reference]:
    """Return the short forms of nodes that exist, by id."""
    rows = node_rows.nodes_by_ids(session, kind, dict.fromkeys(ids))
    return {
        card.id: shapes.Reference(card.key, card.id, card.name, card.type)
        for card in cards.cards(session, types, kind, rows, shape=shapes.Card)
    }


def count(session: Session, asked: Asked, *, exact: bool) -> shapes.Count:
    """Return how many nodes fit, up to 10,000 unless the exact number is asked for."""
    limit = None if exact else COUNT_LIMIT
    found = found_rows.count(session, asked.settled(session), limit=limit)
    return shapes.Count(found, exact or found < COUNT_LIMIT)


def write_cursor(place: Place, order: str) -> str:
    """Return the place at which a page ended as a text that only `read_cursor` understands."""
    is_long = isinstance(place.value, str) and len(place.value) > _LONGEST_CARRIED
    content = [order, place.phase, None if is_long else place.value, place.node_id]
    text = json.dumps([*content, True] if is_long else content)
    return pages.packed(text.encode())


def read_cursor(cursor: str, order: str) -> Place:
    """Return the place of a cursor.

    Raises:
        InvalidArgumentError: no page in this order returned it.
    """
    try:
        content: Any = json.loads(pages.unpacked(cursor))
        of_order, phase, value, node_id, *rest = content
    except (ValueError, TypeError, RecursionError):
        raise bad_cursor() from None
    known = isinstance(phase, int) and isinstance(node_id, int) and 0 <= phase < 3 and 0 <= node_id < 1 << 63
    if (
        of_order != order
        or not known
        or rest not in ([], [True])
        or not isinstance(value, (str, int, float, type(None)))
    ):
        raise bad_cursor()
    if isinstance(value, int) and abs(value) >= 1 << 63:
        raise bad_cursor()
    return Place(phase, value, node_id, is_long=bool(rest))


def bad_cursor() -> errors.InvalidArgumentError:
    """Return the error of a cursor that no page returned."""
    return errors.InvalidArgumentError(
        "the cursor is not one that a page in this order returned; pass next_cursor as it is, or leave it out"
    )
