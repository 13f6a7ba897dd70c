"""The client's searches: nodes and runs by the search language, page by page, and the ids of all hits.

A Lineal server or an embedded store answers them; another metadata server does not know the calls. What stays out:
what a search means (docs/searching.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lineal.client.calls import Calls
from lineal.kinds import Kind
from lineal.wire import search as pb

_MOST_NODES = 1000
_MOST_IDS = 10_000
_SLICE = 2.0
_PAUSE = 0.2
_MOST_IDLE = 5
_Kinds = pb.SearchNodesRequest.Kind


@dataclass(frozen=True)
class Asked:
    """Which nodes a search asks for.

    Attributes:
        kind: their kind.
        search: the search, such as `metric.auc>0.9`; "" finds all.
        filter_query: a filter query of ML Metadata; a node must match both.
        type_names: the only types that they may have, if any are given.
        order_by: "-created" (also ""), "name", "metric.auc" and others, as in REST.
    """

    kind: Kind
    search: str = ""
    filter_query: str = ""
    type_names: Sequence[str] = ()
    order_by: str = ""

    def request(self, **more: Any) -> pb.SearchNodesRequest:
        """Return the request; `more` are its further fields."""
        return pb.SearchNodesRequest(**{**vars(self), "kind": _Kinds.Value(self.kind.name.upper()), **more})


@dataclass(frozen=True)
class FoundIds:
    """What a search finds.

    Attributes:
        ids: the ids of all nodes, ascending.
        complete: whether the index includes all that is written; if not, what was written lately may be missing.
    """

    ids: list[int]
    complete: bool

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)


class SearchCalls(Calls):
    """The calls of lineal.v1.SearchService."""

    def search_nodes(
        self, asked: Asked, *, limit: int = 0, cursor: str = "", with_count: bool = False, wait_seconds: float = 0.0
    ) -> pb.SearchNodesResponse:
        """Return a page of the nodes that a search finds.

        Args:
            asked: the search.
            limit: how many at most, up to 1,000; 0 stands for 100.
            cursor: the `next_cursor` of the page before.
            with_count: whether to count all that the search finds.
            wait_seconds: how long to wait until the index includes all that is written, at most 10.

        Raises:
            InvalidArgumentError: the search, filter, order or cursor is wrong.
            UnimplementedError: the server is not Lineal.
        """
        request = asked.request(limit=limit, cursor=cursor, with_count=with_count, wait_seconds=wait_seconds)
        response: pb.SearchNodesResponse = self._send("SearchNodes", request)
        return response

    def found_nodes(self, asked: Asked, *, limit: int) -> list[pb.FoundNode]:
        """Return up to `limit` nodes that a search finds, however many that is.

        Raises:
            StatusError: see `search_nodes`.
        """
        return list(self.answered_nodes(asked, limit=limit).nodes)

    def answered_nodes(self, asked: Asked, *, limit: int) -> pb.SearchNodesResponse:
        """Return up to `limit` nodes as one answer; if there are none, it says which names in the search no node has.

        Raises:
            StatusError: see `search_nodes`.
        """
        whole = page = self.search_nodes(asked, limit=min(limit, _MOST_NODES))
        while page.next_cursor and len(whole.nodes) < limit:
            page = self.search_nodes(asked, limit=min(limit - len(whole.nodes), _MOST_NODES), cursor=page.next_cursor)
            whole.nodes.extend(page.nodes)
            whole.complete = whole.complete and page.complete
        whole.next_cursor = page.next_cursor
        return whole

    def found_ids(self, asked: Asked) -> FoundIds:
        """Return the ids of all nodes that a search finds; wait up to 10 seconds until the index is complete.

        Raises:
            StatusError: see `search_nodes`.
        """
        request = replace(asked, order_by="id").request(limit=_MOST_IDS, ids_only=True, wait_seconds=10.0)
        ids: list[int] = []
        complete = True
        while True:
            page: pb.SearchNodesResponse = self._send("SearchNodes", request)
            ids += [node.id for node in page.nodes]
            complete = complete and page.complete
            if not page.next_cursor:
                return FoundIds(ids, complete)
            request.cursor = page.next_cursor

    def wait_for_index(
        self, kind: Kind, *, seconds: float, tell: Callable[[float], None] = lambda waited: None
    ) -> bool:
        """Wait until the search index includes all nodes of a kind; return whether it does.

        Args:
            kind: the kind.
            seconds: how long to wait at most.
            tell: a function that gets, now and then, the seconds that have passed.
        """
        began, idle = time.monotonic(), 0
        request = Asked(kind).request(limit=1, ids_only=True)
        for waited in _turns(began, seconds):
            request.wait_seconds = min(_SLICE, max(seconds - waited, 0.01))
            asked_at = time.monotonic()
            page: pb.SearchNodesResponse = self._send("SearchNodes", request)
            if page.complete:
                return True
            tell(time.monotonic() - began)
            idle = idle + 1 if time.monotonic() - asked_at < _SLICE / 4 else 0
            if idle == _MOST_IDLE:  # nothing is indexed, as in a database that can only be read
                return False
        return False

    def search_runs(self, search: str = "", *, limit: int = 0, cursor: str = "") -> pb.SearchRunsResponse:
        """Return a page of runs, newest first; a search of runs has words, `name:` and `workspace=`.

        Raises:
            InvalidArgumentError: the search or cursor is wrong.
            UnimplementedError: the server is not Lineal.
        """
        request = pb.SearchRunsRequest(search=search, limit=min(limit, _MOST_NODES), cursor=cursor)
        response: pb.SearchRunsResponse = self._send("SearchRuns", request)
        return response

    def found_runs(self, search: str = "", *, limit: int) -> list[pb.FoundRun]:
        """Return up to `limit` runs, newest first, however many that is.

        Raises:
            StatusError: see `search_runs`.
        """
        return list(self.answered_runs(search, limit=limit).runs)

    def answered_runs(self, search: str = "", *, limit: int) -> pb.SearchRunsResponse:
        """Return up to `limit` runs as one answer; if there are none, it says whether a run is in their workspace.

        Raises:
            StatusError: see `search_runs`.
        """
        whole = page = self.search_runs(search, limit=limit)
        while page.next_cursor and len(whole.runs) < limit:
            page = self.search_runs(search, limit=limit - len(whole.runs), cursor=page.next_cursor)
            whole.runs.extend(page.runs)
        whole.next_cursor = page.next_cursor
        return whole


def _turns(began: float, seconds: float) -> Iterator[float]:
    """Yield the seconds since `began`, with pauses, until they are `seconds`; once at least."""
    yield 0.0
    while (waited := time.monotonic() - began) < seconds:
        time.sleep(_PAUSE)
        yield waited
