"""The calls of lineal.v1.SearchService: pages of nodes and of runs that a search finds, with the caller's rights.

Each call first brings the search index up to date, in transactions of its own, and then reads in one. What stays out:
what a search means (lineal.filter), and how nodes become messages for MLMD's calls (service/).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from google.protobuf.message import Message

from lineal import errors
from lineal.catalogue import cards, listing, runs, unknown_names
from lineal.catalogue.index import REQUEST_SECONDS, SearchIndex
from lineal.catalogue.listing import LONGEST_PAGE, Asked
from lineal.catalogue.reading import Record
from lineal.catalogue.shapes import Card, UnknownName
from lineal.filter import search as language
from lineal.kinds import KINDS, Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.calls import Call
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.index import metrics as metric_rows
from lineal.store.index import search as found_rows
from lineal.store.rows.nodes import NodeRow
from lineal.wire import search as pb

MOST_IDS = 10_000
LONGEST_WAIT = 10.0
_DEFAULT_LIMIT = 100
_DEFAULT_ORDER = "-created"
_KINDS = {pb.SearchNodesRequest.Kind.Value(kind.name.upper()): kind for kind in KINDS}


def serve_searches(service: MetadataService, index: SearchIndex) -> None:
    """Let a service answer the calls of SearchService as well."""
    searches = Searches(index)
    service.calls = {
        **service.calls,
        "SearchNodes": Call(_no_rule, whole=searches.nodes),
        "SearchRuns": Call(_no_rule, whole=searches.runs),
    }


def _no_rule(*_: Any) -> Any:
    raise NotImplementedError  # a call with `whole` has no rule


class Searches:
    """The calls with one index. Safe for any number of threads."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def nodes(self, service: MetadataService, message: Message, caller: Caller) -> pb.SearchNodesResponse:
        """Return a page of nodes.

        Raises:
            InvalidArgumentError: the kind, search, filter, order, limit or cursor is wrong.
            FailedPreconditionError: the database is open for reading only and has no index.
        """
        request: Any = message
        kind = _kind(request)
        _refuse_nul(request.search, request.filter_query, request.order_by, *request.type_names)
        asked = Asked(kind, request.search, request.filter_query, type_names=tuple(request.type_names))
        asked.selection()  # a mistake in the search is an error before anything waits
        self._index.require()
        seconds = _seconds(request.wait_seconds)
        complete = self._index.follow_for_read(kind, seconds=seconds, is_patient=seconds > REQUEST_SECONDS)
        read = partial(_nodes, asked=asked, request=request)
        response = service.read(read, caller=caller)
        response.complete = complete
        return response

    def runs(self, service: MetadataService, message: Message, caller: Caller) -> pb.SearchRunsResponse:
        """Return a page of runs.

        Raises:
            InvalidArgumentError: the search, limit or cursor is wrong.
            FailedPreconditionError: the database is open for reading only and has no index.
        """
        request: Any = message
        _refuse_nul(request.search)
        words, workspace = language.names_of_runs(language.parse(request.search))
        limit = _limit(request.limit, most=LONGEST_PAGE)
        self._index.require()
        for kind in KINDS:
            self._index.follow_for_read(kind)
        found = service.read(
            lambda session, _: runs.page(
                session, workspace=workspace, name=words or "", cursor=request.cursor, limit=limit
            ),
            caller=caller,
        )
        return pb.SearchRunsResponse(
            runs=[pb.FoundRun(**_set(vars(run), "search")) for run in found.items],
            next_cursor=found.next_cursor or "",
            unknown=_unknown(found.unknown),
            meant=found.meant or "",
        )


def _set(values: dict[str, Any], *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and name not in left_out}


def _unknown(names: Sequence[UnknownName]) -> list[pb.UnknownName]:
    return [pb.UnknownName(**_set(vars(each), "text")) for each in names]


def _kind(request: Any) -> Kind:
    if request.kind not in _KINDS:
        raise errors.InvalidArgumentError(
            f"the kind of the nodes is {request.kind}; give ARTIFACT, EXECUTION or CONTEXT", errors.Details("kind")
        )
    return _KINDS[request.kind]


def _refuse_nul(*texts: str) -> None:
    for text in texts:
        if "\0" in text:
            raise errors.InvalidArgumentError(
                "the search, order or a type's name holds the character NUL; leave it out"
            )


def _seconds(wanted: float) -> float:
    """Return how long to index for a call; no number at all counts as the usual time."""
    return min(wanted, LONGEST_WAIT) if math.isfinite(wanted) and wanted > 0 else REQUEST_SECONDS


def _limit(wanted: int, *, most: int) -> int:
    if wanted < 0:
        raise errors.InvalidArgumentError(f"limit is {wanted}; give 1 or more, or 0 for the default")
    return min(wanted or _DEFAULT_LIMIT, most)


def _nodes(session: Session, types: KnownTypes, *, asked: Asked, request: Any) -> pb.SearchNodesResponse:
    order = request.order_by or _DEFAULT_ORDER
    ordered = listing.read_order(order, asked.kind)
    after = listing.read_cursor(request.cursor, order) if request.cursor else None
    limit = _limit(request.limit, most=MOST_IDS if request.ids_only else LONGEST_PAGE)
    limit = min(limit, session.limits.max_page_size)
    found = found_rows.find_page(session, asked.settled(session), ordered, limit=limit, after=after)
    response = pb.SearchNodesResponse(next_cursor=listing.write_cursor(found.place, order) if found.place else "")
    if request.ids_only:
        response.nodes.extend(pb.FoundNode(id=row.id) for row in found.rows)
    else:
        response.nodes.extend(_whole(session, types, asked.kind, found.rows))
        if not found.rows and after is None:
            names, meant = unknown_names.of_search(session, types, asked)
            response.MergeFrom(pb.SearchNodesResponse(unknown=_unknown(names), meant=meant or ""))
    if request.with_count:
        response.count = found_rows.count(session, asked.settled(session))
    return response


def _whole(session: Session, types: KnownTypes, kind: Kind, rows: Sequence[NodeRow]) -> list[pb.FoundNode]:
    messages: Sequence[Any] = readable_messages(session, types, kind, rows)
    plain = {card.id: card for card in cards.cards(session, types, kind, rows, shape=Card)}
    reported = metric_rows.latest_metrics(session, kind, [row.id for row in rows])
    return [_found(kind, message, plain[message.id], reported.get(message.id, {})) for message in messages]


def _found(kind: Kind, message: Any, card: Card, reported: dict[str, float]) -> pb.FoundNode:
    record = Record(message)
    texts: dict[str, Any] = {name: getattr(card, name) or "" for name in ("name", "version", "workspace", "run")}
    node: Any = {kind.name: message}
    return pb.FoundNode(id=message.id, **texts, **node, labels=record.labels, metrics={**record.metrics, **reported})
