"""Points of a source in the store: many runs in one transaction, and long histories in several.

What stays out: which runs need their points (importing.py).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence

from lineal.importing.findings import Findings
from lineal.kinds import Kind
from lineal.mlflow.importing import fitting
from lineal.mlflow_sources import Series
from lineal.service.known_types import KnownTypes
from lineal.service.writes.add_histories import add_histories
from lineal.store.engine.session import Session
from lineal.store.rows import node_points
from lineal.store.rows.metrics import Points

MOST_POINTS = 100_000
"""How many points one transaction writes, give or take those of a series."""


def pieces(series: Iterator[Series], left_out: Findings) -> Generator[list[Series], None, None]:
    """Yield the series that fit, as many at a time as one transaction writes; closing it ends their query."""
    piece: list[Series] = []
    count = 0
    try:
        for each in series:
            if not fitting.is_series(each, left_out):
                continue
            piece.append(each)
            count += len(each.steps)
            if count >= MOST_POINTS:
                yield piece
                piece, count = [], 0
        if piece:
            yield piece
    finally:
        if isinstance(series, Generator):
            series.close()


def add(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    ids: Mapping[str, int],
    piece: Sequence[Series],
    *,
    counted: frozenset[int],
) -> int:
    """Add points to runs or models; return how many of them were new.

    Args:
        session: the transaction.
        types: the known types.
        kind: the kind of the nodes.
        ids: the ids of the nodes by those of the runs or models.
        piece: the points.
        counted: the nodes that may have some of the points already, whose points are counted before and after.
    """
    histories: dict[int, dict[str, Points]] = {}
    for each in piece:
        if each.owner not in ids:
            continue  # it was deleted meanwhile, or could not be stored
        history = histories.setdefault(ids[each.owner], {})
        known = history.get(each.key)
        points = Points(each.steps, each.times, each.values)
        history[each.key] = points if known is None else _together(known, points)
    if not histories:
        return 0
    doubtful = sorted(counted & histories.keys())
    before = sum(node_points.count_points(session, kind, doubtful).values())
    add_histories(session, types, kind, histories)
    after = sum(node_points.count_points(session, kind, doubtful).values())
    sure = [history for node_id, history in histories.items() if node_id not in counted]
    return after - before + sum(len(points.steps) for history in sure for points in history.values())


def _together(points: Points, others: Points) -> Points:
    return Points(points.steps + others.steps, points.times + others.times, points.values + others.values)
