"""The versions of an artifact: those of the same type, name and workspace, in pages, with their metrics.

What stays out: which records those are in the tables (store/index/versions.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal.catalogue import cards, chosen_columns, headline, keys, listing, shapes
from lineal.kinds import ARTIFACT
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index.versions import count_same_name, newest_same_name, same_name
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages

_FIRST_METRICS = 4
MOST_COUNTED = 2000
"""Of how many versions, the newest, the metrics are named."""


def versions(
    session: Session, types: KnownTypes, node_id: int, *, columns: str | None, limit: int, cursor: str
) -> shapes.Versions:
    """Return a page of the artifacts of the same type, name and workspace, newest first.

    Args:
        session: the transaction.
        types: the known types.
        node_id: one of them.
        columns: the values to show; None for the first four metrics that they have.
        limit: how many are returned at most.
        cursor: where the page before ended; "" for the first page.

    Raises:
        NotFoundError: there is no such artifact.
        InvalidArgumentError: the cursor or a column is wrong.
    """
    own = node_rows.nodes_by_ids(session, ARTIFACT, [node_id])
    if not own:
        raise cards.no_node(ARTIFACT, node_id)
    total = count_same_name(session, ARTIFACT, node_id) or 1
    ids = newest_same_name(session, ARTIFACT, node_id, limit=MOST_COUNTED) or [node_id]
    metrics = _metrics(session, ids, own[0].type_id, types)
    first = keys.write_keys(f"metric.{name}" for name in metrics[:_FIRST_METRICS])
    wanted = keys.read_keys(first if columns is None else columns)
    chosen = chosen_columns.for_nodes(session, types, ARTIFACT, ids, wanted)
    shown = listing.value_columns(chosen.shown)
    found = same_name(session, ARTIFACT, node_id, limit=limit + 1, after=_place(cursor)) or ([] if cursor else own)
    rows = cards.cards(session, types, ARTIFACT, found[:limit], columns=shown, shape=shapes.Row)
    last = found[limit - 1] if len(found) > limit else None
    place = pages.numbered(last.created, last.id) if last else None
    items = listing.with_makers(session, types, rows)
    return shapes.Versions(
        items, place, total=total, metrics=metrics, headline=chosen.headline, counted=min(total, len(ids))
    )


def _metrics(session: Session, ids: Sequence[int], type_id: int, types: KnownTypes) -> list[str]:
    """Return the names of the metrics that versions have, the headline first; numbers that are no results come last."""
    family = headline.family_of(types.name(session, type_id))
    reported, numbers = facet_rows.by_metric(session, ARTIFACT, ids), facet_rows.by_number(session, ARTIFACT, ids)
    first = headline.ranked(headline.counting(reported, numbers, are_metrics=family == "metric"))
    return list(dict.fromkeys([*first, *headline.ranked(numbers)]))


def _place(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    try:
        created, node_id = pages.numbers(cursor, 2)
    except ValueError:
        raise listing.bad_cursor() from None
    return created, node_id
