"""Events that came as OpenLineage, as they are sent on: unchanged, but for the stores that they have been through."""

from __future__ import annotations

import json
from typing import Any

from lineal.openlineage import own_facets
from lineal.openlineage.sending.facets import via_facet


def forwarded(payload: str, store_id: str) -> dict[str, Any] | None:
    """Return an event as it is sent on; None if it is none, or has been through this store before it came."""
    try:
        event = json.loads(payload)
    except ValueError:
        return None
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
