"""Counts over all nodes of a kind, kept while no node is added or deleted.

The first view of every visit needs them, and in a large store they take longer than everything else. Types and times of
creation never change, so they are counted again only if the number of nodes or the greatest id has changed. What
stays out: counts under a search (facets.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from lineal.catalogue import shapes, stores
from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows

Result = TypeVar("Result")
SPANS = 24


class WholeCounts:
    """The counts of one database. Safe for any number of threads: at worst two count the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Kind, str], tuple[tuple[int, int], object]] = {}

    def by_type(self, session: Session, kind: Kind) -> Counter[int]:
        """Return how many nodes have each type, by the id of the type."""
        return self._counted(session, kind, facet_rows.by_type)

    def created(self, session: Session, kind: Kind) -> Sequence[shapes.TimeSpan]:
        """Return how many nodes were created in each of up to 24 equal spans of time."""
        return self._counted(session, kind, _created)

    def _counted(self, session: Session, kind: Kind, count: Callable[[Session, Kind], Result]) -> Result:
        if not session.sees_all:  # a caller who sees a part: the counts are of that part
            return count(session, kind)
        place, stamp = (kind, count.__name__), facet_rows.extent(session, kind)
        kept = self._kept.get(place)
        if kept is not None and kept[0] == stamp:
            return kept[1]  # type: ignore[return-value]
        found = count(session, kind)
        self._kept[place] = stamp, found
        return found


def _created(session: Session, kind: Kind) -> Sequence[shapes.TimeSpan]:
    return stores.growth(session, kind, since=None, until=None, spans=SPANS).spans
