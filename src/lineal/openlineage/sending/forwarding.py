"""Events that came as OpenLineage, as they are sent on: with the stores that they have been through.

They are unchanged otherwise, but for data sets that were deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lineal.kinds import ARTIFACT
from lineal.locations import joined
from lineal.openlineage import own_facets
from lineal.openlineage.sending.facets import via_facet
from lineal.openlineage.sending.reading import living
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import locations, outbox


def forwarded(session: Session, types: KnownTypes, row_id: int, store_id: str) -> dict[str, Any] | None:
    """Return the event of a row of the outbox as it is sent on, without data sets that were deleted since it came.

    None if what it is about was deleted, or if it has been through this store before it came.
    """
    found = outbox.received_event(session, row_id)
    if found is None:
        return None
    event, about = dict(found.given), [found.node_id]
    if found.kind is ARTIFACT:
        is_there = all(_are_there(session, types, about, [event["dataset"]]))
    else:
        is_there = bool(living(session, types, found.kind, about))
    if not is_there:
        return None
    sides = [side for side in ("inputs", "outputs") if isinstance(event.get(side), list)]
    given = [each for side in sides for each in event[side]]
    are_there = iter(_are_there(session, types, found.artifacts, given))
    return _sent_on({**event, **{side: [each for each in event[side] if next(are_there)] for side in sides}}, store_id)


def _are_there(
    session: Session, types: KnownTypes, ids: Sequence[int], data_sets: Sequence[Mapping[str, Any]]
) -> list[bool]:
    """Say of each data set whether its artifact is there, or one that has taken its name since."""
    there = living(session, types, ARTIFACT, ids)
    uris = {
        place: joined(each["namespace"], each["name"])
        for place, (node_id, each) in enumerate(zip(ids, data_sets, strict=True))
        if node_id and node_id not in there
    }
    at = locations.artifacts_at(session, sorted({*uris.values()})) if uris else {}
    return [place not in uris or bool(at[uris[place]]) for place in range(len(ids))]


def _sent_on(event: Mapping[str, Any], store_id: str) -> dict[str, Any] | None:
    name = owner_of_facets(event)
    if name is None:
        return None
    facets = event[name].get("facets")
    facets = facets if isinstance(facets, dict) else {}
    stores = own_facets.stores_in(facets)
    if store_id in stores:
        return None
    return {**event, name: {**event[name], "facets": {**facets, own_facets.VIA: via_facet([*stores, store_id])}}}


def owner_of_facets(event: Any) -> str | None:
    """Return the member of an event whose facets say where it has been: the run, the job, or the data set."""
    if not isinstance(event, dict):
        return None
    return next((name for name in ("run", "job", "dataset") if isinstance(event.get(name), dict)), None)
