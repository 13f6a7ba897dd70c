"""Searches of an embedded store: the catalogue serves them, and is imported at the first one.

What stays out: the calls themselves (`lineal.catalogue.search_calls`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from google.protobuf.message import Message

if TYPE_CHECKING:
    from lineal.service import MetadataService
    from lineal.service.access import Caller

_CALLS = ("SearchNodes", "SearchRuns")


def with_searches(service: MetadataService) -> MetadataService:
    """Let a service answer searches, if it does not yet; return it."""
    if _CALLS[0] not in service.calls:
        from lineal.service.calls import Call

        late = {name: Call(_no_rule, whole=partial(_begin, name)) for name in _CALLS}
        service.calls = {**service.calls, **late}
    return service


def _no_rule() -> None:
    raise NotImplementedError  # a call with `whole` has no rule


def _begin(method: str, service: MetadataService, request: Message, caller: Caller) -> Message:
    """Serve the first search, and have the later ones served by the catalogue itself."""
    from lineal.catalogue.index import SearchIndex
    from lineal.catalogue.search_calls import serve_searches

    # Two threads may both get here. Each index works, and passes of two exclude each other in the database.
    index = SearchIndex(service)
    index.prepare()
    serve_searches(service, index)
    return service.call(method, request, caller=caller)
