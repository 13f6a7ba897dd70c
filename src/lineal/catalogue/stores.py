"""What a store holds as a whole: types, totals, growth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lineal.catalogue import shapes
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service.messages import type_messages
from lineal.store.engine.session import Session
from lineal.store.index import archived
from lineal.store.index import entries as index_rows
from lineal.store.index import facets as facet_rows
from lineal.store.index import unindexed as unindexed_rows
from lineal.store.rows import types as type_rows
from lineal.wire import metadata_store as pb


def types(session: Session, kinds: Sequence[Kind]) -> shapes.Types:
    """Return the types of some kinds, the most used first; system types only if they are used."""
    found: list[shapes.TypeInfo] = []
    for kind in kinds:
        counts, gone = facet_rows.by_type(session, kind), archived.by_type(session, kind)
        for message in type_messages(kind, type_rows.all_whole_types(session, kind)):
            if counts[message.id] or message.name not in kind.system_types:
                found.append(_type(kind, message, counts[message.id], gone[message.id]))
    return shapes.Types(sorted(found, key=lambda each: (-each.count, each.name, each.id)))


def _type(kind: Kind, message: Any, count: int, archived_count: int) -> shapes.TypeInfo:
    base = kind.system_types[message.base_type - 1] if kind is not CONTEXT and message.base_type else None
    return shapes.TypeInfo(
        id=message.id,
        kind=kind.name,  # type: ignore[arg-type]
        name=message.name,
        version=message.version or None,
        description=message.description or None,
        properties={name: pb.PropertyType.Name(number) for name, number in sorted(message.properties.items())},
        base_type=base,
        count=count,
        archived=archived_count,
    )


def totals(session: Session, *, has_unindexed: bool) -> shapes.Totals:
    """Return how much a store holds; `has_unindexed` says whether it has the table of what is not indexed."""
    artifacts, executions, contexts, events = facet_rows.totals(session, (ARTIFACT, EXECUTION, CONTEXT))
    newest = max(index_rows.state(session, kind, marked=False).updated for kind in KINDS)
    unindexed = unindexed_rows.count(session) if has_unindexed else 0
    return shapes.Totals(artifacts, executions, contexts, events, newest or None, True, True, unindexed)


def growth(session: Session, kind: Kind, *, since: int | None, until: int | None, spans: int) -> shapes.Growth:
    """Return how many nodes were created in each of some equal spans of time."""
    stored = facet_rows.created_span(session, kind)
    if stored is None:
        return shapes.Growth(kind.name, [])  # type: ignore[arg-type]
    start, end = stored[0] if since is None else since, (stored[1] if until is None else until) + 1
    width = max(1, math.ceil((end - start) / spans))
    edges = range(start, max(end, start + 1), width)
    counted = [facet_rows.created_between(session, kind, edge, edge + width) for edge in edges]
    found = [shapes.TimeSpan(edge, edge + width, count) for edge, count in zip(edges, counted, strict=True)]
    return shapes.Growth(kind.name, found)  # type: ignore[arg-type]
