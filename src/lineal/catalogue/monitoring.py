"""Executions that run now, against how long completed ones of the same name took."""

from __future__ import annotations

import statistics

from lineal.catalogue import shapes
from lineal.catalogue.cards import cards
from lineal.catalogue.listing import Asked
from lineal.kinds import EXECUTION
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import metrics as metric_rows
from lineal.store.index import search as found_rows
from lineal.store.index.search import Order
from lineal.store.rows import nodes as node_rows
from lineal.wire import metadata_store as pb

STUCK_FACTOR = 3
_SAMPLE = 1000


def running(session: Session, types: KnownTypes, asked: Asked, *, limit: int) -> shapes.Running:
    """Return the running executions of a search, longest first."""
    rows = found_rows.find_page(session, asked.selection(), Order("created", ascending=True), limit=limit).rows
    plain = cards(session, types, EXECUTION, rows, shape=shapes.Card)
    medians = _medians(session, types, {row.type_id for row in rows})
    return shapes.Running([_timing(card, medians.get((card.type_id, card.name))) for card in sorted(plain, key=_start)])


def _start(card: shapes.Card) -> int:
    return card.created if card.started is None else card.started


def _timing(card: shapes.Card, median: int | None) -> shapes.ExecutionTiming:
    stuck = median is not None and card.duration is not None and card.duration > STUCK_FACTOR * median
    return shapes.ExecutionTiming(**vars(card), median=median, stuck=stuck)


def _medians(session: Session, types: KnownTypes, type_ids: set[int]) -> dict[tuple[int, str | None], int]:
    """Return how long recent completed executions took, by (type, name), as far as that is recorded."""
    taken: dict[tuple[int, str | None], list[int]] = {}
    for type_id in sorted(type_ids):
        ids = metric_rows.newest_executions(session, type_id, pb.Execution.COMPLETE, limit=_SAMPLE)
        rows = node_rows.nodes_by_ids(session, EXECUTION, ids)
        for card in cards(session, types, EXECUTION, rows, shape=shapes.Card):
            if card.duration is not None:
                taken.setdefault((type_id, card.name), []).append(card.duration)
    return {key: int(statistics.median(durations)) for key, durations in taken.items()}
