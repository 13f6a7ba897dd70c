"""The history of a store as events: contexts, then artifacts that nothing made or read, then executions, each by id."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage.sending import shaping
from lineal.openlineage.sending.reading import read
from lineal.openlineage.sending.shaping import is_told_by_runs
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role, scope_of
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import values
from lineal.store.rows.events import events_of
from lineal.store.rows.listing import Listing, list_nodes
from lineal.store.rows.relations import members_of
from lineal.store.schema import on_demand

_PAGE = 200


def history(service: MetadataService, *, workspace: str = "") -> Iterator[dict[str, Any]]:
    """Yield the events of everything in a store, or in a workspace, that say it as it is now.

    A run that has ended has two events, START and its end. What is written meanwhile may be left out.

    Raises:
        FailedPreconditionError: the store is read-only and has no id yet, which run ids are made of.
    """
    if not on_demand.prepare(service.database):
        raise errors.FailedPreconditionError(
            "the database is read-only, and has no tables for the id of the store; open it once for writing"
        )
    store_id = service.read(lambda session, _: values.value_of(session, values.STORE_ID))
    if store_id is None:
        store_id = service.write(lambda session, _: values.store_id(session))
    caller = Caller("export", Role.READER, scope_of([workspace])) if workspace else UNNAMED
    for kind in (CONTEXT, ARTIFACT, EXECUTION):
        last: int | None = 0
        while last is not None:
            found, last = service.read(partial(_page, store_id, kind, last), caller=caller)
            yield from found


def _page(
    store_id: str, kind: Kind, after: int, session: Session, types: KnownTypes
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the events of nodes after an id, and the last of their ids, None if there are no more."""
    ids = [row.id for row in list_nodes(session, Listing(kind), limit=_PAGE, after=(after, after))]
    if not ids:
        return [], None
    found = read(session, types, store_id, {kind: ids})
    told = set()
    if kind is ARTIFACT:
        told = {row.artifact_id for row in events_of(session, ARTIFACT, ids)}
    elif kind is CONTEXT:
        held = {context_id for context_id, _ in members_of(session, EXECUTION, ids)}
        told = {each for each in held if is_told_by_runs(found.nodes[CONTEXT, each])}
    events: list[dict[str, Any]] = []
    for node_id in ids:
        node = found.nodes.get((kind, node_id))
        if node is None or node_id in told:
            continue
        time = node.last_update_time_since_epoch
        events += shaping.shaped(found, {}, kind, node_id, time=time, now=time).events
    return events, ids[-1]
